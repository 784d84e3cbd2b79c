import type { IHttpRequestOptions } from 'n8n-workflow';

import { applicationHeaders, clocks } from './api';
import { assertOwn, readUrl, type BaseUrl } from './baseUrl';
import { DfnsError } from './errors';
import type { ServiceAccount } from './fields';

/** n8n's request options in both of its shapes: the HTTP Request node still says `uri`. */
export type SignableOptions = IHttpRequestOptions & { uri?: string };

/**
 * Marks the credential test's request, so that the credential knows when it is tested. Not sent on.
 */
export const CREDENTIAL_TEST_HEADERS = { 'X-N8n-Credential-Test': 'true' } as const;

/** Shaped so that n8n calls `preAuthentication` and then tries again. */
export class PreparationNeeded extends DfnsError {
	readonly response = { status: 401 };

	constructor() {
		super('The user has to be logged in to Dfns first', 'Run the step again.', 'LOGIN_NEEDED');
	}
}

/**
 * The address of a request, when it may be signed. A relative one is meant for the credential's own Dfns.
 *
 * @throws DfnsError when it is for somebody else, or would travel in the clear: nothing is sent
 */
export function targetOf(options: SignableOptions, base: BaseUrl): URL {
	const against = readUrl(options.baseURL ?? '/', base.origin)?.href;
	const target = readUrl(options.uri ?? options.url, against);
	if (target === undefined) {
		throw new DfnsError(
			'The request has no address that can be read',
			`Expected an address that begins with ${base.origin}/`,
			'INVALID_FIELD',
		);
	}
	assertOwn(target, base);
	return target;
}

/**
 * Puts a token on a request, in place of a signature that it may have.
 *
 * @param options changed and given back
 * @throws DfnsError when the request is for somebody else
 */
export function signed(
	options: SignableOptions,
	{ base, appId }: ServiceAccount,
	token: string,
): IHttpRequestOptions {
	const target = targetOf(options, base);
	if (options.baseURL !== undefined) {
		options.url = target.href;
		delete options.baseURL;
	}
	const marks = Object.keys(CREDENTIAL_TEST_HEADERS).map((name) => name.toLowerCase());
	const replaced = ['authorization', ...marks];
	const given = Object.entries(options.headers ?? {}).filter(
		([name]) => !replaced.includes(name.toLowerCase()),
	);
	const names = given.map(([name]) => name.toLowerCase());
	const own = Object.entries(applicationHeaders(appId, clocks.now(base.host))).filter(
		([name]) => !names.includes(name.toLowerCase()),
	);
	// In small letters, and with the option, for n8n's default is to send Authorization along to wherever a redirect
	// points; n8n before 1.123.29 and 2.5.0 knows no such option, and does so for this very spelling.
	options.headers = { ...Object.fromEntries([...given, ...own]), authorization: `Bearer ${token}` };
	options.sendCredentialsOnCrossOriginRedirect = false;
	return options;
}

/**
 * Whether a request can be sent again without doing anything twice (RFC 9110, section 9.2.1).
 */
export function isSafe({ method = 'GET' }: SignableOptions): boolean {
	return ['GET', 'HEAD', 'OPTIONS'].includes(String(method).toUpperCase());
}

export function isCredentialTest({ headers }: SignableOptions): boolean {
	const [[name, mark]] = Object.entries(CREDENTIAL_TEST_HEADERS);
	return headers?.[name] === mark;
}
