import type { IN8nHttpFullResponse } from 'n8n-workflow';

/** The headers of a response, as n8n gives them. */
export type Headers = IN8nHttpFullResponse['headers'];

/**
 * Reads a header.
 *
 * @param name in lower case
 */
export function header(headers: Headers, name: string): string | undefined {
	const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
	return value === undefined || value === null ? undefined : String(value);
}

/** Vault's ID of the call, by which Veeva support finds it. */
export function executionIdOf(headers: Headers): string | undefined {
	return header(headers, 'x-vaultapi-executionid');
}

/** `Content-Type` without its parameters. */
export function mediaType(headers: Headers): string | undefined {
	return header(headers, 'content-type')?.split(';')[0].trim().toLowerCase();
}

/** The host that a response redirects to. */
export function redirectTarget(headers: Headers, origin: string): string {
	try {
		return new URL(header(headers, 'location') ?? '', origin).host;
	} catch {
		return 'nowhere';
	}
}
