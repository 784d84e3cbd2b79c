import { isRecord } from '../../../../packages/shared/isRecord';
import { ExplainedError, forSupport } from '../../credential/advice';
import { firstError, isEnvelope, type ResponseBody } from '../../vault/http/response';

type Fields = Record<string, unknown>;

/** What is about each answer, and not in it. */
const ENVELOPE = ['responseStatus', 'responseDetails'];

/** What Vault adds when it has something to say about the answer; it is kept where it takes nothing's place. */
const REMARKS = ['responseMessage', 'warnings', 'errors', 'queryDescribe'];

/** What tells which part of a list an answer has. */
const PAGING = [
	'size',
	'start',
	'limit',
	'offset',
	'total',
	'sort',
	'pagesize',
	'pageoffset',
	'previous_page',
	'next_page',
];

/** Beside a list alone it is the address of the answer. Vault API reference: Jobs › Retrieve Job Histories. */
const ADDRESS = 'url';

/** How many failed records an error tells of. */
const TOLD = 5;

/**
 * The records of a bulk answer, each with an outcome of its own.
 * Vault API reference: Vault Objects › Create Object Records; Documents › Create Multiple Documents.
 *
 * @returns `undefined` when the answer is not of a bulk call
 */
export function bulkRecords(body: Fields): Fields[] | undefined {
	return Object.values(body)
		.filter((value): value is Fields[] => isList(value) && value.length > 0)
		.find((list) => list.every(({ responseStatus }) => typeof responseStatus === 'string'));
}

/**
 * The same for an answer that was asked for as a text or a file. Vault answers bulk calls in JSON or CSV; in XML as well
 * where `Accept` says so and the call has it.
 *
 * @returns of records in XML what their outcome is, and no other fields
 */
export function bulkRecordsInText(text: string): Fields[] | undefined {
	const start = text.trimStart()[0];
	if (start === '{') return bulkRecordsInJson(text);
	return start === '<' ? bulkRecordsInXml(text) : bulkRecordsInCsv(text);
}

function bulkRecordsInJson(text: string): Fields[] | undefined {
	try {
		const body: unknown = JSON.parse(text);
		return isEnvelope(body) ? bulkRecords(body) : undefined;
	} catch {
		return undefined;
	}
}

/** The first `responseStatus` is the answer's own, each further one that of a record, which its errors follow. */
function bulkRecordsInXml(text: string): Fields[] | undefined {
	const [, , ...records] = text.split('<responseStatus>');
	if (records.length === 0) return undefined;
	return records.map((record) => {
		const [responseStatus] = record.split('<', 1);
		const [type, message] = ['type', 'message'].map((name) => xmlElement(record, name));
		return {
			responseStatus: responseStatus.trim(),
			errors: type === undefined ? [] : [{ type, message }],
		};
	});
}

const XML_ENTITIES = new Map([
	['amp', '&'],
	['apos', "'"],
	['gt', '>'],
	['lt', '<'],
	['quot', '"'],
]);

/** The text of the first element of a name. Extensible Markup Language (XML) 1.0, sections 4.1 and 4.6. */
function xmlElement(xml: string, name: string): string | undefined {
	const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
	return text?.replace(
		/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w+));/gi,
		(whole: string, hex?: string, decimal?: string, entity?: string) => {
			if (entity !== undefined) return XML_ENTITIES.get(entity) ?? whole;
			const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
			return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
		},
	);
}

/**
 * The same for an answer in CSV, whose first column is `responseStatus` and whose last is `errors`, written
 * `TYPE|message`.
 */
export function bulkRecordsInCsv(text: string): Fields[] | undefined {
	if (!/^\uFEFF?"?responseStatus"?[,\r\n]/.test(text)) return undefined;
	const [names, ...rows] = readCsv(text.replace(/^\uFEFF/, ''));
	return rows.map((row) => {
		const record: Fields = Object.fromEntries(names.map((name, column) => [name, row[column]]));
		// In quotes once more, within those of the CSV.
		const error = /^"([\s\S]*)"$/.exec(String(record.errors ?? ''))?.[1].replaceAll('""', '"');
		const [, type, message] = /^(\w+)\|([\s\S]*)$/.exec(error ?? String(record.errors ?? '')) ?? [];
		return { ...record, errors: type === undefined ? [] : [{ type, message }] };
	});
}

/** RFC 4180, section 2. */
function readCsv(text: string): string[][] {
	const rows: string[][] = [];
	let row: string[] = [];
	const separator = /,|\r?\n|$/g;
	let end: string | undefined;
	do {
		const start = separator.lastIndex;
		const close = text[start] === '"' ? closingQuote(text, start + 1) : undefined;
		separator.lastIndex = close ?? start;
		const found = separator.exec(text);
		end = found?.[0];
		row.push(
			close === undefined
				? text.slice(start, found?.index)
				: text.slice(start + 1, close).replaceAll('""', '"'),
		);
		if (end === ',') continue;
		if (row.length > 1 || row[0] !== '') rows.push(row);
		row = [];
	} while (end);
	return rows;
}

/** No regular expression finds it in a text of any length: each quote on the way would take room on the stack. */
function closingQuote(text: string, start: number): number {
	let close = text.indexOf('"', start);
	while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
	return close < 0 ? text.length : close;
}

/**
 * Throws when Vault has refused some of the records; it has carried out the others.
 *
 * @param executionId Vault's id of the call
 * @param clean takes out of a text from outside what must not be shown
 * @throws VaultError with the first refusal, telling of {@link TOLD} of them
 */
export function assertAllDone(
	records: readonly Fields[],
	executionId: string | undefined,
	clean: (text: string) => string,
): void {
	const refused = records.flatMap((record, index) =>
		/^(FAILURE|EXCEPTION)$/.test(String(record.responseStatus))
			? [{ number: index + 1, ...firstError(record) }]
			: [],
	);
	if (refused.length === 0) return;
	const told = refused
		.slice(0, TOLD)
		.map(({ number, type, message }) => `record ${number}: ${message} [${type}]`)
		.join('; ');
	const others =
		refused.length < records.length
			? 'The other records have been carried out, so do not send them again. '
			: '';
	const more = refused.length > TOLD ? `; and ${refused.length - TOLD} more` : '';
	throw new ExplainedError(
		`Vault refused ${refused.length} of ${records.length} records: ${clean(told)}${more}`,
		`${others}To get one item for each record, failed or not, turn on the option "Failed Records as Items". ${forSupport(executionId)}`.trim(),
		clean(refused[0].type),
		executionId,
	);
}

/**
 * What there is in an answer besides Vault's envelope: the elements of its one list, its one object, or else its fields.
 * What Vault remarks, such as warnings, and what it says of pages changes nothing about that: it stands among the fields
 * only.
 *
 * @returns for a list an object for each element, without a wrapper such as `{ "document": { … } }`
 */
export function simplified(body: ResponseBody): Fields[] {
	const records = bulkRecords(body);
	if (records !== undefined) return records;
	const { responseStatus } = body;
	const rest: Fields = Object.fromEntries(
		Object.entries(body).filter(([name]) => !ENVELOPE.includes(name)),
	);
	const content = Object.entries(rest).filter(
		([name, value]) => value !== null && !REMARKS.includes(name) && !PAGING.includes(name),
	);
	const [[listName, list] = [], ...besides] = content.filter(([name]) => name !== ADDRESS);
	if (besides.length === 0 && isList(list)) return unwrapped(list, listName);
	const [[, object] = [], ...others] = content;
	if (others.length === 0 && isRecord(object)) return [object];
	return [Object.keys(rest).length === 0 ? { responseStatus } : rest];
}

function isList(value: unknown): value is Fields[] {
	return Array.isArray(value) && value.every(isRecord);
}

/**
 * Vault wraps the elements of some lists by what they are: `documents`, `groups`, `relationships`, `users`.
 * Vault API reference: Documents › Retrieve All Documents; Groups › Retrieve Auto Managed Groups, of which the list is
 * called `data`.
 */
function unwrapped(list: Fields[], listName = ''): Fields[] {
	const [wrapper] = Object.keys(list[0] ?? {});
	if (`${wrapper}s` !== listName && !(wrapper === 'group' && listName === 'data')) return list;
	const inner = list.map((element) => element[wrapper]).filter(isRecord);
	const all = inner.length === list.length;
	return all && list.every((element) => Object.keys(element).length === 1) ? inner : list;
}
