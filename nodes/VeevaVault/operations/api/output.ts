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

/** What the editor shows for the response of a call. */
export const outputProperties: INodeProperties[] = [
	{
		displayName: 'Response Format',
		name: 'responseFormat',
		type: 'options',
		options: [
			{
				name: 'File',
				value: 'file',
				description: 'Return a binary field, for example for a download',
			},
			{ name: 'JSON', value: 'json', description: 'Return JSON, as most calls do' },
			{ name: 'Text', value: 'text', description: 'Return a field with text, such as CSV' },
		],
		default: 'json',
		description:
			'How to return the response. In every format, the item fails when Vault refuses the call.',
	},
	{
		displayName: 'Put Output in Field',
		name: 'outputPropertyName',
		type: 'string',
		displayOptions: { show: { responseFormat: ['file', 'text'] } },
		default: 'data',
		required: true,
		description: 'Name of the field, or of the binary field, to put the response in',
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

/** How the user wants a response returned. */
interface OutputOptions {
	/** Return one item for each element of its list */
	simplify: boolean;
	/** Read the pages after it, too */
	followPages: boolean;
	/** Return records that Vault refused as items, like the others */
	failedAsItems: boolean;
}

/**
 * Reads how the user wants a response returned.
 *
 * @throws VaultFieldError
 */
export function readOutputOptions(
	parameters: Parameters,
	{ method, format }: Pick<VaultCall, 'method' | 'format'>,
): OutputOptions {
	const followPages = parameters.optionIsOn('followPages', 'Follow Pages');
	if (followPages && method !== 'GET' && method !== 'POST') {
		throw new VaultFieldError('Follow Pages', true, `it to be off with the method ${method}`);
	}
	return {
		simplify: format === 'json' && parameters.isOn('simplify', 'Simplify'),
		followPages,
		// A GET may read the result of an earlier call.
		failedAsItems:
			parameters.optionIsOn('failedRecordsAsItems', 'Failed Records as Items') || method === 'GET',
	};
}

/**
 * The response as output items: one for each element of its list, or one for each page as Vault wrote it.
 *
 * @param call the call that returned it
 * @throws VaultError when Vault refused a further page, or some records that must not be items
 */
export async function jsonItems(
	context: IExecuteFunctions,
	connection: Connection,
	{ headers, body: first }: Extract<VaultResponse, { format: 'json' }>,
	call: VaultCall,
	{ simplify, followPages, failedAsItems }: OutputOptions,
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
 * The response as a file, written to n8n's storage as it arrives.
 *
 * @param path the path of the call
 * @param field name of the binary field
 * @throws VaultError when it does not arrive completely
 */
export async function fileItem(
	context: IExecuteFunctions,
	{ headers, content }: Extract<VaultResponse, { format: 'file' }>,
	{ path, host, field }: { path: string; host: string; field: string },
): Promise<FileOutput> {
	const name = fileNameOf(headers, path);
	const type = mediaType(headers);
	// Vault sends octet-stream for types that it does not know. The file name may tell n8n more.
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
