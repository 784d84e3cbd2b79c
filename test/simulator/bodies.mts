import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

import type { MultipartFile } from '@fastify/multipart';

/** Larger files and texts are counted, not kept; bytes. */
const KEPT = 1_000_000;

/** A file of a form, read as it came. */
export class UploadedFile {
	readonly fileName: string;
	readonly mimeType: string;
	/** Bytes. */
	readonly size: number;
	readonly sha256: string;
	/** Missing for a large file. */
	readonly content?: Buffer;

	constructor(fields: Omit<UploadedFile, never>) {
		this.fileName = fields.fileName;
		this.mimeType = fields.mimeType;
		this.size = fields.size;
		this.sha256 = fields.sha256;
		if (fields.content) this.content = fields.content;
	}
}

/** A body that is no form. */
export class TextBody {
	/** Media type without parameters. */
	readonly type: string;
	readonly text: string;

	constructor(type: string, text: string) {
		this.type = type;
		this.text = text;
	}
}

/** Reads a file to its end, without holding it. */
export async function readUpload(
	part: Pick<MultipartFile, 'file' | 'filename' | 'mimetype'>,
): Promise<UploadedFile> {
	const hash = createHash('sha256');
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of part.file as AsyncIterable<Buffer>) {
		hash.update(chunk);
		size += chunk.length;
		if (size <= KEPT) chunks.push(chunk);
	}
	return new UploadedFile({
		fileName: part.filename,
		mimeType: part.mimetype,
		size,
		sha256: hash.digest('hex'),
		...(size <= KEPT && { content: Buffer.concat(chunks) }),
	});
}

/** Reads a body that is no form. */
export async function readText(contentType: string, payload: Readable): Promise<TextBody> {
	const chunks: Buffer[] = [];
	for await (const chunk of payload as AsyncIterable<Buffer>) chunks.push(chunk);
	const [type = ''] = contentType.split(';', 1);
	return new TextBody(type.trim().toLowerCase(), Buffer.concat(chunks).toString());
}

/** @returns the files of a parsed form */
export function formFiles(body: unknown): Record<string, UploadedFile> {
	if (typeof body !== 'object' || body === null) return {};
	return Object.fromEntries(
		Object.entries(body).filter(
			(entry): entry is [string, UploadedFile] => entry[1] instanceof UploadedFile,
		),
	);
}
