import { isRecord } from '../../../../packages/shared/isRecord';
import { ExplainedError, forSupport } from '../../credential/advice';
import { firstError, isEnvelope, type ResponseBody } from '../../vault/http/response';

type Fields = Record<string, unknown>;

/** Vault's envelope around every response. */
const ENVELOPE = ['responseStatus', 'responseDetails'];

/** What Vault adds to comment on a response. It is kept, except where the content alone is returned. */
const REMARKS = ['responseMessage', 'warnings', 'errors', 'queryDescribe'];

/** What says which part of a list a response contains. */
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

/** Next to a list, it is the URL of the response. Vault API reference: Jobs › Retrieve Job Histories. */
const ADDRESS = 'url';

/** How many refused records an error lists. */
const MAX_LISTED = 5;

/**
 * The records of a bulk response, each with its own outcome.
 * Vault API reference: Vault Objects › Create Object Records; Documents › Create Multiple Documents.
 *
 * @returns `undefined` when the response is not from a bulk call
 */
export function bulkRecords(body: Fields): Fields[] | undefined {
	return Object.values(body)
		.filter((value): value is Fields[] => isList(value) && value.length > 0)
		.find((list) => list.every(({ responseStatus }) => typeof responseStatus === 'string'));
}

/**
 * The same for a response that was requested as text or as a file. Vault responds to bulk calls in JSON or CSV, and to some
 * also in XML if `Accept` asks for it.
 *
 * @returns for records in XML only their outcome, without other fields
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

/** The first `responseStatus` is the response's own. Each of the others belongs to a record, and its errors follow it. */
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

/** The text of the first element with a name. Extensible Markup Language (XML) 1.0, sections 4.1 and 4.6. */
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
 * The same for a response in CSV, whose first column is `responseStatus` and whose last column is `errors`, written as
 * `TYPE|message`.
 */
export function bulkRecordsInCsv(text: string): Fields[] | undefined {
	if (!/^\uFEFF?"?responseStatus"?[,\r\n]/.test(text)) return undefined;
	const [names, ...rows] = readCsv(text.replace(/^\uFEFF/, ''));
	return rows.map((row) => {
		const record: Fields = Object.fromEntries(names.map((name, column) => [name, row[column]]));
		// In quotes of its own, inside those of the CSV.
		const error = /^"([\s\S]*)"$/.exec(String(record.errors ?? ''))?.[1].replaceAll('""', '"');
		const [, type, message] = /^(\w+)\|([\s\S]*)$/.exec(error ?? String(record.errors ?? '')) ?? [];
		return { ...record, errors: type === undefined ? [] : [{ type, message }] };
	});
}

/** Reads CSV: RFC 4180, section 2. */
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

/** Not a regular expression: in a long text, each quote on the way would take space on the stack. */
function closingQuote(text: string, start: number): number {
	let close = text.indexOf('"', start);
	while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
	return close < 0 ? text.length : close;
}

/**
 * Makes sure that Vault refused none of the records. It has carried out those that it did not refuse.
 *
 * @param executionId Vault's ID of the call
 * @param clean removes from a text from outside what must not be shown
 * @throws VaultError with the type of the first refusal and a list of up to {@link MAX_LISTED} of them
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
	const list = refused
		.slice(0, MAX_LISTED)
		.map(({ number, type, message }) => `record ${number}: ${message} [${type}]`)
		.join('; ');
	const others =
		refused.length < records.length
			? 'Vault has processed the other records, so do not send them again. '
			: '';
	const more = refused.length > MAX_LISTED ? `; and ${refused.length - MAX_LISTED} more` : '';
	throw new ExplainedError(
		`Vault refused ${refused.length} of ${records.length} records: ${clean(list)}${more}`,
		`${others}To get one item for each record, failed or not, turn on the option "Failed Records as Items". ${forSupport(executionId)}`.trim(),
		clean(refused[0].type),
		executionId,
	);
}

/**
 * The content of a response without Vault's envelope: the elements of its only list, its only object, or else its fields.
 * Remarks, such as warnings, and information about pages do not count as content. They are returned only among the fields.
 *
 * @returns for a list, one object for each element, without a wrapper such as `{ "document": { … } }`
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
 * Vault wraps the elements of some lists in their kind: `documents`, `groups`, `relationships`, `users`.
 * Vault API reference: Documents › Retrieve All Documents; Groups › Retrieve Auto Managed Groups, where the list is called
 * `data`.
 */
function unwrapped(list: Fields[], listName = ''): Fields[] {
	const [wrapper] = Object.keys(list[0] ?? {});
	if (`${wrapper}s` !== listName && !(wrapper === 'group' && listName === 'data')) return list;
	const inner = list.map((element) => element[wrapper]).filter(isRecord);
	const all = inner.length === list.length;
	return all && list.every((element) => Object.keys(element).length === 1) ? inner : list;
}
