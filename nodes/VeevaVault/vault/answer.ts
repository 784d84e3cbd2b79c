import type { IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

import { answeredError, brokenOff, VaultError, vaultErrorBehind } from './errors';
import type { VaultHost } from './hosts';

/** The body of a successful answer: Vault's envelope with the fields of the call. */
export interface VaultAnswer {
	responseStatus: 'SUCCESS' | 'WARNING';
	[field: string]: unknown;
}

/** A stream as n8n gives and takes it: Node's, whose module may not be imported here. */
export type ByteStream = Awaited<ReturnType<IExecuteFunctions['helpers']['getBinaryStream']>>;

export type Headers = IN8nHttpFullResponse['headers'];

/** What an answer is read as. */
export type AnswerFormat = 'json' | 'text' | 'file';

/** An answer of Vault that is not a failure. */
export type VaultResponse = { headers: Headers } & (
	| { format: 'json'; body: VaultAnswer }
	| { format: 'text'; text: string }
	/** A stream that nobody has read yet; a buffer where it had to be read to tell whether it is a failure */
	| { format: 'file'; content: ByteStream | Buffer }
);

/** Vault's envelope around every answer that is not a file. */
type Envelope = { responseStatus: string; [field: string]: unknown };

/**
 * Tells success from failure, and gives the answer in the format that was asked for.
 *
 * A file or a text is refused with an envelope and HTTP status 200 as well. So what comes as text and without a file
 * name (`Content-Disposition`) is read first, and what carries none of Vault's headers is not taken for its answer.
 * Vault API reference: Documents › Download Document File; Response Headers (`X-VaultAPI-Status` from v23.2 on).
 *
 * @param secrets what must not appear in an error, should Vault repeat it in a message
 * @throws VaultError with Vault's first error, or with what the host answered instead
 */
export async function readResponse(
	host: VaultHost,
	response: IN8nHttpFullResponse,
	format: AnswerFormat,
	secrets: readonly string[] = [],
): Promise<VaultResponse> {
	const { headers, body } = response;
	if (format === 'json') return { format, headers, body: readAnswer(host, response, secrets) };
	const trouble = troubleOnTheWay(host, response) ?? unmarked(host, response);
	if (trouble !== undefined) {
		// Else the connection stays open until everything has been sent.
		if (isStream(body)) body.destroy();
		throw trouble;
	}
	if (isStream(body) && isFile(headers)) return { format: 'file', headers, content: body };

	const content = isStream(body) ? await bufferOf(body, host) : undefined;
	const text = content?.toString() ?? textOf(body);
	const envelope = envelopeIn(text) ?? refusalIn(headers);
	if (envelope !== undefined) readAnswer(host, { ...response, body: envelope }, secrets);
	return content === undefined
		? { format: 'text', headers, text }
		: { format: 'file', headers, content };
}

/**
 * Tells success from failure. Vault answers both with HTTP 200 and says which in `responseStatus`; any other HTTP
 * status comes from the network, a proxy, or a Vault that is being upgraded.
 * Vault API reference: About Vault API › Errors; Downtime.
 *
 * @throws VaultError with Vault's first error, or with what the host answered instead
 */
export function readAnswer(
	host: VaultHost,
	response: IN8nHttpFullResponse,
	secrets: readonly string[] = [],
): VaultAnswer {
	const trouble = troubleOnTheWay(host, response);
	if (trouble !== undefined) throw trouble;
	const { headers, body } = response;
	if (!isEnvelope(body)) {
		const answered = executionIdOf(headers) === undefined ? undefined : NOT_JSON;
		throw notVaults(host, headers, 'instead of JSON with a responseStatus', answered);
	}
	if (isSuccess(body)) return body;

	const error = firstError(body);
	const clean = (text: string) => withoutSecrets(text, secrets);
	const executionId = executionIdOf(headers);
	throw answeredError(
		{ type: clean(error.type), message: clean(error.message) },
		executionId === undefined ? undefined : clean(executionId),
	);
}

/** The error for what no Vault that works has answered. */
function troubleOnTheWay(
	{ host, origin }: VaultHost,
	{ statusCode, headers }: IN8nHttpFullResponse,
): VaultError | undefined {
	const minutes = header(headers, 'x-vaultapi-downtimeexpecteddurationminutes');
	if (minutes !== undefined) {
		const how = Number(minutes) > 0 ? `, by its own word for about ${Number(minutes)} minutes` : '';
		return new VaultError(
			`The Vault at ${host} is down for maintenance${how}`,
			'Try again after that time.',
			'DOWNTIME',
		);
	}
	if (statusCode >= 300 && statusCode < 400 && header(headers, 'location') !== undefined) {
		return new VaultError(
			`${host} sent the call on to ${redirectTarget(headers, origin)}; it was not followed`,
			'Vault does not redirect API calls. Check the Vault DNS and any proxy in between.',
			'REDIRECT',
		);
	}
	if (statusCode < 200 || statusCode >= 300) {
		return new VaultError(
			`${host} answered with HTTP status ${statusCode}`,
			'Vault answers with HTTP status 200 even when it refuses a call, so this is from a proxy, the network or a Vault in trouble. The call may or may not have been carried out, so it was not repeated. Check, then try again.',
			'HTTP_STATUS',
		);
	}
	return undefined;
}

/** The error for a text or file that somebody else has answered with: Vault puts its own headers on each answer. */
function unmarked(host: VaultHost, { headers }: IN8nHttpFullResponse): VaultError | undefined {
	const marked = Object.keys(headers).some((name) => /^x-vaultapi-/i.test(name));
	return marked ? undefined : notVaults(host, headers, "without any of Vault's headers");
}

/** With an execution ID it is Vault that has answered. */
const NOT_JSON =
	'Vault has carried out the call, so do not send it again without a check. If it gives a file or a text, choose that as the Response Format.';

function notVaults(
	{ host }: VaultHost,
	headers: Headers,
	but: string,
	todo = 'A proxy or a sign-in page may have answered in its place, or the host name is not that of a Vault. A call that changes data may have been carried out: check before you send it again.',
): VaultError {
	return new VaultError(
		`${host} did not answer as a Vault does: ${mediaType(headers) ?? 'no content type'} ${but}`,
		todo,
		'NOT_A_VAULT_ANSWER',
	);
}

/** Whether the body is a file for sure; an envelope is text, and has no name. */
function isFile(headers: Headers): boolean {
	if (refusalIn(headers) !== undefined) return false;
	if (header(headers, 'content-disposition') !== undefined) return true;
	return !/json|xml|text\//i.test(mediaType(headers) ?? 'text/plain');
}

/** What the headers alone say of a call that failed. */
function refusalIn(headers: Headers): Envelope | undefined {
	const responseStatus = header(headers, 'x-vaultapi-status') ?? '';
	return /^(FAILURE|EXCEPTION)$/.test(responseStatus) ? { responseStatus } : undefined;
}

/** The envelope in a text, as far as it tells whether the call failed: in JSON, or in XML if that was asked for. */
function envelopeIn(text: string): Envelope | undefined {
	const start = text.slice(0, 10_000).trimStart();
	if (start.startsWith('{')) {
		try {
			const body: unknown = JSON.parse(text);
			return isEnvelope(body) ? body : undefined;
		} catch {
			return undefined;
		}
	}
	if (!start.startsWith('<')) return undefined;
	const inXml = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(start)?.[1];
	const responseStatus = inXml('responseStatus');
	return responseStatus === undefined
		? undefined
		: { responseStatus, errors: [{ type: inXml('type'), message: inXml('message') }] };
}

async function bufferOf(stream: ByteStream, { host }: VaultHost): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	try {
		for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(chunk);
	} catch (failure) {
		throw vaultErrorBehind(failure) ?? brokenOff(host);
	}
	return Buffer.concat(chunks);
}

export function isStream(body: unknown): body is ByteStream {
	return isRecord(body) && typeof body.pipe === 'function' && typeof body.destroy === 'function';
}

function textOf(body: unknown): string {
	return typeof body === 'string' ? body : JSON.stringify(body);
}

export function isEnvelope(body: unknown): body is Envelope {
	return isRecord(body) && typeof body.responseStatus === 'string';
}

function isSuccess(body: Envelope): body is VaultAnswer {
	return body.responseStatus === 'SUCCESS' || body.responseStatus === 'WARNING';
}

/** The first of an envelope's `errors`; where there is none, what the envelope says of itself. */
export function firstError(body: Record<string, unknown>): { type: string; message: string } {
	const [error] = Array.isArray(body.errors) ? (body.errors as unknown[]) : [];
	const { type, message } = isRecord(error) ? error : {};
	return {
		type: typeof type === 'string' ? type : String(body.responseStatus),
		message:
			typeof message === 'string'
				? message
				: typeof body.responseMessage === 'string'
					? body.responseMessage
					: 'Vault refused the call without saying why',
	};
}

/** The host to which an answer redirects. */
export function redirectTarget(headers: Headers, origin: string): string {
	try {
		return new URL(header(headers, 'location') ?? '', origin).host;
	} catch {
		return 'nowhere';
	}
}

/** Replaces secrets in a text that comes from outside, also as they look in an address or in a form. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
	return secrets
		.filter((secret) => secret !== '')
		.flatMap((secret) => [
			secret,
			encodeURIComponent(secret),
			new URLSearchParams([['', secret]]).toString().slice(1),
		])
		.reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
}

/**
 * Reads a header.
 *
 * @param name in lower case
 */
export function header(headers: Headers, name: string): string | undefined {
	const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
	return value === undefined || value === null ? undefined : String(value);
}

/** Vault's id of the call that it answers. */
export function executionIdOf(headers: Headers): string | undefined {
	return header(headers, 'x-vaultapi-executionid');
}

/** `Content-Type` without its parameters. */
export function mediaType(headers: Headers): string | undefined {
	return header(headers, 'content-type')?.split(';')[0].trim().toLowerCase();
}

/** Narrows what came over the wire to an object with fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
