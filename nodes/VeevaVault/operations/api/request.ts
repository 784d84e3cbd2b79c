import { connect } from '../../transport';
import { VaultFieldError } from '../../vault/errors';
import { LONG_CALL_TIMEOUT_MS } from '../../vault/http/call';
import { executionIdOf } from '../../vault/http/headers';
import type { Operation } from '../operation';
import { pairsProperty, Parameters, wholeNumber } from '../parameters';
import { bodyProperties, readBody } from './body';
import { assertUnsigned, readHeaders } from './headers';
import { fileItem, jsonItems, outputProperties, readAnswerOptions } from './output';
import { fillPath, isLogin, queryOf, readPath, withQuery } from './path';
import { assertAllDone, bulkRecordsInText } from './records';

const METHODS = ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'] as const;
const FORMATS = ['file', 'json', 'text'] as const;

/** n8n counts from the first byte sent to the answer, so that a large file has to fit in. */
const UPLOAD_TIMEOUT_MS = 3_600_000;

/** Node's timers hold no more, and end at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Any call of the Vault API reference. */
export const request: Operation = {
	option: {
		name: 'Request',
		value: 'request',
		action: 'Make an API request',
		description: 'Make any call of the Vault API; the session and refusals are seen to',
	},
	signedBy: 'credentialOrSessionId',
	properties: [
		{
			displayName: 'Method',
			name: 'method',
			type: 'options',
			options: METHODS.map((method) => ({ name: method, value: method })),
			default: 'GET',
			description: 'HTTP method of the call',
		},
		{
			displayName: 'Path',
			name: 'path',
			type: 'resourceLocator',
			default: { mode: 'list', value: '' },
			required: true,
			description: 'Which call to make. What stands in braces is filled in by Path Parameters.',
			modes: [
				{
					displayName: 'From List',
					name: 'list',
					type: 'list',
					placeholder: 'Select an endpoint…',
					typeOptions: { searchListMethod: 'getEndpoints', searchable: true },
				},
				{
					displayName: 'By Path',
					name: 'path',
					type: 'string',
					placeholder: 'e.g. /objects/documents/{doc_id}',
					hint: 'With or without /api/v25.2 before it; a whole address only of this Vault',
				},
			],
		},
		pairsProperty(
			'pathParameters',
			'Path Parameters',
			'path parameter',
			'Values for the parts of the path that stand in braces, such as doc_id for {doc_id}',
		),
		pairsProperty(
			'queryParameters',
			'Query Parameters',
			'query parameter',
			'Added to the address of the call',
		),
		pairsProperty(
			'headerParameters',
			'Headers',
			'header',
			'Headers of the call, such as X-VaultAPI-MigrationMode. The session is added by itself.',
		),
		...bodyProperties,
		...outputProperties,
	],
	options: [
		{
			displayName: 'Failed Records as Items',
			name: 'failedRecordsAsItems',
			type: 'boolean',
			default: false,
			description:
				'Whether records that Vault refuses in a bulk call are returned like the others, with their responseStatus and errors. Otherwise one refused record is an error of the item, except with GET, which reads what was refused earlier.',
		},
		{
			displayName: 'Follow Pages',
			name: 'followPages',
			type: 'boolean',
			displayOptions: { show: { '/responseFormat': ['json'] } },
			default: false,
			description:
				'Whether to read the pages that follow, as long as an answer has a next_page, as those of queries have',
		},
		{
			displayName: 'Timeout',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: MAX_TIMEOUT_MS },
			default: LONG_CALL_TIMEOUT_MS,
			description:
				'Time in ms to wait for the answer to begin, and for a file to go on. A call with files has an hour if nothing else is set.',
		},
	],
	async execute(itemIndex) {
		const given = new Parameters(this, itemIndex);
		const method = given.choice('method', 'Method', METHODS);
		const format = given.choice('responseFormat', 'Response Format', FORMATS);
		const field = format === 'json' ? '' : outputField(given);
		const chosen = readAnswerOptions(given, { method, format });
		const body = await readBody(this, itemIndex, given);
		const headers = {
			...(format === 'json' ? {} : { Accept: '*/*' }),
			...readHeaders(given.pairs('headerParameters', 'Headers')),
		};
		const timeoutMs = timeoutOf(given, body?.isUpload === true);
		const query = given.pairs('queryParameters', 'Query Parameters');
		assertUnsigned(query, 'Query Parameters › Name');
		const filled = fillPath(
			given.text('path', 'Path', 'the path of a Vault API call, such as /objects/documents'),
			given.pairs('pathParameters', 'Path Parameters'),
			'Path Parameters',
		);

		const connection = await connect(this, itemIndex);
		const target = readPath(filled, connection.settings.apiVersion, 'Path');
		assertUnsigned(queryOf(target.path), 'Path');
		assertNoLogin(target.path);
		const path = withQuery(target.path, query);
		const call = { method, ...target, path, headers, body: body?.make, format, timeoutMs };
		const answer = await connection.request(call);
		const assertDone = (text: string) => {
			if (chosen.failedAsItems) return;
			const executionId = executionIdOf(answer.headers);
			assertAllDone(bulkRecordsInText(text) ?? [], executionId, connection.clean);
		};
		switch (answer.format) {
			case 'json':
				return await jsonItems(this, connection, answer, call, chosen);
			case 'text':
				assertDone(answer.text);
				return { [field]: answer.text };
			case 'file':
				if (Buffer.isBuffer(answer.content)) assertDone(answer.content.toString());
				return await fileItem(this, answer, { path, host: connection.vault.host, field });
		}
	},
};

/** @throws VaultFieldError when there is none, or n8n would take the item for one that has failed */
function outputField(given: Parameters): string {
	const label = 'Put Output in Field';
	const field = given.text('outputPropertyName', label, 'the name of a field');
	if (field !== 'error') return field;
	throw new VaultFieldError(label, field, 'another name: n8n takes this field for an error');
}

/**
 * Throws for a login: nothing would hold it back when it is refused, and Vault locks accounts.
 *
 * @throws VaultFieldError
 */
function assertNoLogin(path: string): void {
	if (!isLogin(path)) return;
	throw new VaultFieldError(
		'Path',
		'/auth',
		'another call: the credential logs in, and Session › Log In gives its session',
	);
}

/** @throws VaultFieldError */
function timeoutOf(given: Parameters, isUpload: boolean): number {
	const timeout = given.option('timeout');
	if (timeout === undefined) return isUpload ? UPLOAD_TIMEOUT_MS : LONG_CALL_TIMEOUT_MS;
	return wholeNumber(timeout, 'Timeout', { max: MAX_TIMEOUT_MS, unit: 'milliseconds' });
}
