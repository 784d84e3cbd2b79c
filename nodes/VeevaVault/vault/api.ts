import type { IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import { answeredError, connectionError, VaultError, vaultErrorBehind } from './errors';
import { parseHost, readUrl, type VaultHost } from './hosts';

/**
 * One call of the Vault API, without its signature. The functions below make one for each call of Vault's
 * "Authentication" section; {@link requestOptions} turns it into what n8n's helpers send.
 */
export interface VaultCall {
	method: 'GET' | 'POST' | 'DELETE';
	/** From the host on, with the version: `/api/v25.2/keep-alive` */
	path: string;
	query?: Record<string, string>;
	/** Sent as `application/x-www-form-urlencoded` */
	form?: Record<string, string>;
	headers?: Record<string, string>;
}

/** What goes on every call, whoever signs it. */
export interface CallSettings {
	/** API version, `v25.2` */
	apiVersion: string;
	/** Value of `X-VaultAPI-ClientID`, by which Vault's usage log tells its callers apart */
	clientId: string;
}

export const DEFAULT_LOGIN_HOST = 'login.veevavault.com';

export const DEFAULT_SETTINGS: Readonly<CallSettings> = {
	apiVersion: 'v25.2',
	clientId: 'n8n-nodes-veeva-vault',
};

/** The body of a successful answer: Vault's envelope with the fields of the call. */
export interface VaultAnswer {
	responseStatus: 'SUCCESS' | 'WARNING';
	[field: string]: unknown;
}

/** Sends one request and gives the whole answer, whatever its HTTP status. */
export type Send = (options: IHttpRequestOptions) => Promise<IN8nHttpFullResponse>;

/** A login may be held back by Vault's burst limit; longer than this, nobody is listening. */
export const CALL_TIMEOUT_MS = 120_000;

/**
 * Log in with user name and password.
 * Vault API reference: Authentication › User Name and Password, `POST /api/{version}/auth`.
 */
export function passwordLogin(
	{ apiVersion }: CallSettings,
	login: { username: string; password: string; vaultDns: string },
): VaultCall {
	return {
		method: 'POST',
		path: `/api/${apiVersion}/auth`,
		form: { username: login.username, password: login.password, vaultDNS: login.vaultDns },
	};
}

/**
 * Exchange an identity provider's access token for a session. Answered by the login host, and signed by the token.
 * Vault API reference: Authentication › OAuth 2.0 / OpenID Connect, `POST /auth/oauth/session/{profileId}`.
 *
 * @param login.clientId the client's ID at the authorization server; left out when empty
 */
export function oAuthLogin(login: {
	profileId: string;
	clientId: string;
	vaultDns: string;
}): VaultCall {
	return {
		method: 'POST',
		path: `/auth/oauth/session/${encodeURIComponent(login.profileId)}`,
		form: {
			vaultDNS: login.vaultDns,
			...(login.clientId === '' ? {} : { client_id: login.clientId }),
		},
	};
}

/**
 * Ask how a user logs in. Answered by the login host, and signed by nothing.
 * Vault API reference: Authentication › Authentication Type Discovery, `POST /auth/discovery`.
 *
 * @param user.clientId the user's mapped authorization server client ID; adds `as_client_id` to the profiles
 * @param user.includeMsal adds `use_msal` to the profiles
 */
export function discovery(user: {
	username: string;
	clientId?: string;
	includeMsal?: boolean;
}): VaultCall {
	return {
		method: 'POST',
		path: '/auth/discovery',
		query: { username: user.username, ...(user.clientId ? { client_id: user.clientId } : {}) },
		...(user.includeMsal ? { headers: { 'X-VaultAPI-AuthIncludeMsal': 'true' } } : {}),
	};
}

/** The API versions of a Vault. Vault API reference: Authentication › Retrieve API Versions, `GET /api/`. */
export function apiVersions(): VaultCall {
	return { method: 'GET', path: '/api/' };
}

/**
 * Who am I. It does not count as activity: the session's idle time runs on.
 * Vault API reference: Users › Validate Session User, `GET /api/{version}/objects/users/me`.
 */
export function currentUser({ apiVersion }: CallSettings): VaultCall {
	return { method: 'GET', path: `/api/${apiVersion}/objects/users/me` };
}

/** Vault API reference: Authentication › Session Keep Alive, `POST /api/{version}/keep-alive`. */
export function keepAlive({ apiVersion }: CallSettings): VaultCall {
	return { method: 'POST', path: `/api/${apiVersion}/keep-alive` };
}

/**
 * End one session; others of the user live on.
 * Vault API reference: Authentication › End Session, `DELETE /api/{version}/session`.
 */
export function endSession({ apiVersion }: CallSettings): VaultCall {
	return { method: 'DELETE', path: `/api/${apiVersion}/session` };
}

/** Vault API reference: Authentication › Retrieve Delegations, `GET /api/{version}/delegation/vaults`. */
export function delegations({ apiVersion }: CallSettings): VaultCall {
	return { method: 'GET', path: `/api/${apiVersion}/delegation/vaults` };
}

/**
 * Start acting for another user. Not to be signed with a delegated session.
 * Vault API reference: Authentication › Initiate Delegated Session, `POST /api/{version}/delegation/login`.
 */
export function delegatedLogin(
	{ apiVersion }: CallSettings,
	delegation: { vaultId: string; delegatorUserId: string },
): VaultCall {
	return {
		method: 'POST',
		path: `/api/${apiVersion}/delegation/login`,
		form: { vault_id: delegation.vaultId, delegator_userid: delegation.delegatorUserId },
	};
}

/** Whether a call shows that the session lives without prolonging it (see {@link currentUser}). */
export function countsAsActivity({ path }: VaultCall): boolean {
	return !path.endsWith('/objects/users/me');
}

/**
 * The options with which n8n's request helpers make a call: the whole answer comes back whatever its HTTP status,
 * and no redirect is followed, for a redirect would carry a password or a session to wherever it points.
 *
 * @param authorization signs the call; without it n8n's credential signs, or nobody
 */
export function requestOptions(
	host: VaultHost,
	call: VaultCall,
	clientId: string,
	authorization?: string,
): IHttpRequestOptions {
	return {
		method: call.method,
		url: host.origin + call.path,
		headers: {
			Accept: 'application/json',
			'X-VaultAPI-ClientID': clientId,
			...call.headers,
			...(authorization === undefined ? {} : { Authorization: authorization }),
		},
		...(call.query === undefined ? {} : { qs: call.query }),
		...(call.form === undefined ? {} : { body: new URLSearchParams(call.form) }),
		json: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		timeout: CALL_TIMEOUT_MS,
	};
}

/**
 * Makes a call and reads its answer.
 *
 * @param send one of n8n's request helpers
 * @param secrets what must not appear in an error, should Vault repeat it in a message
 * @returns the answer, when Vault says SUCCESS or WARNING
 * @throws VaultError for everything else
 */
export async function callVault(
	send: Send,
	host: VaultHost,
	options: IHttpRequestOptions,
	secrets: readonly string[] = [],
): Promise<VaultAnswer> {
	const response = await send(options).catch((failure: unknown) => {
		throw vaultErrorBehind(failure) ?? connectionError(hostOfCall(options, host), failure);
	});
	// By now n8n's credential has signed it, where it was to.
	const signature = String(options.headers?.Authorization ?? '').replace(/^Bearer /, '');
	return readAnswer({ ...host, host: hostOfCall(options, host) }, response, [
		...secrets,
		signature,
	]);
}

/** A delegated session may turn out to be for another Vault: then the credential has completed the address. */
function hostOfCall({ url }: IHttpRequestOptions, { host, origin }: VaultHost): string {
	return readUrl(url, origin)?.host ?? host;
}

/**
 * Tells success from failure. Vault answers both with HTTP 200 and says which in `responseStatus`; any other HTTP
 * status comes from the network, a proxy, or a Vault that is being upgraded.
 * Vault API reference: About Vault API › Errors; Downtime.
 *
 * @throws VaultError with Vault's first error, or with what the host answered instead
 */
export function readAnswer(
	{ host, origin }: VaultHost,
	{ statusCode, headers, body }: IN8nHttpFullResponse,
	secrets: readonly string[] = [],
): VaultAnswer {
	const minutes = header(headers, 'x-vaultapi-downtimeexpecteddurationminutes');
	if (minutes !== undefined) {
		throw new VaultError(
			`The Vault at ${host} is down for maintenance, by its own word for about ${minutes} minutes`,
			'Try again after that time.',
			'DOWNTIME',
		);
	}
	if (statusCode >= 300 && statusCode < 400) {
		throw new VaultError(
			`${host} sent the call on to ${redirectTarget(headers, origin)}; it was not followed`,
			'Vault does not redirect API calls. Check the Vault DNS and any proxy in between.',
			'REDIRECT',
		);
	}
	if (statusCode < 200 || statusCode >= 400) {
		throw new VaultError(
			`${host} answered with HTTP status ${statusCode}`,
			'Vault answers with HTTP status 200 even when it refuses a call, so this is from a proxy, the network or a Vault in trouble. The call may or may not have been carried out, so it was not repeated. Check, then try again.',
			'HTTP_STATUS',
		);
	}
	if (!isEnvelope(body)) {
		const type = header(headers, 'content-type')?.split(';')[0] ?? 'no content type';
		throw new VaultError(
			`${host} did not answer as a Vault does: ${type} instead of JSON with a responseStatus`,
			'A proxy or a sign-in page may have answered in its place, or the host name is not that of a Vault.',
			'NOT_A_VAULT_ANSWER',
		);
	}
	if (isSuccess(body)) return body;

	const error = firstError(body);
	throw answeredError(
		{ type: error.type, message: withoutSecrets(error.message, secrets) },
		header(headers, 'x-vaultapi-executionid'),
	);
}

function isEnvelope(body: unknown): body is { responseStatus: string; [field: string]: unknown } {
	return isRecord(body) && typeof body.responseStatus === 'string';
}

function isSuccess(body: { responseStatus: string }): body is VaultAnswer {
	return body.responseStatus === 'SUCCESS' || body.responseStatus === 'WARNING';
}

function firstError(body: { responseStatus: string; [field: string]: unknown }): {
	type: string;
	message: string;
} {
	const [error] = Array.isArray(body.errors) ? (body.errors as unknown[]) : [];
	const { type, message } = isRecord(error) ? error : {};
	return {
		type: typeof type === 'string' ? type : body.responseStatus,
		message:
			typeof message === 'string'
				? message
				: typeof body.responseMessage === 'string'
					? body.responseMessage
					: 'Vault refused the call without saying why',
	};
}

/** The host to which an answer redirects. */
export function redirectTarget(headers: IN8nHttpFullResponse['headers'], origin: string): string {
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

function header(headers: IN8nHttpFullResponse['headers'], name: string): string | undefined {
	const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
	return value === undefined || value === null ? undefined : String(value);
}

/** Narrows what came over the wire to an object with fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Vault writes its ids as numbers, and in some answers as text. */
export type VaultId = number | string;

/** Narrows what came over the wire to an id. */
export function isVaultId(value: unknown): value is VaultId {
	return typeof value === 'number' || (typeof value === 'string' && value !== '');
}

/** An element of `vaultIds`: a Vault that the session is for. */
export interface NamedVault {
	id: VaultId;
	name: string;
	/** Address of its API, `https://myvault.veevavault.com/api` */
	url: string;
}

/** Reads `vaultIds` of a login's answer, as Vault wrote them. What cannot be an element is left out. */
export function readVaults(vaultIds: unknown): NamedVault[] {
	return (Array.isArray(vaultIds) ? (vaultIds as unknown[]) : [])
		.filter(isRecord)
		.flatMap(({ id, name, url }) =>
			isVaultId(id) && typeof url === 'string' ? [{ id, name: String(name), url }] : [],
		);
}

/**
 * Where a Vault of `vaultIds` is reached.
 *
 * @returns `undefined` when its address cannot be read: nothing is signed for it
 */
export function hostOf({ url }: NamedVault): VaultHost | undefined {
	try {
		return parseHost(url, 'url');
	} catch {
		return undefined;
	}
}
