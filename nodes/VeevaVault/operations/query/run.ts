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

/** A value of an item, escaped for a place between quotes. VQL reference: Special Characters. */
const ESCAPED =
	'{{ String($json.name).replaceAll("\\\\", "\\\\\\\\").replaceAll("\'", "\\\\\'") }}';

/** Vault API reference: Vault Query Language (VQL) › Submitting a Query. */
export const run: Operation = {
	option: {
		name: 'Run VQL',
		value: 'run',
		action: 'Run VQL query',
		description: 'Read documents and object records with the Vault Query Language',
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
			description: `Enter a VQL statement. You can use expressions in double braces. Escape values from other sources, so that they cannot change the statement: ${ESCAPED}`,
			hint: 'PAGESIZE sets how many records Vault returns at once, and MAXROWS how many in total',
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
				'Whether to add an item before the records that describes the query: its target, and the type and label of each field (queryDescribe)',
		},
	],
	async execute(itemIndex) {
		const vql = statement(this, itemIndex);
		const parameters = new Parameters(this, itemIndex);
		const limit = parameters.limit();
		const describe = parameters.optionIsOn('describe', 'Describe');

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

/** The statement with its expressions resolved, as in n8n's own nodes with this kind of editor. */
function statement(context: IExecuteFunctions, itemIndex: number): string {
	const raw: unknown = context.getNodeParameter('query', itemIndex, '', { rawExpressions: true });
	const isExpression = typeof raw !== 'string' || raw.startsWith('=');
	// The result of an expression is not resolved again: it may come from outside.
	const value: unknown =
		isExpression || !raw.includes('{{')
			? context.getNodeParameter('query', itemIndex, '')
			: context.evaluateExpression(raw, itemIndex);
	const text = typeof value === 'string' ? value.trim() : value;
	const expected = `a VQL statement of up to ${MAX_LENGTH} characters, such as SELECT id FROM documents`;
	if (typeof text !== 'string' || text === '' || text.length > MAX_LENGTH) {
		throw new VaultFieldError('Query', text ?? '', expected);
	}
	return text;
}

/** The records of a page as Vault wrote them, including the results of sub-queries. */
function dataOf({ data }: ResponseBody): IDataObject[] {
	return Array.isArray(data) ? (data as IDataObject[]) : [];
}
