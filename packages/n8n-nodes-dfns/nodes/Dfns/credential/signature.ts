import type { IHttpRequestOptions } from 'n8n-workflow';

import { DfnsError } from '../dfns/errors';
import { isProtected, readUrl, type BaseUrl } from '../dfns/http/baseUrl';
import { applicationHeaders } from '../dfns/http/call';
import { clocks } from '../dfns/http/clocks';
import type { ServiceAccount } from '../dfns/serviceAccount';
import { CREDENTIAL_TEST_HEADERS } from './credentialTest';

/** n8n's request options in both of its forms: the HTTP Request node still says `uri`. */
export type SignableOptions = IHttpRequestOptions & { uri?: string };

/**
 * The URL of a request that can be signed. A relative URL is meant for the credential's own Dfns. When both `url`
 * and `uri` are given, n8n sends to `url`.
 *
 * @throws DfnsError when it is another host, or the token would travel unencrypted: nothing is sent
 */
export function targetOf(options: SignableOptions, base: BaseUrl): URL {
	const { baseURL = '', url, uri = '' } = options;
	const target = readUrl(joined(joined(base.origin, baseURL), url ?? uri), base.origin);
	if (target === undefined) {
		throw new DfnsError(
			'The request has no URL that can be read',
			`Expected a URL that begins with ${base.origin}/`,
			'INVALID_FIELD',
		);
	}
	assertOwn(target, base);
	return target;
}

/**
 * Makes sure that a request can carry a token of this Dfns.
 *
 * @param target where the request goes
 * @throws DfnsError when it is another host, or the token would travel unencrypted
 */
export function assertOwn(target: URL, { host, origin }: BaseUrl): void {
	if (!isProtected(target)) {
		throw new DfnsError(
			`The request to ${target.host} was not sent: it would carry the token over plain ${target.protocol.slice(0, -1)}`,
			'Start the URL with https://.',
			'PLAIN_HTTP',
		);
	}
	if (target.origin === origin) return;
	throw new DfnsError(
		`The request to ${target.host} was not sent: it is not the Dfns of this credential`,
		`This credential signs only requests to ${host}, its Base URL. Use another credential for ${target.host}.`,
		'FOREIGN_HOST',
	);
}

/** Joins URLs like axios, with which n8n sends: the path of the first one is kept. */
function joined(base: string, address: string): string {
	// n8n's older helper also takes a URL object.
	const given = String(address).trim();
	if (/^([a-z][a-z\d+.-]*:)?\/\//i.test(given)) return given;
	return given === '' ? base : `${base.replace(/\/+$/, '')}/${given.replace(/^\/+/, '')}`;
}

/**
 * Puts a token on a request, in place of any signature that it has.
 *
 * @param options changed and returned
 * @throws DfnsError when the request is for another host
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
	// A request that is sent again was signed before: its nonce is used up.
	const nonce = appId === '' ? [] : ['x-dfns-nonce'];
	const replaced = ['authorization', ...nonce, ...marks];
	const given = Object.entries(options.headers ?? {}).filter(
		([name]) => !replaced.includes(name.toLowerCase()),
	);
	const names = given.map(([name]) => name.toLowerCase());
	const own = Object.entries(applicationHeaders(appId, clocks.now(base.host))).filter(
		([name]) => !names.includes(name.toLowerCase()),
	);
	// By default, n8n sends the token to wherever a redirect points. The option prevents this, and so does the lower case:
	// n8n before 1.123.29 and 2.5.0 puts `Authorization`, spelled like that, on each redirected request.
	options.headers = { ...Object.fromEntries([...given, ...own]), authorization: `Bearer ${token}` };
	options.sendCredentialsOnCrossOriginRedirect = false;
	return options;
}

/** Whether a request can be sent again without doing anything twice (RFC 9110, section 9.2.1). */
export function isSafe({ method = 'GET' }: SignableOptions): boolean {
	return ['GET', 'HEAD', 'OPTIONS'].includes(String(method).toUpperCase());
}
