import { randomUUID } from 'node:crypto';

import { success, VaultError, type Envelope } from '../answers.mts';
import type { Call, SignedRoute, Signer, Context } from '../call.mts';
import type { QueryRecord, VaultRecord } from '../types.mts';
import { parseVql, READINGS, USERS } from '../vql.mts';

/** Rows that a query can read: how many there are, and each of them, made when it is asked for. */
interface Rows {
	count: number;
	at(index: number): Record<string, unknown>;
}

/** "Submitting a Query" (VQL): the first page. */
export const submitQuery: SignedRoute = {
	method: 'POST',
	path: '/api/:version/query',
	signed: true,
	form: 'any form',
	handle(call, signer) {
		const { q } = call.fields;
		if (!q) throw new VaultError('PARAMETER_REQUIRED', 'q is missing.');
		const query = parseVql(q);
		const id = randomUUID();
		call.context.state.queries.set(id, query);
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
		const query = call.context.state.queries.get(id);
		if (!query) throw new VaultError('INVALID_DATA', 'The query has expired.');
		return page(call, signer, id, query, Number(call.record.query.pageoffset ?? 0));
	},
}));

function page(
	call: Call,
	signer: Signer,
	id: string,
	query: QueryRecord,
	offset: number,
): Envelope {
	const { record, params } = call;
	const { target, fields, pageSize } = query;
	const rows = rowsOf(call, signer, query);
	const total = Math.min(rows.count, query.maxRows ?? rows.count);
	const size = Math.max(0, Math.min(pageSize, total - offset));
	const data = Array.from({ length: size }, (_, index) =>
		selected(rows.at(offset + index), fields),
	);
	const path = (start: number) =>
		`/api/${params.version}/query/${id}?pagesize=${pageSize}&pageoffset=${start}`;
	const next = offset + pageSize;
	return success({
		...(record.headers['x-vaultapi-describequery'] === 'true' && {
			queryDescribe: {
				object: { name: target, label: target, label_plural: target },
				fields: fields.map((field) =>
					typeof field === 'string'
						? { name: field, type: field === 'name__v' ? 'String' : 'Number' }
						: { name: field.target, type: 'Subquery' },
				),
			},
		}),
		responseDetails: {
			pagesize: pageSize,
			pageoffset: offset,
			size,
			total,
			...(offset > 0 && { previous_page: path(Math.max(0, offset - pageSize)) }),
			...(next < total && { next_page: path(next) }),
		},
		data,
	});
}

function rowsOf({ context }: Call, { vault }: Signer, { target, conditions }: QueryRecord): Rows {
	if (target === READINGS) {
		return {
			count: context.settings.queryRecords,
			at: (index) => ({
				id: `V${String(index).padStart(14, '0')}`,
				name__v: `Reading ${index + 1}`,
				value__c: index % 1000,
			}),
		};
	}
	const rows = (target === USERS ? usersOf(context, vault) : documentsOf(context, vault)).filter(
		(row) => conditions.every(({ field, value }) => String(row[field]) === value),
	);
	return { count: rows.length, at: (index) => rows[index] ?? {} };
}

function documentsOf({ state }: Context, vault: VaultRecord): Array<Record<string, unknown>> {
	return state.documents
		.filter(({ vaultId }) => vaultId === vault.id)
		.map(({ id, name, createdBy }) => ({ id, name__v: name, created_by__v: createdBy }));
}

function usersOf({ state }: Context, vault: VaultRecord): Array<Record<string, unknown>> {
	return state.users
		.filter(({ vaultIds }) => vaultIds.includes(vault.id))
		.map(({ id, username, email, firstName, lastName }) => ({
			id,
			name__v: `${firstName} ${lastName}`,
			username__sys: username,
			email__sys: email,
			first_name__sys: firstName,
			last_name__sys: lastName,
		}));
}

/** What a query asks of a row; a sub-query gives two rows of its own, in an envelope of their own. */
function selected(
	row: Record<string, unknown>,
	fields: QueryRecord['fields'],
): Record<string, unknown> {
	return Object.fromEntries(
		fields.map((field) => {
			if (typeof field === 'string') return [field, row[field]];
			const data = [1, 2].map((number) =>
				selected({ id: `${String(row.id)}.${number}`, name__v: `Related ${number}` }, field.fields),
			);
			return [
				field.target,
				{ responseDetails: { pagesize: 250, pageoffset: 0, size: 2, total: 2 }, data },
			];
		}),
	);
}
