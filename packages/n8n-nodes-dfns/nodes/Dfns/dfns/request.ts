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
 * The address of a request, when it may be signed. A relative one is meant for the credential's own Dfns. Where both
 * `url` and `uri` are given, n8n sends to the first.
 *
 * @throws DfnsError when it is for somebody else, or would travel in the clear: nothing is sent
 */
export function targetOf(options: SignableOptions, base: BaseUrl): URL {
	const { baseURL = '', url, uri = '' } = options;
	const target = readUrl(joined(joined(base.origin, baseURL), url ?? uri), base.origin);
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

/** Joins addresses as axios does, with which n8n sends: the path of the first is kept. */
function joined(base: string, address: string): string {
	// n8n's older helper takes a URL object, too.
	const given = String(address).trim();
	if (/^([a-z][a-z\d+.-]*:)?\/\//i.test(given)) return given;
	return given === '' ? base : `${base.replace(/\/+$/, '')}/${given.replace(/^\/+/, '')}`;
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
	// What was checked is what is sent.
	const { href } = targetOf(options, base);
	if (options.uri === undefined || options.url !== undefined) options.url = href;
	if (options.uri !== undefined) options.uri = href;
	delete options.baseURL;
	const marks = Object.keys(CREDENTIAL_TEST_HEADERS).map((name) => name.toLowerCase());
	// A request that is sent again has been here before: its nonce is used up.
	const nonce = appId === '' ? [] : ['x-dfns-nonce'];
	const replaced = ['authorization', ...nonce, ...marks];
	const given = Object.entries(options.headers ?? {}).filter(
		([name]) => !replaced.includes(name.toLowerCase()),
	);
	const names = given.map(([name]) => name.toLowerCase());
	const own = Object.entries(applicationHeaders(appId, clocks.now(base.host))).filter(
		([name]) => !names.includes(name.toLowerCase()),
	);
	// n8n's default is to send it along to wherever a redirect points. n8n before 1.123.29 and 2.5.0 restores the header
	// only where it is spelt `Authorization`; the option covers its other ways of following redirects.
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
