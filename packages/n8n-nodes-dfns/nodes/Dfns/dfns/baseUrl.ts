import { DfnsError, DfnsFieldError } from './errors';

/** Where Dfns is reached. */
export interface BaseUrl {
	/** Host name, with the port where one is given: `api.dfns.io`, `localhost:9500` */
	host: string;
	/** Scheme and host, without a trailing slash: `https://api.dfns.io` */
	origin: string;
}

export const DEFAULT_BASE_URL = 'https://api.dfns.io';

/**
 * Whether a host is this machine itself. Only there may a token travel over plain http: nothing leaves the machine.
 *
 * @param hostname without port, as `URL.hostname` gives it (an IPv6 address in brackets)
 */
export function isLoopback(hostname: string): boolean {
	return (
		hostname === 'localhost' ||
		hostname.endsWith('.localhost') ||
		hostname === '[::1]' ||
		/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
	);
}

/**
 * Reads the "Base URL" field: an address without a path, since the path is part of what is signed
 * (`userActionHttpPath`). A bare host name is understood too.
 *
 * @throws DfnsFieldError naming what was given and what is expected
 */
export function parseBaseUrl(value: unknown): BaseUrl {
	const expected = `the address of the Dfns API without a path, such as ${DEFAULT_BASE_URL}`;
	const refuse = (given: unknown, more = '') =>
		new DfnsFieldError('Base URL', given, expected + more);
	if (typeof value !== 'string') throw refuse(value ?? '');
	const given = value.trim();
	if (given === '') throw refuse('');
	const url = readUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `https://${given}`);
	if (url === undefined || url.hostname === '') throw refuse(given);
	// An address with a user name or password in it: do not repeat it in a message.
	if (url.username !== '' || url.password !== '') {
		throw refuse(undefined, ', and without a user name or password in it');
	}
	if (url.pathname !== '/' || url.search !== '' || url.hash !== '') throw refuse(given);
	if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
		throw refuse(given, ': Dfns is reached over https only');
	}
	return { host: url.host, origin: `${url.protocol}//${url.host}` };
}

/**
 * Reads an address.
 *
 * @param base what a relative address is relative to
 * @returns `undefined` when it is none
 */
export function readUrl(text: string, base?: string): URL | undefined {
	try {
		return new URL(text, base);
	} catch {
		return undefined;
	}
}

/**
 * Makes sure that a request may carry a token of this Dfns.
 *
 * @param target where the request goes
 * @throws DfnsError when it is for somebody else, or would travel in the clear
 */
export function assertOwn(target: URL, { host, origin }: BaseUrl): void {
	if (
		target.protocol !== 'https:' &&
		!(target.protocol === 'http:' && isLoopback(target.hostname))
	) {
		throw new DfnsError(
			`The request to ${target.host} was not sent: it would carry the token over plain ${target.protocol.slice(0, -1)}`,
			'Begin the address with https://.',
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
