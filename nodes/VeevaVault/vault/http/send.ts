import type { IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import { CALL_TIMEOUT_MS, requestOptions, type CallBody, type VaultCall } from './call';
import { connectionError, vaultErrorBehind } from './connectionErrors';
import type { VaultHost } from './hosts';
import {
	isStream,
	readBody,
	readResponse,
	type ByteStream,
	type ResponseBody,
	type VaultResponse,
} from './response';
import { endWhenStalled } from './stalledStream';

/** Sends one request and returns the whole response, whatever its HTTP status. */
export type Send = (options: IHttpRequestOptions) => Promise<IN8nHttpFullResponse>;

/** How a call is signed, and what must not appear in an error about it. */
export interface Signing {
	/** Value of `X-VaultAPI-ClientID` */
	clientId: string;
	/** Value of `Authorization`; nothing signs the call without it */
	authorization?: string;
	/** Secrets to hide, should Vault repeat them in a message; the signature is always hidden */
	secrets?: readonly string[];
}

/**
 * Makes a call whose response is JSON.
 *
 * @param send one of n8n's request helpers
 * @returns the response body, when Vault says SUCCESS or WARNING
 * @throws VaultError for everything else
 */
export async function callVault(
	send: Send,
	host: VaultHost,
	call: VaultCall,
	{ clientId, authorization, secrets = [] }: Signing,
): Promise<ResponseBody> {
	const options = requestOptions(host, call, clientId, authorization);
	const response = await sendTo(host.host, send, options);
	return readBody(host, response, [...secrets, signatureIn(authorization)]);
}

/**
 * Sends a request.
 *
 * @param host the host called, for the error
 * @throws VaultError when no response comes, without the request that an HTTP client's own error holds
 */
export async function sendTo(
	host: string,
	send: Send,
	options: IHttpRequestOptions,
): Promise<IN8nHttpFullResponse> {
	return await send(options).catch((failure: unknown) => {
		throw vaultErrorBehind(failure) ?? connectionError(host, failure);
	});
}

/** The secret in a value of `Authorization`. */
export function signatureIn(authorization = ''): string {
	return authorization.replace(/^Bearer /, '');
}

/** A response with the host that sent it, and what an error about it must not show. */
export interface Sent extends IN8nHttpFullResponse {
	from: VaultHost;
	secrets: readonly string[];
}

/**
 * Makes a call that may have any body and any response format.
 *
 * @param transmit sends the call. It creates the body with the function that it gets, just before the call is sent.
 * @returns the response in the format that the call asks for, unless Vault calls it a failure
 * @throws VaultError for everything else
 */
export async function requestVault(
	call: VaultCall,
	transmit: (createBody: () => Promise<CallBody | undefined>) => Promise<Sent>,
): Promise<VaultResponse> {
	let body: CallBody | undefined;
	let unread: ByteStream | undefined;
	try {
		const sent = await transmit(async () => (body = await call.body?.()));
		if (isStream(sent.body)) {
			void endWhenStalled(sent.body, sent.from.host, call.timeoutMs ?? CALL_TIMEOUT_MS);
		}
		const response = await readResponse(sent.from, sent, call.format ?? 'json', sent.secrets);
		if (response.format === 'file' && isStream(response.content)) unread = response.content;
		return response;
	} finally {
		const close = () => body?.close?.();
		if (unread === undefined) close();
		else unread.once('close', close);
	}
}

/**
 * Gives each call a deadline. n8n's own timeout starts again with every byte: a server that never finishes its response
 * would block the login, and everyone who waits for it.
 */
export function withDeadline(
	httpRequest: (options: IHttpRequestOptions) => Promise<unknown>,
): Send {
	return async (options) => {
		const abortSignal = AbortSignal.timeout(options.timeout ?? CALL_TIMEOUT_MS);
		const send = httpRequest as Send;
		return await send({ ...options, abortSignal }).catch((failure: unknown) => {
			throw abortSignal.aborted ? Object.assign(new Error(), { code: 'ETIMEDOUT' }) : failure;
		});
	};
}
