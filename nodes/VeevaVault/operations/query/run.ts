import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { isRecord } from '../../../../packages/shared/isRecord';
import { connect } from '../../transport';
import { query } from '../../vault/calls/query';
import { VaultFieldError } from '../../vault/errors';
import type { ResponseBody } from '../../vault/http/response';
import type { Operation } from '../operation';
import { pages } from '../pages';
import { limitProperties, Parameters } from '../parameters';
import { showWarnings } from '../warnings';

/** Vault's own limit (Vault API reference: VQL › Submitting a Query), in characters. */
const MAX_LENGTH = 50_000;

/** A value of an item as it may stand between quotes. VQL reference: Special Characters. */
const ESCAPED =
	'{{ String($json.name).replaceAll("\\\\", "\\\\\\\\").replaceAll("\'", "\\\\\'") }}';

/** Vault API reference: Vault Query Language (VQL) › Submitting a Query. */
export const run: Operation = {
	option: {
		name: 'Run VQL',
		value: 'run',
		action: 'Run a VQL query',
		description: 'Read records of documents or objects with the Vault Query Language',
	},
	signedBy: 'credentialOrSessionId',
	properties: [
		{
			displayName: 'Query',
			name: 'query',
			type: 'string',
			typeOptions: { editor: 'sqlEditor', sqlDialect: 'StandardSQL', rows: 5 },
			noDataExpression: true,
			default: '',
			required: true,
			placeholder: "e.g. SELECT id, name__v FROM documents WHERE status__v = 'Approved'",
			description: `The VQL statement. Expressions in it are resolved. Escape a value from elsewhere, so that it cannot change the statement: ${ESCAPED}`,
			hint: 'PAGESIZE sets how many records Vault gives at once, MAXROWS how many in all',
		},
		...limitProperties,
	],
	options: [
		{
			displayName: 'Describe',
			name: 'describe',
			type: 'boolean',
			default: false,
			description:
				'Whether to return the description of the query as one more item before the records: its target, and type and label of each field (queryDescribe)',
		},
	],
	async execute(itemIndex) {
		const vql = statement(this, itemIndex);
		const given = new Parameters(this, itemIndex);
		const limit = given.limit();
		const describe = given.optionIsOn('describe', 'Describe');

		const connection = await connect(this, itemIndex);
		const call = query(connection.settings, vql, { describe });
		const first = await connection.call(call);
		const records: IDataObject[] = [];
		for await (const page of pages(this, connection, first, { ...call, headers: undefined })) {
			showWarnings(this, connection, page);
			for (const record of dataOf(page)) if (records.length < limit) records.push(record);
			if (records.length >= limit) break;
		}
		const { queryDescribe } = first;
		return isRecord(queryDescribe)
			? [{ queryDescribe: queryDescribe as IDataObject }, ...records]
			: records;
	},
};

/** The statement with its expressions resolved, as n8n's own nodes do it for this kind of editor. */
function statement(context: IExecuteFunctions, itemIndex: number): string {
	const raw: unknown = context.getNodeParameter('query', itemIndex, '', { rawExpressions: true });
	const whole = typeof raw !== 'string' || raw.startsWith('=');
	// What an expression has given is not resolved once more: it may be from elsewhere.
	const value: unknown =
		whole || !raw.includes('{{')
			? context.getNodeParameter('query', itemIndex, '')
			: context.evaluateExpression(raw, itemIndex);
	const text = typeof value === 'string' ? value.trim() : value;
	const expected = `a VQL statement of up to ${MAX_LENGTH} characters, such as SELECT id FROM documents`;
	if (typeof text !== 'string' || text === '' || text.length > MAX_LENGTH) {
		throw new VaultFieldError('Query', text ?? '', expected);
	}
	return text;
}

/** The records of a page as Vault wrote them, with the results of sub-queries in them. */
function dataOf({ data }: ResponseBody): IDataObject[] {
	return Array.isArray(data) ? (data as IDataObject[]) : [];
}
