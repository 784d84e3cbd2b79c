import { OtherAnswer, success, VaultError } from '../answers.mts';
import type { Call, SignedRoute, Signer } from '../call.mts';
import { prefers } from '../strictness.mts';
import type { ObjectRecord } from '../types.mts';

const path = '/api/:version/vobjects/:object';
const MAX_RECORDS = 500;

/** What became of one record of a bulk call. */
type Outcome = { id: string } | { type: string; message: string };

/**
 * "Create Object Records": JSON or CSV in, JSON or CSV out. Each record has an outcome of its own; one without a name,
 * or with one that there is already, is refused.
 */
export const createRecords: SignedRoute = {
	method: 'POST',
	path,
	signed: true,
	texts: ['application/json', 'text/csv'],
	answers: ['text/csv'],
	changes: true,
	handle(call, signer) {
		const given = recordsOf(call);
		if (given.length === 0 || given.length > MAX_RECORDS) {
			throw new VaultError('INVALID_DATA', `A call takes 1 to ${MAX_RECORDS} records.`);
		}
		const outcomes = given.map((fields) => create(call, signer, fields));
		return prefers(call.record.headers.accept, 'text/csv')
			? new OtherAnswer('text/csv;charset=UTF-8', inCsv(call, outcomes))
			: success({ data: outcomes.map((outcome) => inJson(call, outcome)) });
	},
};

/** "Retrieve Object Record Collection", with a page size of one's own and `next_page`. */
export const listRecords: SignedRoute = {
	method: 'GET',
	path,
	signed: true,
	handle({ context, params, record }, { vault }) {
		const { object = '' } = params;
		const all = (context.state.records.get(object) ?? []).filter(
			({ vaultId }) => vaultId === vault.id,
		);
		const limit = Number(record.query.limit ?? 200);
		const offset = Number(record.query.offset ?? 0);
		const next = offset + limit;
		return success({
			responseDetails: {
				total: all.length,
				limit,
				offset,
				...(next < all.length && {
					next_page: `${context.address(vault).url}/api/${params.version}/vobjects/${object}?limit=${limit}&offset=${next}`,
				}),
			},
			data: all.slice(offset, next).map(({ id, name }) => ({ id, name__v: name })),
		});
	},
};

function recordsOf({ text }: Call): Array<Record<string, unknown>> {
	if (!text) return [];
	if (text.type === 'text/csv') return fromCsv(text.text);
	const given = parsed(text.text);
	if (!Array.isArray(given)) throw new VaultError('INVALID_DATA', 'The body must be a JSON list.');
	return given as Array<Record<string, unknown>>;
}

function parsed(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		throw new VaultError('INVALID_DATA', 'The body is not JSON.');
	}
}

/** As much of CSV as names without quotes need. */
function fromCsv(csv: string): Array<Record<string, unknown>> {
	const [head = '', ...lines] = csv.split(/\r?\n/).filter((line) => line !== '');
	const names = head.split(',');
	return lines.map((line) => {
		const values = line.split(',');
		return Object.fromEntries(names.map((name, column) => [name, values[column] ?? '']));
	});
}

function create(
	{ context, params }: Call,
	{ vault }: Signer,
	fields: Record<string, unknown>,
): Outcome {
	const { object = '' } = params;
	const { name__v: name } = fields;
	if (typeof name !== 'string' || name === '') {
		return { type: 'PARAMETER_REQUIRED', message: 'Missing required parameter [name__v].' };
	}
	const records = context.state.records.get(object) ?? [];
	if (records.some((record) => record.name === name && record.vaultId === vault.id)) {
		return { type: 'INVALID_DATA', message: `The name "${name}", is taken.` };
	}
	const id = `V${String(records.length + 1).padStart(14, '0')}`;
	const record: ObjectRecord = { id, name, vaultId: vault.id, fields };
	context.state.records.set(object, [...records, record]);
	return { id };
}

function inJson({ params }: Call, outcome: Outcome): Record<string, unknown> {
	return 'id' in outcome
		? {
				responseStatus: 'SUCCESS',
				data: {
					id: outcome.id,
					url: `/api/${params.version}/vobjects/${params.object}/${outcome.id}`,
				},
			}
		: { responseStatus: 'FAILURE', errors: [outcome] };
}

/** "Bulk Object Records": the errors stand in quotes within the quotes. */
function inCsv({ params }: Call, outcomes: readonly Outcome[]): string {
	const lines = outcomes.map((outcome) =>
		'id' in outcome
			? `SUCCESS,${outcome.id},api/${params.version}/vobjects/${params.object}/${outcome.id},`
			: `FAILURE,,,"""${outcome.type}|${outcome.message.replaceAll('"', '""""')}"""`,
	);
	return `${['responseStatus,id,url,errors', ...lines].join('\n')}\n`;
}
