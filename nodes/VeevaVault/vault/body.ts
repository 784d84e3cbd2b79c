import type { ByteStream } from './answer';
import type { CallBody } from './api';
import type { Pair } from './headers';

/** A file to upload, whose bytes are read when they are sent. */
export interface Upload {
	fileName: string;
	mimeType: string;
	/** In bytes */
	size: number;
	/** Opens it: once for each time that it is sent */
	open(): Promise<ByteStream | Buffer>;
}

/** A part of a form. */
export type FormPart = { name: string } & ({ text: string } | { file: Upload });

/** A body in text, such as JSON or CSV; as bytes, so that no HTTP client reads anything into it. */
export function textBody(text: string, contentType: string): CallBody {
	return { content: Buffer.from(text), headers: { 'Content-Type': contentType } };
}

/** Names and values: `application/x-www-form-urlencoded`, as n8n writes it. */
export function fieldsBody(pairs: readonly Pair[]): CallBody {
	const fields = new URLSearchParams();
	for (const { name, value } of pairs) fields.append(name, value);
	return { content: fields };
}

/** A body that is one file. */
export async function fileBody({ open, size, mimeType }: Upload): Promise<CallBody> {
	return {
		content: await open(),
		headers: { 'Content-Type': mimeType, 'Content-Length': String(size) },
	};
}

/**
 * RFC 7578. The HTTP client writes the form, with a `Content-Length`, and reads each file when its turn comes, so that
 * none is ever in memory as a whole.
 */
export function formBody(parts: readonly FormPart[]): CallBody {
	const form = new FormData();
	for (const part of parts) {
		if ('file' in part) form.append(part.name, new UploadFile(part.file));
		else form.append(part.name, part.text);
	}
	return { content: form };
}

/** A file as the platform's forms take it, that is not in memory: its bytes come from where it is opened. */
class UploadFile extends File {
	readonly #upload: Upload;

	constructor(upload: Upload) {
		super([], upload.fileName, { type: upload.mimeType });
		this.#upload = upload;
		Object.defineProperty(this, 'size', { value: upload.size });
	}

	override stream(): ReturnType<File['stream']> {
		return ReadableStream.from(bytesOf(this.#upload));
	}
}

async function* bytesOf({ open }: Upload): AsyncGenerator<Uint8Array> {
	const content = await open();
	if (Buffer.isBuffer(content)) yield content;
	else yield* content as AsyncIterable<Uint8Array>;
}
