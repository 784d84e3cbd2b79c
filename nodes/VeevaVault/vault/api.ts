import type { IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import {
	isRecord,
	isStream,
	readAnswer,
	readResponse,
	type AnswerFormat,
	type ByteStream,
	type Headers,
	type VaultAnswer,
	type VaultResponse,
} from './answer';
import { connectionError, vaultErrorBehind } from './errors';
import { parseHost, readUrl, type VaultHost } from './hosts';
import { endWhenStalled } from './stalled';

/**
 * One call of the Vault API, without its signature. The functions below make one for each call that this package makes
 * of its own accord; {@link requestOptions} turns it into what n8n's helpers send.
 */
export interface VaultCall {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	/** From the host on, with the version, and with a query if there is one: `/api/v25.2/keep-alive` */
	path: string;
	/** The Vault that the call names itself, as scheme and host: it goes there, or nowhere */
	origin?: string;
	query?: Record<string, string>;
	/** Sent as `application/x-www-form-urlencoded` */
	form?: Record<string, string>;
	/** Makes any other body, anew for each time that the call is sent: a stream can be read once only */
	body?: () => CallBody | Promise<CallBody>;
	headers?: Record<string, string>;
	/** What the answer is read as; JSON when it is left out */
	format?: AnswerFormat;
	/** How long to wait for the answer to begin, and for a file to go on, in ms */
	timeoutMs?: number;
	/** One of many that follow each other: it waits while Vault has no calls left */
	oneOfMany?: true;
}

/** A body with the headers that describe it. */
export interface CallBody {
	/** Bytes, Node's stream, or a form that the HTTP client writes as `multipart/form-data` */
	content: object;
	headers?: Record<string, string>;
	/** Closes the files that it has open: Vault may answer before it has read them */
	close?(): void;
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

/** Sends one request and gives the whole answer, whatever its HTTP status. */
export type Send = (options: IHttpRequestOptions) => Promise<IN8nHttpFullResponse>;

/** A login may be held back by Vault's burst limit; longer than this, nobody is listening. */
export const CALL_TIMEOUT_MS = 120_000;

/** What Vault may have to work on for longer: n8n's own limit for a request. */
export const LONG_CALL_TIMEOUT_MS = 300_000;

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

/**
 * Run a query: its first page. Those that follow are read with {@link nextPage}.
 * Vault API reference: Vault Query Language (VQL) › Submitting a Query, `POST /api/{version}/query`.
 *
 * @param vql up to 50,000 characters
 * @param options.describe adds `queryDescribe`, the fields' types and labels, to the answer
 */
export function query(
	{ apiVersion }: CallSettings,
	vql: string,
	{ describe = false } = {},
): VaultCall {
	return {
		method: 'POST',
		path: `/api/${apiVersion}/query`,
		form: { q: vql },
		timeoutMs: LONG_CALL_TIMEOUT_MS,
		...(describe ? { headers: { 'X-VaultAPI-DescribeQuery': 'true' } } : {}),
	};
}

/**
 * The page after this one, by `responseDetails.next_page`. Vault keeps those of a query for 72 hours, and they may be
 * asked for again.
 * VQL reference: Pagination Best Practices, which has it called with POST.
 *
 * @param page its path, as `nextPagePath` gives it
 * @param first the call that gave the first page. What was read with GET is read on with GET: elsewhere a POST would
 *   create something.
 */
export function nextPage(
	page: { path: string; origin?: string },
	{ method, headers, timeoutMs }: VaultCall,
): VaultCall {
	return {
		method: method === 'GET' ? 'GET' : 'POST',
		...page,
		headers,
		timeoutMs: timeoutMs ?? LONG_CALL_TIMEOUT_MS,
		oneOfMany: true,
	};
}

/** Whether a call shows that the session lives without prolonging it (see {@link currentUser}). */
export function countsAsActivity({ path }: VaultCall): boolean {
	return !path.split('?', 1)[0].endsWith('/objects/users/me');
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
			...(authorization === undefined ? {} : { authorization }),
		},
		...(call.query === undefined ? {} : { qs: call.query }),
		...(call.form === undefined ? {} : { body: new URLSearchParams(call.form) }),
		json: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		...(call.format === undefined || call.format === 'json'
			? {}
			: { encoding: ENCODINGS[call.format] }),
		timeout: call.timeoutMs ?? CALL_TIMEOUT_MS,
	};
}

const ENCODINGS = { text: 'text', file: 'stream' } as const;

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
	const { called, response, hidden } = await exchange(send, host, options, secrets);
	return readAnswer(called, response, hidden);
}

/** Lets a call wait for its turn; see `pace.ts`. */
export type Turn = <T extends { headers: Headers }>(call: () => Promise<T>) => Promise<T>;

/**
 * Makes a call that may have any body and any answer.
 *
 * @param options those of the call, by {@link requestOptions}; its body is made here, when its turn has come
 * @param how.inTurn makes it when its turn has come
 * @param how.secrets what must not appear in an error, should Vault repeat it in a message
 * @returns the answer in the format that the call asks for, when Vault does not call it a failure
 * @throws VaultError for everything else
 */
export async function requestVault(
	send: Send,
	host: VaultHost,
	call: VaultCall,
	options: IHttpRequestOptions,
	{ secrets, inTurn }: { secrets: readonly string[]; inTurn: Turn },
): Promise<VaultResponse> {
	let close = () => {};
	let unread: ByteStream | undefined;
	try {
		const { called, response, hidden } = await inTurn(async () => {
			const body = await call.body?.();
			if (body === undefined) return await exchange(send, host, options, secrets);
			close = () => body.close?.();
			const headers = { ...options.headers, ...body.headers };
			return await exchange(send, host, { ...options, body: body.content, headers }, secrets);
		});
		if (isStream(response.body)) {
			void endWhenStalled(response.body, called.host, options.timeout ?? CALL_TIMEOUT_MS);
		}
		const answer = await readResponse(called, response, call.format ?? 'json', hidden);
		if (answer.format === 'file' && isStream(answer.content)) unread = answer.content;
		return answer;
	} finally {
		if (unread === undefined) close();
		else unread.once('close', close);
	}
}

/** An answer, with where it came from and what must not appear in an error about it. */
interface Exchanged {
	called: VaultHost;
	response: IN8nHttpFullResponse;
	headers: Headers;
	hidden: readonly string[];
}

async function exchange(
	send: Send,
	host: VaultHost,
	options: IHttpRequestOptions,
	secrets: readonly string[],
): Promise<Exchanged> {
	const response = await send(options).catch((failure: unknown) => {
		throw vaultErrorBehind(failure) ?? connectionError(hostOfCall(options, host), failure);
	});
	// By now n8n's credential has signed it, where it was to.
	const signature = String(options.headers?.authorization ?? '').replace(/^Bearer /, '');
	return {
		called: { ...host, host: hostOfCall(options, host) },
		response,
		headers: response.headers,
		hidden: [...secrets, signature],
	};
}

/** A delegated session may turn out to be for another Vault: then the credential has completed the address. */
function hostOfCall({ url }: IHttpRequestOptions, { host, origin }: VaultHost): string {
	return url.startsWith(`${origin}/`) ? host : (readUrl(url, origin)?.host ?? host);
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
