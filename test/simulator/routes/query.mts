import { randomUUID } from 'node:crypto';
import { success, VaultError, type Envelope } from '../answers.mts';
import type { Call, SignedRoute, Signer } from '../call.mts';
import type { QueryRecord } from '../types.mts';

const MAX_PAGE = 1000;
const FIELDS: Record<string, string> = { id: 'Number', name__v: 'String', created_by__v: 'Number' };
/** As much of VQL as documents can be paged with. */
const QUERY = /^\s*SELECT\s+(.+?)\s+FROM\s+documents(?:\s+PAGESIZE\s+(\d+))?\s*$/is;

/** "Submitting a Query" (VQL): the first page. */
export const submitQuery: SignedRoute = {
	method: 'POST',
	path: '/api/:version/query',
	signed: true,
	form: 'any form',
	handle(call, signer) {
		const { q } = call.fields;
		if (!q) throw new VaultError('PARAMETER_REQUIRED', 'q is missing.');
		const query = parse(q);
		const id = randomUUID();
		call.world.state.queries.set(id, query);
		return page(call, signer, id, query, 0);
	},
};

/** `responseDetails.next_page` and `previous_page`, called with GET or POST. */
export const queryPages: SignedRoute[] = (['GET', 'POST'] as const).map((method) => ({
	method,
	path: '/api/:version/query/:queryId',
	signed: true,
	handle(call, signer) {
		const id = call.params.queryId ?? '';
		const query = call.world.state.queries.get(id);
		if (!query) throw new VaultError('INVALID_DATA', 'The query has expired.');
		return page(call, signer, id, query, Number(call.record.query.pageoffset ?? 0));
	},
}));

function parse(q: string): QueryRecord {
	const [, list, pageSize] = QUERY.exec(q) ?? [];
	const fields = list?.split(',').map((field) => field.trim()) ?? [];
	const size = Number(pageSize ?? MAX_PAGE);
	const known = fields.every((field) => Object.hasOwn(FIELDS, field));
	if (fields.length === 0 || !known || size < 1) {
		throw new VaultError('INCORRECT_QUERY_SYNTAX_ERROR', `The query cannot be read: ${q}`);
	}
	return { fields, pageSize: Math.min(size, MAX_PAGE) };
}

function page(
	{ world, record, params }: Call,
	{ vault }: Signer,
	id: string,
	{ fields, pageSize }: QueryRecord,
	offset: number,
): Envelope {
	const rows = world.state.documents
		.filter(({ vaultId }) => vaultId === vault.id)
		.map((row): Record<string, unknown> => {
			return { id: row.id, name__v: row.name, created_by__v: row.createdBy };
		});
	const data = rows.slice(offset, offset + pageSize);
	const path = (start: number) =>
		`/api/${params.version}/query/${id}?pagesize=${pageSize}&pageoffset=${start}`;
	const next = offset + pageSize;
	return success({
		...(record.headers['x-vaultapi-describequery'] === 'true' && {
			queryDescribe: {
				object: { name: 'documents', label: 'documents' },
				fields: fields.map((name) => ({ name, type: FIELDS[name] })),
			},
		}),
		responseDetails: {
			pagesize: pageSize,
			pageoffset: offset,
			size: data.length,
			total: rows.length,
			...(offset > 0 && { previous_page: path(Math.max(0, offset - pageSize)) }),
			...(next < rows.length && { next_page: path(next) }),
		},
		data: data.map((row) => Object.fromEntries(fields.map((field) => [field, row[field]]))),
	});
}
