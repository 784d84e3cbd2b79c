import type { IHttpRequestOptions } from 'n8n-workflow';

import { VaultError } from '../vault/errors';
import { hostOf, isLoopback, isSibling, readUrl, type VaultHost } from '../vault/http/hosts';
import type { VaultSession } from '../vault/session/types';
import type { LoginFields } from './fields';
import { isSigningHeader, isSigningParameter } from './reserved';
import { hostFor } from './sessions';

/** n8n's request options in both of its forms: the HTTP Request node still uses the older one. */
export type SignableOptions = IHttpRequestOptions & {
	uri?: string;
	rejectUnauthorized?: boolean;
};

/**
 * The signature of the methods that have no session to keep; `undefined` for the methods that have one. Header names are
 * in lower case, as in all signatures: n8n before 1.123.29 and 2.5.0 puts `Authorization`, spelled like that, on each
 * redirected request.
 */
export function fixedSignature({
	authentication,
}: LoginFields): Record<string, string> | undefined {
	switch (authentication.method) {
		case 'accessToken':
			return { authorization: `Bearer ${authentication.token}` };
		case 'sessionId':
			return { authorization: authentication.sessionId };
		case 'salesforce':
			// Vault API reference: Authentication › Salesforce Delegated Requests.
			return {
				authorization: authentication.token,
				'X-Auth-Provider': 'sfdc',
				'X-Auth-Host': authentication.host.origin,
			};
		default:
			return undefined;
	}
}

/**
 * Reads the address of a request, once, and puts it back as text: an object from an expression could read differently each
 * time, and what was checked must be what is sent. n8n reads `url` before `uri`.
 */
function fixAddress(options: SignableOptions): void {
	const given: unknown = options.url ?? options.uri;
	if (given === undefined || given === null) return;
	const address = String(given);
	if (options.uri !== undefined) options.uri = address;
	if (options.url !== undefined) options.url = address;
	if (options.baseURL !== undefined) options.baseURL = String(options.baseURL);
}

/**
 * The address of a request. A relative address is meant for the credential's own Vault.
 *
 * @throws VaultError when there is none, or when it signs in another way: with a user name, a password, or a parameter
 */
function addressOf({ url, uri, baseURL }: SignableOptions, own: VaultHost): URL {
	const given = url ?? uri;
	const base = readUrl(baseURL ?? '/', own.origin)?.href;
	const address = given === undefined || given === null ? undefined : readUrl(given, base);
	if (address === undefined) {
		throw new VaultError(
			'The request has no URL that can be read',
			`Expected a URL that starts with ${own.origin}/`,
			'INVALID_FIELD',
		);
	}
	if (address.username !== '' || address.password !== '') {
		throw notOurs('has a user name or password in its URL', 'Remove them');
	}
	assertUnsigned(address.searchParams.keys());
	return address;
}

function assertUnsigned(parameters: Iterable<string>): void {
	const parameter = [...parameters].find(isSigningParameter);
	if (parameter === undefined) return;
	throw notOurs(`has the query parameter "${parameter}"`, 'Remove the parameter');
}

/**
 * Where a request may be sent when it is signed with the credential's fixed signature.
 *
 * @throws VaultError for any other host, and for plain http
 */
export function targetOfFixed(options: SignableOptions, { vault }: LoginFields): URL {
	return targetOf(options, vault, [vault]);
}

/**
 * Where a request may be sent when it is signed with a session: to the Vault that the session is for, or to another one in
 * which it can be used. A delegated session can be used in one Vault only.
 *
 * @throws VaultError for any other host, and for plain http
 */
export function targetOfSession(
	options: SignableOptions,
	fields: LoginFields,
	session: VaultSession,
): URL {
	const own = hostFor(fields, session);
	const named = fields.delegation === undefined ? session.vaultIds.map(hostOf) : [];
	const others = named.filter((host) => host !== undefined);
	const siblings = others.filter((host) => isSibling(fields.vault, host));
	return targetOf(options, own, [own, ...siblings]);
}

/**
 * Before any login: refuses a request that no session of this Vault could sign, so that it does not cause a login.
 *
 * @param known a session of the credential, living or not. Without one, only the domain tells: all Vaults of a user are in
 *   the same domain.
 * @throws VaultError for any other host, and for plain http
 */
export function assertSignable(
	options: SignableOptions,
	fields: LoginFields,
	known: VaultSession | undefined,
): void {
	if (known !== undefined) {
		targetOfSession(options, fields, known);
		return;
	}
	const target = addressOf(options, fields.vault);
	assertEncrypted(target);
	if (!isSibling(fields.vault, target)) throw foreignHost(target, [fields.vault.host]);
}

/**
 * Refuses a request that brings its own connection or signature, before anything is sent. A signature is sent only where the
 * server has proven its identity, with the certificates and the proxy that n8n's administrator has set up.
 *
 * @param replaced names of the headers that the credential signs with: it replaces these
 * @throws VaultError that names what to change
 */
export function assertOnlyOurs(options: SignableOptions, replaced: readonly string[]): void {
	fixAddress(options);
	assertOwnConnection(options);
	if (isSet(options.auth)) throw notOurs('brings its own authentication', 'Remove it');
	const header = Object.keys(options.headers ?? {}).find(
		(name) => isSigningHeader(name) && !replaced.includes(normalized(name)),
	);
	if (header !== undefined) throw notOurs(`has the header "${header}"`, 'Remove the header');
	const { qs } = options;
	assertUnsigned(
		typeof qs === 'string' || qs instanceof URLSearchParams
			? new URLSearchParams(qs).keys()
			: Object.keys(qs ?? {}),
	);
}

function assertOwnConnection(options: SignableOptions): void {
	if (isSet(options.proxy)) {
		throw notOurs(
			'brings its own proxy',
			"Remove the option Proxy. A proxy that n8n's administrator has set up (HTTPS_PROXY) is used",
		);
	}
	if (options.skipSslCertificateValidation === true || options.rejectUnauthorized === false) {
		throw notOurs(
			"does not check the server's certificate",
			"Turn off Ignore SSL Issues. To trust your own certificate, ask n8n's administrator to set NODE_EXTRA_CA_CERTS",
		);
	}
	if (isSet(options.agentOptions)) {
		throw notOurs(
			'brings its own certificates or connection settings',
			"Turn off SSL Certificates. To trust your own certificate, ask n8n's administrator to set NODE_EXTRA_CA_CERTS",
		);
	}
}

/** Whether an option has a value: n8n also passes empty ones. */
function isSet(option: unknown): boolean {
	if (typeof option === 'object' && option !== null) return Object.keys(option).length > 0;
	return option !== undefined && option !== null && option !== '' && option !== false;
}

/** Header names mean the same in any case (RFC 9110, section 5.1). */
function normalized(name: string): string {
	return name.trim().toLowerCase();
}

function notOurs(what: string, todo: string): VaultError {
	return new VaultError(
		`The request was not sent: it ${what}, so the credential does not sign it`,
		`${todo}.`,
		'NOT_SIGNED',
	);
}

/**
 * Puts a signature on a request, in place of any that it has.
 *
 * @param target where the request goes, as {@link targetOfFixed} or {@link targetOfSession} found it
 * @param clientId value of `X-VaultAPI-ClientID`, unless the request has its own
 */
export function sign(
	options: SignableOptions,
	target: URL,
	signature: Record<string, string>,
	clientId: string,
): IHttpRequestOptions {
	// Under the names that it came with: n8n's helpers read one or the other.
	if (options.uri !== undefined) options.uri = target.href;
	if (options.url !== undefined) options.url = target.href;
	delete options.baseURL;
	const replaced = Object.keys(signature).map(normalized);
	const headers = Object.fromEntries(
		Object.entries(options.headers ?? {}).filter(([name]) => !replaced.includes(normalized(name))),
	);
	const named = Object.keys(headers).map(normalized);
	options.headers = {
		...headers,
		...signature,
		...(named.includes('x-vaultapi-clientid') ? {} : { 'X-VaultAPI-ClientID': clientId }),
	};
	// By default n8n sends Authorization to wherever a redirect points.
	options.sendCredentialsOnCrossOriginRedirect = false;
	return options;
}

/** The address of a request that may be signed. */
function targetOf(options: SignableOptions, own: VaultHost, hosts: readonly VaultHost[]): URL {
	const target = addressOf(options, own);
	assertEncrypted(target);
	if (hosts.some(({ host }) => host === target.host)) return target;
	throw foreignHost(
		target,
		hosts.map(({ host }) => host),
	);
}

function foreignHost({ host }: URL, own: string[]): VaultError {
	return new VaultError(
		`The request to ${host} was not sent: it is not a host of this credential's Vault`,
		`This credential signs only requests to ${[...new Set(own)].join(', ')}. Use another credential for ${host}.`,
		'FOREIGN_HOST',
	);
}

function assertEncrypted(target: URL): void {
	if (target.protocol === 'https:') return;
	if (target.protocol === 'http:' && isLoopback(target.hostname)) return;
	throw new VaultError(
		`The request to ${target.host} was not sent: it would carry the session over plain ${target.protocol.slice(0, -1)}`,
		'Start the address with https://.',
		'PLAIN_HTTP',
	);
}
