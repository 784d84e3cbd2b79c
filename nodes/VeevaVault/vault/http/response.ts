import type { IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

import { isRecord } from '../../../../packages/shared/isRecord';
import { VaultError } from '../errors';
import { brokenOff, vaultErrorBehind } from './connectionErrors';
import { executionIdOf, header, mediaType, redirectTarget, type Headers } from './headers';
import type { VaultHost } from './hosts';
import { withoutSecrets } from './secrets';

/** The JSON body of a successful response: Vault's envelope with the fields of the call. */
export interface ResponseBody {
	responseStatus: 'SUCCESS' | 'WARNING';
	[field: string]: unknown;
}

/** A stream as n8n gives and takes it: Node's own, whose module a community node cannot import. */
export type ByteStream = Awaited<ReturnType<IExecuteFunctions['helpers']['getBinaryStream']>>;

/** What a response is read as. */
export type ResponseFormat = 'json' | 'text' | 'file';

/** A response of Vault that is not a failure. */
export type VaultResponse = { headers: Headers } & (
	| { format: 'json'; body: ResponseBody }
	| { format: 'text'; text: string }
	/** A stream that no one has read yet, or a buffer where it had to be read to find out whether it is a failure */
	| { format: 'file'; content: ByteStream | Buffer }
);

/** Vault's envelope around every response that is not a file. */
type Envelope = { responseStatus: string; [field: string]: unknown };

/**
 * Tells success from failure, and returns the response in the format that was asked for.
 *
 * Vault refuses a file or a text with an envelope and HTTP status 200 too. So a response that is text and has no file name
 * (`Content-Disposition`) is read first. A response without any of Vault's headers does not count as Vault's.
 * Vault API reference: Documents › Download Document File; Response Headers (`X-VaultAPI-Status` from v23.2 on).
 *
 * @param secrets secrets to hide, should Vault repeat them in a message
 * @throws VaultError with Vault's first error, or with what the host sent instead
 */
export async function readResponse(
	host: VaultHost,
	response: IN8nHttpFullResponse,
	format: ResponseFormat,
	secrets: readonly string[] = [],
): Promise<VaultResponse> {
	const { headers, body } = response;
	if (format === 'json') return { format, headers, body: readBody(host, response, secrets) };
	const error = notFromVault(host, response) ?? unmarked(host, response);
	if (error !== undefined) {
		// The connection would stay open until everything has been sent.
		if (isStream(body)) body.destroy();
		throw error;
	}
	if (isStream(body) && isFile(headers)) return { format: 'file', headers, content: body };

	const content = isStream(body) ? await bufferOf(body, host) : undefined;
	const text = content?.toString() ?? textOf(body);
	const envelope = envelopeIn(text) ?? refusalIn(headers);
	if (envelope !== undefined) readBody(host, { ...response, body: envelope }, secrets);
	return content === undefined
		? { format: 'text', headers, text }
		: { format: 'file', headers, content };
}

/**
 * Tells success from failure. Vault sends both with HTTP status 200 and says which in `responseStatus`. Any other HTTP
 * status comes from the network, a proxy, or a Vault that is being upgraded.
 * Vault API reference: About Vault API › Errors; Downtime.
 *
 * @throws VaultError with Vault's first error, or with what the host sent instead
 */
export function readBody(
	host: VaultHost,
	response: IN8nHttpFullResponse,
	secrets: readonly string[] = [],
): ResponseBody {
	const foreign = notFromVault(host, response);
	if (foreign !== undefined) throw foreign;
	const { headers, body } = response;
	if (!isEnvelope(body)) {
		const advice = executionIdOf(headers) === undefined ? undefined : NOT_JSON;
		throw unlikeVault(host, headers, 'instead of JSON with a responseStatus', advice);
	}
	if (isSuccess(body)) return body;

	const error = firstError(body);
	const clean = (text: string) => withoutSecrets(text, secrets);
	const executionId = executionIdOf(headers);
	throw new VaultError(
		clean(`${error.message} [${error.type}]`),
		'',
		clean(error.type),
		executionId === undefined ? undefined : clean(executionId),
	);
}

/** The error for a response that no working Vault sends. */
function notFromVault(
	{ host, origin }: VaultHost,
	{ statusCode, headers }: IN8nHttpFullResponse,
): VaultError | undefined {
	const minutes = header(headers, 'x-vaultapi-downtimeexpecteddurationminutes');
	if (minutes !== undefined) {
		const time = Number(minutes) > 0 ? ` for about ${Number(minutes)} minutes` : '';
		return new VaultError(
			`The Vault at ${host} is down for maintenance${time}`,
			'Try again when the maintenance is over.',
			'DOWNTIME',
		);
	}
	if (statusCode >= 300 && statusCode < 400 && header(headers, 'location') !== undefined) {
		return new VaultError(
			`${host} redirected the call to ${redirectTarget(headers, origin)}; the redirect was not followed`,
			'Vault does not redirect API calls. Check the host name, and any proxy between n8n and Vault.',
			'REDIRECT',
		);
	}
	if (statusCode < 200 || statusCode >= 300) {
		return new VaultError(
			`${host} responded with HTTP status ${statusCode}`,
			'Vault responds with HTTP status 200 even when it refuses a call, so this response comes from a proxy, the network, or a Vault that does not work properly. The call may or may not have been carried out, so it was not repeated. Check, then try again.',
			'HTTP_STATUS',
		);
	}
	return undefined;
}

/** The error for a text or file that someone else sent: Vault puts its own headers on every response. */
function unmarked(host: VaultHost, { headers }: IN8nHttpFullResponse): VaultError | undefined {
	const marked = Object.keys(headers).some((name) => /^x-vaultapi-/i.test(name));
	return marked ? undefined : unlikeVault(host, headers, "without any of Vault's headers");
}

/** For a response with an execution ID, which only Vault sends. */
const NOT_JSON =
	'Vault has carried out the call, so check before you send it again. If it returns a file or a text, request that format.';

function unlikeVault(
	{ host }: VaultHost,
	headers: Headers,
	instead: string,
	todo = 'A proxy or a sign-in page may have responded instead, or the host name is not that of a Vault. A call that changes data may have been carried out: check before you send it again.',
): VaultError {
	return new VaultError(
		`${host} did not respond like a Vault: ${mediaType(headers) ?? 'no content type'} ${instead}`,
		todo,
		'NOT_A_VAULT_ANSWER',
	);
}

/** Whether the body is certainly a file. An envelope is text and has no name. */
function isFile(headers: Headers): boolean {
	if (refusalIn(headers) !== undefined) return false;
	if (header(headers, 'content-disposition') !== undefined) return true;
	return !/json|xml|text\//i.test(mediaType(headers) ?? 'text/plain');
}

/** What the headers alone say about a call that failed. */
function refusalIn(headers: Headers): Envelope | undefined {
	const responseStatus = header(headers, 'x-vaultapi-status') ?? '';
	return /^(FAILURE|EXCEPTION)$/.test(responseStatus) ? { responseStatus } : undefined;
}

/** The envelope in a text, in JSON or in XML, as far as it tells whether the call failed. */
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

function isSuccess(body: Envelope): body is ResponseBody {
	return body.responseStatus === 'SUCCESS' || body.responseStatus === 'WARNING';
}

/** The first of an envelope's `errors`, or else what the envelope says about itself. */
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
					: 'Vault refused the call without giving a reason',
	};
}
