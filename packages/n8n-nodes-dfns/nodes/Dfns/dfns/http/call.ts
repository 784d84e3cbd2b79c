import { randomUUID } from 'crypto';
import type { IHttpRequestOptions } from 'n8n-workflow';

import type { ServiceAccount } from '../serviceAccount';
import { clocks } from './clocks';

/** What a call is for: the same HTTP status means something else at each step. */
export type Step =
	/** Asking for a challenge (`POST /auth/action/init`) */
	| 'challenge'
	/** Giving the signature of the challenge (`POST /auth/action`) */
	| 'signature'
	/** The delegated login itself */
	| 'login'
	/** A read with the user's token */
	| 'read';

/** One call of the Dfns API. The functions in `dfns/calls/` create them. */
export interface DfnsCall {
	step: Step;
	method: 'GET' | 'POST';
	/** Everything after the host: `/auth/login/delegated` */
	path: string;
	/** Sent as `application/json`, byte for byte */
	body?: string;
	/** Whose call it is; the service account's own when not given */
	token?: string;
	/** Proof that the service account signed exactly this call (`X-DFNS-USERACTION`); valid for one call */
	userAction?: string;
	/** The user that the call is about, for messages */
	username?: string;
	/** How long the whole call can take, in ms; {@link CALL_TIMEOUT_MS} when not given */
	timeoutMs?: number;
}

/** After this long, no one is waiting for the response. In ms. */
export const CALL_TIMEOUT_MS = 60_000;

/**
 * The options with which n8n's request helpers make a call. The whole response comes back, whatever its HTTP status. No
 * redirect is followed: it would carry a token to wherever it points.
 */
export function requestOptions(
	{ base, authToken, appId }: ServiceAccount,
	{ method, path, body, token = authToken, userAction, timeoutMs = CALL_TIMEOUT_MS }: DfnsCall,
): IHttpRequestOptions {
	return {
		method,
		url: base.origin + path,
		headers: {
			Accept: 'application/json',
			Authorization: `Bearer ${token}`,
			...applicationHeaders(appId, clocks.now(base.host)),
			...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
			...(userAction === undefined ? {} : { 'X-DFNS-USERACTION': userAction }),
		},
		...(body === undefined ? {} : { body }),
		json: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		timeout: timeoutMs,
	};
}

/**
 * The headers that say which application a call is for. Only older organizations have applications, and they are also
 * the ones that require a nonce. Dfns docs: Request Headers.
 *
 * @param appId empty when there is no application; then there are no headers
 * @param date the time in the nonce, in ms since 1970 by Dfns's clock
 */
export function applicationHeaders(appId: string, date: number): Record<string, string> {
	if (appId === '') return {};
	const nonce = JSON.stringify({ uuid: randomUUID(), date: new Date(date).toISOString() });
	return {
		'X-DFNS-APPID': appId,
		'X-DFNS-NONCE': Buffer.from(nonce).toString('base64url'),
	};
}
