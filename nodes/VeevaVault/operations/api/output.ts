import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { Connection } from '../../transport';
import { cancelled, cancelSignal } from '../../transport/context';
import { VaultFieldError } from '../../vault/errors';
import type { VaultCall } from '../../vault/http/call';
import { brokenOff, connectionError, vaultErrorBehind } from '../../vault/http/connectionErrors';
import { executionIdOf, mediaType } from '../../vault/http/headers';
import { isStream, type VaultResponse } from '../../vault/http/response';
import { FileOutput } from '../operation';
import { pages } from '../pages';
import type { Parameters } from '../parameters';
import { showWarnings } from '../warnings';
import { fileNameOf } from './fileName';
import { assertAllDone, bulkRecords, simplified } from './records';

/** What the editor shows for the answer of a call. */
export const outputProperties: INodeProperties[] = [
	{
		displayName: 'Response Format',
		name: 'responseFormat',
		type: 'options',
		options: [
			{ name: 'File', value: 'file', description: 'A binary field, such as for a download' },
			{ name: 'JSON', value: 'json', description: 'What most calls answer' },
			{ name: 'Text', value: 'text', description: 'A field with text, such as CSV' },
		],
		default: 'json',
		description: 'What to make of the answer. A refusal of Vault is an error in each case.',
	},
	{
		displayName: 'Put Output in Field',
		name: 'outputPropertyName',
		type: 'string',
		displayOptions: { show: { responseFormat: ['file', 'text'] } },
		default: 'data',
		required: true,
		description: 'Name of the field, or of the binary field, to put the answer in',
	},
	{
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		displayOptions: { show: { responseFormat: ['json'] } },
		default: true,
		description: 'Whether to return a simplified version of the response instead of the raw data',
	},
];

/** What a user chooses of an answer. */
interface AnswerOptions {
	/** One item for each element of its list */
	simplify: boolean;
	/** With the pages after it */
	followPages: boolean;
	/** Records that Vault has refused are items like the others */
	failedAsItems: boolean;
}

/**
 * Reads what a user has chosen of an answer.
 *
 * @throws VaultFieldError
 */
export function readAnswerOptions(
	given: Parameters,
	{ method, format }: Pick<VaultCall, 'method' | 'format'>,
): AnswerOptions {
	const followPages = given.optionIsOn('followPages', 'Follow Pages');
	if (followPages && method !== 'GET' && method !== 'POST') {
		throw new VaultFieldError('Follow Pages', true, `false with the method ${method}`);
	}
	return {
		simplify: format === 'json' && given.isOn('simplify', 'Simplify'),
		followPages,
		// What is read with GET may be the log of an earlier call.
		failedAsItems:
			given.optionIsOn('failedRecordsAsItems', 'Failed Records as Items') || method === 'GET',
	};
}

/**
 * The answer as output items: one for each element of its list, or one for each page as Vault wrote it.
 *
 * @param call of which it is the answer
 * @throws VaultError when Vault has refused some records and that is to be an error, or a further page
 */
export async function jsonItems(
	context: IExecuteFunctions,
	connection: Connection,
	{ headers, body: first }: Extract<VaultResponse, { format: 'json' }>,
	call: VaultCall,
	{ simplify, followPages, failedAsItems }: AnswerOptions,
): Promise<IDataObject[]> {
	const output: IDataObject[] = [];
	for await (const page of followPages ? pages(context, connection, first, call) : [first]) {
		showWarnings(context, connection, page);
		if (!failedAsItems) {
			const executionId = page === first ? executionIdOf(headers) : undefined;
			assertAllDone(bulkRecords(page) ?? [], executionId, connection.clean);
		}
		for (const element of simplify ? simplified(page) : [page]) {
			output.push(element as IDataObject);
		}
	}
	return output;
}

/**
 * The answer as a file in n8n's store, into which it is written as it comes.
 *
 * @param path of the call
 * @param field name of the binary field
 * @throws VaultError when it does not come to its end
 */
export async function fileItem(
	context: IExecuteFunctions,
	{ headers, content }: Extract<VaultResponse, { format: 'file' }>,
	{ path, host, field }: { path: string; host: string; field: string },
): Promise<FileOutput> {
	const name = fileNameOf(headers, path);
	const type = mediaType(headers);
	// Vault says octet-stream of what it does not know; the name may tell n8n more.
	const known = type === 'application/octet-stream' && name.includes('.') ? undefined : type;
	const file = await context.helpers
		.prepareBinaryData(content, name, known)
		.catch((failure: unknown) => {
			if (cancelSignal(context)?.aborted) throw cancelled();
			const broken = isStream(content) ? content.errored : null;
			if (isStream(content)) content.destroy();
			throw (
				vaultErrorBehind(failure) ??
				vaultErrorBehind(broken) ??
				(broken === null ? connectionError(host, failure) : brokenOff(host))
			);
		});
	const { fileName, fileExtension, mimeType, fileSize, bytes } = file;
	return new FileOutput({ fileName, fileExtension, mimeType, fileSize, bytes }, { [field]: file });
}
