import { connect } from '../../transport';
import { VaultFieldError } from '../../vault/errors';
import { LONG_CALL_TIMEOUT_MS } from '../../vault/http/call';
import { executionIdOf } from '../../vault/http/headers';
import type { Operation } from '../operation';
import { pairsProperty, Parameters, wholeNumber } from '../parameters';
import { bodyProperties, readBody } from './body';
import { assertUnsigned, readHeaders } from './headers';
import { fileItem, jsonItems, outputProperties, readOutputOptions } from './output';
import { fillPath, isLogin, queryOf, readPath, withQuery } from './path';
import { assertAllDone, bulkRecordsInText } from './records';

const METHODS = ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'] as const;
const FORMATS = ['file', 'json', 'text'] as const;

/** n8n counts from the first byte sent until the response begins, so the upload of a large file must fit in. In ms. */
const UPLOAD_TIMEOUT_MS = 3_600_000;

/** The longest time that Node's timers can wait, in ms. With more, they end at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Any call in the Vault API reference. */
export const request: Operation = {
	option: {
		name: 'Request',
		value: 'request',
		action: 'Make API request',
		description: 'Call any Vault API endpoint. Login, renewal, and error handling are built in.',
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
			description:
				'Select an endpoint, or enter the path of a call. Path Parameters replace the parts in braces.',
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
					hint: 'Enter a path with or without /api/v25.2, or a full URL in this Vault',
				},
			],
		},
		pairsProperty(
			'pathParameters',
			'Path Parameters',
			'path parameter',
			'Values for the parts of the path in braces, such as doc_id for {doc_id}',
		),
		pairsProperty(
			'queryParameters',
			'Query Parameters',
			'query parameter',
			'Parameters to add to the URL of the call',
		),
		pairsProperty(
			'headerParameters',
			'Headers',
			'header',
			'Headers to add to the call, such as X-VaultAPI-MigrationMode. The session is added automatically.',
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
				'Whether to return the records that Vault refuses in a bulk call as items, with their responseStatus and errors. If off, the item fails when Vault refuses a record. GET always returns refused records as items.',
		},
		{
			displayName: 'Follow Pages',
			name: 'followPages',
			type: 'boolean',
			displayOptions: { show: { '/responseFormat': ['json'] } },
			default: false,
			description:
				'Whether to also read the following pages, as long as a response has a next_page, as for queries',
		},
		{
			displayName: 'Timeout',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: MAX_TIMEOUT_MS },
			default: LONG_CALL_TIMEOUT_MS,
			description:
				'Time in ms to wait for the response to start, and between two parts of a file. Without this option, a call with files can take an hour.',
		},
	],
	async execute(itemIndex) {
		const parameters = new Parameters(this, itemIndex);
		const method = parameters.choice('method', 'Method', METHODS);
		const format = parameters.choice('responseFormat', 'Response Format', FORMATS);
		const field = format === 'json' ? '' : outputField(parameters);
		const outputOptions = readOutputOptions(parameters, { method, format });
		const body = await readBody(this, itemIndex, parameters);
		const headers = {
			...(format === 'json' ? {} : { Accept: '*/*' }),
			...readHeaders(parameters.pairs('headerParameters', 'Headers')),
		};
		const timeoutMs = timeoutOf(parameters, body?.isUpload === true);
		const query = parameters.pairs('queryParameters', 'Query Parameters');
		assertUnsigned(query, 'Query Parameters › Name');
		const filled = fillPath(
			parameters.text('path', 'Path', 'the path of a Vault API call, such as /objects/documents'),
			parameters.pairs('pathParameters', 'Path Parameters'),
			'Path Parameters',
		);

		const connection = await connect(this, itemIndex);
		const target = readPath(filled, connection.settings.apiVersion, 'Path');
		assertUnsigned(queryOf(target.path), 'Path');
		assertNoLogin(target.path);
		const path = withQuery(target.path, query);
		const call = { method, ...target, path, headers, body: body?.create, format, timeoutMs };
		const response = await connection.request(call);
		const assertAllDoneIn = (text: string) => {
			if (outputOptions.failedAsItems) return;
			const executionId = executionIdOf(response.headers);
			assertAllDone(bulkRecordsInText(text) ?? [], executionId, connection.clean);
		};
		switch (response.format) {
			case 'json':
				return await jsonItems(this, connection, response, call, outputOptions);
			case 'text':
				assertAllDoneIn(response.text);
				return { [field]: response.text };
			case 'file':
				if (Buffer.isBuffer(response.content)) assertAllDoneIn(response.content.toString());
				return await fileItem(this, response, { path, host: connection.vault.host, field });
		}
	},
};

/** @throws VaultFieldError when it is empty, or when n8n would treat the item as a failed one */
function outputField(parameters: Parameters): string {
	const label = 'Put Output in Field';
	const field = parameters.text('outputPropertyName', label, 'the name of a field');
	if (field !== 'error') return field;
	throw new VaultFieldError(
		label,
		field,
		'a field name other than error. n8n treats an item with this field as failed',
	);
}

/**
 * Refuses a login: nothing would hold it back after a refusal, and Vault locks accounts.
 *
 * @throws VaultFieldError
 */
function assertNoLogin(path: string): void {
	if (!isLogin(path)) return;
	throw new VaultFieldError(
		'Path',
		'/auth',
		'a call that is not a login. The credential logs in, and Session › Log In returns its session',
	);
}

/** @throws VaultFieldError */
function timeoutOf(parameters: Parameters, isUpload: boolean): number {
	const timeout = parameters.option('timeout');
	if (timeout === undefined) return isUpload ? UPLOAD_TIMEOUT_MS : LONG_CALL_TIMEOUT_MS;
	return wholeNumber(timeout, 'Timeout', { max: MAX_TIMEOUT_MS, unit: 'milliseconds' });
}
