import type { IHttpRequestOptions } from 'n8n-workflow';

import type { VaultHost } from './hosts';
import type { ResponseFormat } from './response';

/**
 * One call of the Vault API, without its signature. The functions in `vault/calls/` create one for each call that this
 * package makes on its own. {@link requestOptions} turns it into what n8n's helpers send.
 */
export interface VaultCall {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	/** Everything after the host, with the version, and with a query if there is one: `/api/v25.2/keep-alive` */
	path: string;
	/** The Vault that the call itself names, as scheme and host: the call goes there or nowhere */
	origin?: string;
	query?: Record<string, string>;
	/** Sent as `application/x-www-form-urlencoded` */
	form?: Record<string, string>;
	/** Creates any other body, again each time the call is sent: a stream can be read only once */
	body?: () => CallBody | Promise<CallBody>;
	headers?: Record<string, string>;
	/** What the response is read as; JSON by default */
	format?: ResponseFormat;
	/** How long to wait for the response to begin, and for a file to continue, in ms */
	timeoutMs?: number;
	/** One of many calls in a row: it waits while Vault has no calls left */
	oneOfMany?: true;
}

/** A body with the headers that describe it. */
export interface CallBody {
	/** Bytes, Node's stream, or a form that the HTTP client writes as `multipart/form-data` */
	content: object;
	headers?: Record<string, string>;
	/** Closes the files that are open: Vault may respond before it has read them */
	close?(): void;
}

/** What every call carries, whoever signs it. */
export interface CallSettings {
	/** API version, `v25.2` */
	apiVersion: string;
	/** Value of `X-VaultAPI-ClientID`, which identifies the caller in Vault's API usage log */
	clientId: string;
}

export const DEFAULT_LOGIN_HOST = 'login.veevavault.com';

export const DEFAULT_SETTINGS: Readonly<CallSettings> = {
	apiVersion: 'v25.2',
	clientId: 'n8n-nodes-veeva-vault',
};

/** Vault's burst limit may delay a login for up to this long; after that, no one is waiting for it. In ms. */
export const CALL_TIMEOUT_MS = 120_000;

/** For calls that may take Vault longer: n8n's own limit for a request. In ms. */
export const LONG_CALL_TIMEOUT_MS = 300_000;

/**
 * The options with which n8n's request helpers make a call. The whole response comes back, whatever its HTTP status. No
 * redirect is followed: it would carry a password or a session to wherever it points.
 *
 * @param authorization signs the call. Without it, n8n's credential signs, or no one does.
 * @param body the body that the call created, when it has one
 */
export function requestOptions(
	host: VaultHost,
	call: VaultCall,
	clientId: string,
	authorization?: string,
	body?: CallBody,
): IHttpRequestOptions {
	return {
		method: call.method,
		url: host.origin + call.path,
		headers: {
			Accept: 'application/json',
			'X-VaultAPI-ClientID': clientId,
			...call.headers,
			...(authorization === undefined ? {} : { authorization }),
			...body?.headers,
		},
		...(call.query === undefined ? {} : { qs: call.query }),
		...(call.form === undefined ? {} : { body: new URLSearchParams(call.form) }),
		...(body === undefined ? {} : { body: body.content }),
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
