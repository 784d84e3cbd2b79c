import type { IBinaryData, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { isRecord } from '../../../../packages/shared/isRecord';
import { VaultFieldError } from '../../vault/errors';
import type { CallBody } from '../../vault/http/call';
import { nameOf, pairsProperty, textOf, type Parameters } from '../parameters';
import { fieldsBody, fileBody, formBody, textBody, type FormPart, type Upload } from './content';
import { assertHeaderValue } from './headers';

/** The methods that can have a body. */
const withBody = { method: ['DELETE', 'PATCH', 'POST', 'PUT'] };

const KINDS = [
	'none',
	'form-urlencoded',
	'multipart-form-data',
	'json',
	'raw',
	'binaryData',
] as const;

const FILE_FIELD = 'Input Data Field Name';

/** What the editor shows for the body of a call. {@link readBody} reads it. */
export const bodyProperties: INodeProperties[] = [
	{
		displayName: 'Body Content Type',
		name: 'contentType',
		type: 'options',
		displayOptions: { show: withBody },
		options: [
			{
				name: 'Form Urlencoded',
				value: 'form-urlencoded',
				description: 'Send names and values, as most calls expect',
			},
			{
				name: 'Form-Data',
				value: 'multipart-form-data',
				description: 'Send names and values, and files from binary fields',
			},
			{ name: 'JSON', value: 'json', description: 'Send JSON text, an object, or a list' },
			{
				// n8n writes its own name like this.
				// eslint-disable-next-line n8n-nodes-base/node-param-display-name-miscased
				name: 'n8n Binary File',
				value: 'binaryData',
				description: 'Send one file from a binary field, such as a CSV file',
			},
			{ name: 'None', value: 'none', description: 'Send no body' },
			{ name: 'Raw', value: 'raw', description: 'Send text, such as CSV' },
		],
		default: 'none',
		description: 'Type of the body to send',
	},
	{
		displayName: 'JSON',
		name: 'jsonBody',
		type: 'json',
		displayOptions: { show: { ...withBody, contentType: ['json'] } },
		default: '',
		description: 'Enter the body as JSON, or use an expression that returns an object or a list',
	},
	{
		...pairsProperty('bodyParameters', 'Body Fields', 'field', 'Fields of the form'),
		displayOptions: { show: { ...withBody, contentType: ['form-urlencoded'] } },
	},
	{
		displayName: 'Body Parts',
		name: 'bodyParts',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		displayOptions: { show: { ...withBody, contentType: ['multipart-form-data'] } },
		placeholder: 'Add part',
		default: {},
		description: 'Fields and files of the form',
		options: [
			{
				displayName: 'Part',
				name: 'parameters',
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						placeholder: 'e.g. file',
						description: 'Name of the part',
					},
					{
						displayName: 'Type',
						name: 'parameterType',
						type: 'options',
						options: [
							{ name: 'Form Data', value: 'formData', description: 'Send text' },
							{
								// n8n writes its own name like this.
								// eslint-disable-next-line n8n-nodes-base/node-param-display-name-miscased
								name: 'n8n Binary File',
								value: 'formBinaryData',
								description: 'Send a file from a binary field of the item',
							},
						],
						default: 'formData',
						description: 'Content of the part',
					},
					{
						displayName: 'Value',
						name: 'value',
						type: 'string',
						displayOptions: { show: { parameterType: ['formData'] } },
						default: '',
						description: 'Text of the part',
					},
					{
						displayName: FILE_FIELD,
						name: 'inputDataFieldName',
						type: 'string',
						displayOptions: { show: { parameterType: ['formBinaryData'] } },
						default: 'data',
						description: 'Name of the binary field of the item that contains the file',
					},
				],
			},
		],
	},
	{
		displayName: 'Content Type',
		name: 'rawContentType',
		type: 'string',
		displayOptions: { show: { ...withBody, contentType: ['raw'] } },
		default: 'text/csv',
		placeholder: 'e.g. text/csv',
		description: 'Media type of the body',
	},
	{
		displayName: 'Body',
		name: 'body',
		type: 'string',
		typeOptions: { rows: 4 },
		displayOptions: { show: { ...withBody, contentType: ['raw'] } },
		default: '',
		placeholder: 'e.g. id,name__v',
		description: 'Enter the body. It is sent unchanged.',
	},
	{
		displayName: FILE_FIELD,
		name: 'inputDataFieldName',
		type: 'string',
		displayOptions: { show: { ...withBody, contentType: ['binaryData'] } },
		default: 'data',
		description: 'Name of the binary field of the item that contains the file',
	},
];

/** What a call sends. */
interface Body {
	/** Creates it, again each time it is sent */
	create: () => CallBody | Promise<CallBody>;
	/** Whether it contains files, so that sending it may take long */
	isUpload: boolean;
}

/**
 * Reads the body of one item. Everything is checked now. Files are opened when they are sent.
 *
 * @returns `undefined` when the call has no body
 * @throws VaultFieldError
 */
export async function readBody(
	context: IExecuteFunctions,
	itemIndex: number,
	parameters: Parameters,
): Promise<Body | undefined> {
	if (!withBody.method.some((method) => method === parameters.value('method'))) return undefined;
	const kind = parameters.choice('contentType', 'Body Content Type', KINDS);
	if (kind === 'none') return undefined;
	assertNoContentType(parameters, kind);
	switch (kind) {
		case 'json':
			return text(jsonText(parameters.value('jsonBody')), 'application/json');
		case 'form-urlencoded': {
			const fields = parameters.pairs('bodyParameters', 'Body Fields');
			return { create: () => fieldsBody(fields), isUpload: false };
		}
		case 'raw': {
			const type = parameters.text(
				'rawContentType',
				'Content Type',
				'a media type, such as text/csv',
			);
			assertHeaderValue(type, 'Content Type');
			const body = parameters.value('body') ?? '';
			if (typeof body === 'string' && body !== '') return text(body, type);
			// Do not repeat the body: it may contain a password.
			throw new VaultFieldError('Body', body === '' ? '' : undefined, 'the text to send');
		}
		case 'binaryData': {
			const upload = await uploadOf(context, itemIndex, parameters.value('inputDataFieldName'));
			return { create: async () => await fileBody(upload), isUpload: true };
		}
		case 'multipart-form-data': {
			const entries = parameters.entries('bodyParts');
			if (entries.length === 0) throw new VaultFieldError('Body Parts', '', 'one part or more');
			const parts = await Promise.all(
				entries.map(async (entry) => await partOf(context, itemIndex, entry)),
			);
			return { create: () => formBody(parts), isUpload: parts.some((part) => 'file' in part) };
		}
	}
}

/** Refuses a `Content-Type` header: the body sets its own. */
function assertNoContentType(parameters: Parameters, kind: string): void {
	const headers = parameters.pairs('headerParameters', 'Headers');
	const header = headers.find(({ name }) => /^content-type$/i.test(name));
	if (header === undefined) return;
	throw new VaultFieldError(
		'Headers › Name',
		header.name,
		kind === 'raw'
			? 'a header that the field Content Type does not set'
			: 'a header that Body Content Type does not set',
	);
}

function text(body: string, contentType: string): Body {
	return { create: () => textBody(body, contentType), isUpload: false };
}

/** @throws VaultFieldError */
function jsonText(given: unknown): string {
	if (typeof given === 'object' && given !== null) return JSON.stringify(given);
	const expected = 'JSON, such as {"name__v": "Leaflet"}';
	if (typeof given !== 'string') throw new VaultFieldError('JSON', given ?? '', expected);
	const place = whereInvalid(given);
	if (place === undefined) return given;
	// Do not repeat the text: it may contain a password.
	throw new VaultFieldError('JSON', given.trim() === '' ? '' : undefined, expected + place);
}

/** Where a text stops being JSON, as the end of a sentence; `undefined` when all of it is JSON. */
function whereInvalid(text: string): string | undefined {
	try {
		JSON.parse(text);
		return undefined;
	} catch (error) {
		const [, position] = /\bat position (\d+)/.exec(String(error)) ?? [];
		return position === undefined
			? ''
			: `; the text is not JSON from character ${Number(position) + 1} on`;
	}
}

async function partOf(
	context: IExecuteFunctions,
	itemIndex: number,
	entry: Record<string, unknown>,
): Promise<FormPart> {
	const name = nameOf(entry, 'Body Parts');
	return entry.parameterType === 'formBinaryData'
		? { name, file: await uploadOf(context, itemIndex, entry.inputDataFieldName) }
		: { name, text: textOf(entry.value, `Body Parts › ${name}`) };
}

/**
 * A file of the item, which n8n keeps in its storage or in memory.
 *
 * @param given name of the binary field, or the file itself
 * @throws VaultFieldError when there is none
 */
async function uploadOf(
	context: IExecuteFunctions,
	itemIndex: number,
	given: unknown,
): Promise<Upload> {
	const field = typeof given === 'string' ? given.trim() : given;
	const { id, data, bytes, mimeType, ...file } = fileOf(context, itemIndex, field);
	// Without a name, the server would not treat it as a file (RFC 7578, section 4.2).
	const fileName = file.fileName || (typeof field === 'string' ? field : 'file');
	if (id === undefined) {
		const content = Buffer.from(data, 'base64');
		return { fileName, mimeType, size: content.length, open: async () => content };
	}
	const size = bytes ?? (await context.helpers.getBinaryMetadata(id)).fileSize;
	return {
		fileName,
		mimeType,
		size,
		open: async () => await context.helpers.getBinaryStream(id),
	};
}

/** The settings of the workflow decide where an item has its files, so n8n looks it up. */
function fileOf(context: IExecuteFunctions, itemIndex: number, field: unknown): IBinaryData {
	try {
		const file: unknown = context.helpers.assertBinaryData(itemIndex, field as string);
		if (isRecord(file) && typeof file.mimeType === 'string') return file as unknown as IBinaryData;
	} catch {
		// n8n's message does not say which field of the node is wrong.
	}
	const { binary = {} } = context.getInputData()[itemIndex];
	const names = Object.keys(binary).join(', ') || 'none';
	throw new VaultFieldError(
		FILE_FIELD,
		field ?? '',
		`the name of a binary field of the item, which has: ${names}`,
	);
}
