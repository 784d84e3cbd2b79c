import type { CallBody } from '../../vault/http/call';
import type { ByteStream } from '../../vault/http/response';
import type { Pair } from '../parameters';

/** A file to upload, whose bytes are read when they are sent. */
export interface Upload {
	fileName: string;
	mimeType: string;
	/** In bytes */
	size: number;
	/** Opens the file, once each time it is sent */
	open(): Promise<ByteStream | Buffer>;
}

/** A part of a form. */
export type FormPart = { name: string } & ({ text: string } | { file: Upload });

/** A text body, such as JSON or CSV. It is sent as bytes, so that no HTTP client changes it. */
export function textBody(text: string, contentType: string): CallBody {
	return { content: Buffer.from(text), headers: { 'Content-Type': unparsed(contentType) } };
}

/** n8n parses a body of exactly this type. */
function unparsed(contentType: string): string {
	const form = 'application/x-www-form-urlencoded';
	return contentType === form ? `${form};charset=UTF-8` : contentType;
}

/** Names and values: `application/x-www-form-urlencoded`, as n8n writes it. */
export function fieldsBody(pairs: readonly Pair[]): CallBody {
	const fields = new URLSearchParams();
	for (const { name, value } of pairs) fields.append(name, value);
	return { content: fields };
}

/** A body that is one file. */
export async function fileBody({ open, size, mimeType }: Upload): Promise<CallBody> {
	const content = await open();
	return {
		content,
		headers: { 'Content-Type': unparsed(mimeType), 'Content-Length': String(size) },
		close: () => closeStream(content),
	};
}

/**
 * A form with files: `multipart/form-data` (RFC 7578). The HTTP client writes it with a `Content-Length` and reads each
 * file when its turn comes, so that no file is ever completely in memory.
 */
export function formBody(parts: readonly FormPart[]): CallBody {
	const form = new FormData();
	const files: UploadFile[] = [];
	for (const part of parts) {
		if ('file' in part) {
			const file = new UploadFile(part.file);
			files.push(file);
			form.append(part.name, file);
		} else {
			form.append(part.name, part.text);
		}
	}
	return { content: form, close: () => files.forEach((file) => file.close()) };
}

/** A file for the platform's forms that is not in memory: its bytes are read when they are sent. */
class UploadFile extends File {
	readonly #upload: Upload;

	/** Open streams; `undefined` after {@link close} */
	#opened: Set<ByteStream | Buffer> | undefined = new Set();

	constructor(upload: Upload) {
		super([], upload.fileName, { type: upload.mimeType });
		this.#upload = upload;
		Object.defineProperty(this, 'size', { value: upload.size });
	}

	override stream(): ReturnType<File['stream']> {
		return ReadableStream.from(this.#bytes());
	}

	close(): void {
		this.#opened?.forEach(closeStream);
		this.#opened = undefined;
	}

	async *#bytes(): AsyncGenerator<Uint8Array> {
		if (this.#opened === undefined) return;
		const content = await this.#upload.open();
		this.#opened?.add(content);
		// The form was closed while this file was being opened.
		if (this.#opened === undefined) closeStream(content);
		else if (Buffer.isBuffer(content)) yield content;
		else yield* content as AsyncIterable<Uint8Array>;
		this.#opened?.delete(content);
	}
}

function closeStream(content: ByteStream | Buffer): void {
	if (!Buffer.isBuffer(content)) content.destroy();
}
