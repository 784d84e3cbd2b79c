import type { IBinaryData, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { isRecord } from '../../../../packages/shared/isRecord';
import { VaultFieldError } from '../../vault/errors';
import type { CallBody } from '../../vault/http/call';
import { nameOf, pairsProperty, textOf, type Parameters } from '../parameters';
import { fieldsBody, fileBody, formBody, textBody, type FormPart, type Upload } from './content';
import { assertHeaderValue } from './headers';

/** The methods that may have a body. */
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

/** What the editor shows for the body of a call; {@link readBody} reads it. */
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
				description: 'Names and values, which most calls take',
			},
			{
				name: 'Form-Data',
				value: 'multipart-form-data',
				description: 'Names and values, and files from binary fields',
			},
			{ name: 'JSON', value: 'json', description: 'A JSON text, object or list' },
			{
				name: 'N8n Binary File',
				value: 'binaryData',
				description: 'One file from a binary field, as it is, such as a CSV file',
			},
			{ name: 'None', value: 'none', description: 'The call has no body' },
			{ name: 'Raw', value: 'raw', description: 'A text, such as CSV' },
		],
		default: 'none',
		description: 'What to send as the body',
	},
	{
		displayName: 'JSON',
		name: 'jsonBody',
		type: 'json',
		displayOptions: { show: { ...withBody, contentType: ['json'] } },
		default: '',
		description: 'The body, as JSON text or as an expression that gives an object or a list',
	},
	{
		...pairsProperty('bodyParameters', 'Body Fields', 'field', 'The fields of the form'),
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
		description: 'The fields and files of the form',
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
							{ name: 'Form Data', value: 'formData', description: 'A text' },
							{
								name: 'N8n Binary File',
								value: 'formBinaryData',
								description: 'A file from a binary field of the item',
							},
						],
						default: 'formData',
						description: 'What the part holds',
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
						description: 'Name of the binary field of the item that has the file',
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
		description: 'The body, as it is sent',
	},
	{
		displayName: FILE_FIELD,
		name: 'inputDataFieldName',
		type: 'string',
		displayOptions: { show: { ...withBody, contentType: ['binaryData'] } },
		default: 'data',
		description: 'Name of the binary field of the item that has the file',
	},
];

/** What a call sends. */
interface Body {
	/** Makes it, anew for each time that it is sent */
	make: () => CallBody | Promise<CallBody>;
	/** Whether it has files, and may take long */
	isUpload: boolean;
}

/**
 * Reads the body of one item. All is checked at once; files are opened when they are sent.
 *
 * @returns `undefined` when the call has none
 * @throws VaultFieldError
 */
export async function readBody(
	context: IExecuteFunctions,
	itemIndex: number,
	given: Parameters,
): Promise<Body | undefined> {
	if (!withBody.method.some((method) => method === given.value('method'))) return undefined;
	const kind = given.choice('contentType', 'Body Content Type', KINDS);
	if (kind === 'none') return undefined;
	assertNoContentType(given, kind);
	switch (kind) {
		case 'json':
			return text(jsonText(given.value('jsonBody')), 'application/json');
		case 'form-urlencoded': {
			const fields = given.pairs('bodyParameters', 'Body Fields');
			return { make: () => fieldsBody(fields), isUpload: false };
		}
		case 'raw': {
			const type = given.text('rawContentType', 'Content Type', 'a media type, such as text/csv');
			assertHeaderValue(type, 'Content Type');
			const body = given.value('body') ?? '';
			if (typeof body === 'string' && body !== '') return text(body, type);
			// Not what it is: there may be a password in it.
			throw new VaultFieldError('Body', body === '' ? '' : undefined, 'the text to send');
		}
		case 'binaryData': {
			const upload = await uploadOf(context, itemIndex, given.value('inputDataFieldName'));
			return { make: async () => await fileBody(upload), isUpload: true };
		}
		case 'multipart-form-data': {
			const entries = given.entries('bodyParts');
			if (entries.length === 0) throw new VaultFieldError('Body Parts', '', 'one part or more');
			const parts = await Promise.all(
				entries.map(async (entry) => await partOf(context, itemIndex, entry)),
			);
			return { make: () => formBody(parts), isUpload: parts.some((part) => 'file' in part) };
		}
	}
}

/** Throws for a header that says what the body is, which the body says itself. */
function assertNoContentType(given: Parameters, kind: string): void {
	const headers = given.pairs('headerParameters', 'Headers');
	const header = headers.find(({ name }) => /^content-type$/i.test(name));
	if (header === undefined) return;
	throw new VaultFieldError(
		'Headers › Name',
		header.name,
		kind === 'raw'
			? 'another header: the field Content Type sets this one'
			: 'another header: Body Content Type sets this one',
	);
}

function text(body: string, contentType: string): Body {
	return { make: () => textBody(body, contentType), isUpload: false };
}

/** @throws VaultFieldError */
function jsonText(given: unknown): string {
	if (typeof given === 'object' && given !== null) return JSON.stringify(given);
	const expected = 'JSON, such as {"name__v": "Leaflet"}';
	if (typeof given !== 'string') throw new VaultFieldError('JSON', given ?? '', expected);
	const mistake = mistakeIn(given);
	if (mistake === undefined) return given;
	// Not the text itself: there may be a password in it.
	throw new VaultFieldError('JSON', given.trim() === '' ? '' : undefined, expected + mistake);
}

/** Where a text is no JSON, as the end of a sentence; `undefined` when it is. */
function mistakeIn(text: string): string | undefined {
	try {
		JSON.parse(text);
		return undefined;
	} catch (error) {
		const [, place] = /\bat position (\d+)/.exec(String(error)) ?? [];
		return place === undefined ? '' : `; the mistake is at character ${Number(place) + 1}`;
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
 * A file of the item, as n8n keeps it: in a store of its own, or in memory.
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
	// Without a name it would be no file for the server (RFC 7578, section 4.2).
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

/** Where an item has its files, the settings of the workflow decide: n8n knows. */
function fileOf(context: IExecuteFunctions, itemIndex: number, field: unknown): IBinaryData {
	try {
		const file: unknown = context.helpers.assertBinaryData(itemIndex, field as string);
		if (isRecord(file) && typeof file.mimeType === 'string') return file as unknown as IBinaryData;
	} catch {
		// n8n's words do not say which field of the node it is.
	}
	const { binary = {} } = context.getInputData()[itemIndex];
	const names = Object.keys(binary).join(', ') || 'none';
	throw new VaultFieldError(
		FILE_FIELD,
		field ?? '',
		`the name of a binary field of the item, which has: ${names}`,
	);
}
