import { firstError, isRecord, withoutSecrets, type VaultAnswer } from './answer';
import { VaultError } from './errors';

type Fields = Record<string, unknown>;

/** What is about the answer, and not in it. */
const ENVELOPE = ['responseStatus', 'responseDetails'];

/** How many failed records an error tells of. */
const TOLD = 5;

/**
 * The records of a bulk answer, each with an outcome of its own.
 * Vault API reference: Vault Objects › Create Object Records; Documents › Create Multiple Documents.
 *
 * @returns `undefined` when the answer is not of a bulk call
 */
export function bulkRecords(body: VaultAnswer): Fields[] | undefined {
	return Object.values(body)
		.filter((value): value is Fields[] => isList(value) && value.length > 0)
		.find((list) => list.every(({ responseStatus }) => typeof responseStatus === 'string'));
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
	for (const [, quoted, plain, end] of text.matchAll(
		/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g,
	)) {
		row.push(quoted?.replaceAll('""', '"') ?? plain);
		if (end === ',') continue;
		if (row.length > 1 || row[0] !== '') rows.push(row);
		row = [];
	}
	return rows;
}

/**
 * Throws when Vault has refused some of the records; it has carried out the others.
 *
 * @param secrets what must not appear in the error
 * @throws VaultError with the first refusal, telling of {@link TOLD} of them
 */
export function assertAllDone(records: readonly Fields[], secrets: readonly string[] = []): void {
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
	const more = refused.length > TOLD ? `; and ${refused.length - TOLD} more` : '';
	throw new VaultError(
		withoutSecrets(
			`Vault refused ${refused.length} of ${records.length} records: ${told}${more}`,
			secrets,
		),
		'The other records have been carried out, so do not send them again. To get one item for each record, failed or not, turn on the option "Failed Records as Items".',
		refused[0].type,
	);
}

/**
 * What there is in an answer besides Vault's envelope: the elements of its one list, or its fields.
 *
 * @returns for a list an object for each element, without a wrapper such as `{ "document": { … } }`
 */
export function simplified(body: VaultAnswer): Fields[] {
	const records = bulkRecords(body);
	if (records !== undefined) return records;
	const { responseStatus } = body;
	const rest: Fields = Object.fromEntries(
		Object.entries(body).filter(([name]) => !ENVELOPE.includes(name)),
	);
	const lists = Object.values(rest).filter((value): value is unknown[] => Array.isArray(value));
	const objects = Object.entries(rest).filter(([, value]) => isRecord(value));
	const [list] = lists;
	if (lists.length === 1 && objects.length === 0 && isList(list)) return list.map(unwrapped);
	const [[, object] = []] = objects;
	if (lists.length === 0 && objects.length === 1 && isRecord(object)) return [object];
	return [Object.keys(rest).length === 0 ? { responseStatus } : rest];
}

function isList(value: unknown): value is Fields[] {
	return Array.isArray(value) && value.every(isRecord);
}

/** Vault wraps the elements of some lists by what they are. */
function unwrapped(element: Fields): Fields {
	const [[, inner] = [], ...others] = Object.entries(element);
	return others.length === 0 && isRecord(inner) ? inner : element;
}
