import { randomUUID } from 'crypto';
import type { IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import { isRecord } from '../../../shared/isRecord';
import { readUrl } from './baseUrl';
import { ServerClocks } from './clock';
import { connectionError, DfnsError } from './errors';
import type { ServiceAccount } from './fields';
import { refusedError, type Step } from './refusals';

/** One call of the Dfns API. */
export interface DfnsCall {
	step: Step;
	method: 'GET' | 'POST';
	/** From the host on: `/auth/login/delegated` */
	path: string;
	/** Sent as `application/json`, byte for byte as it is here */
	body?: string;
	/** Whose call it is; the service account's own when not given */
	token?: string;
	/** Proof that the service account has signed exactly this call (`X-DFNS-USERACTION`); good for one call */
	userAction?: string;
	/** The user whom the call is about: for messages */
	username?: string;
	/** How long the whole call may take, in ms; {@link CALL_TIMEOUT_MS} when not given */
	timeout?: number;
}

/** Sends one request and gives the whole answer, whatever its HTTP status. The signal ends a call that takes too long. */
export type Send = (
	options: IHttpRequestOptions & { abortSignal: AbortSignal },
) => Promise<IN8nHttpFullResponse>;

/** Longer than this, in ms, nobody is waiting. */
export const CALL_TIMEOUT_MS = 60_000;

/** The clocks of all hosts called by this process. */
export const clocks = new ServerClocks(() => Date.now());

/** A difference of clocks that is worth a word, in ms. */
const TOLD_DIFFERENCE_MS = 120_000;

/**
 * The headers that say for which application a call is. Only organizations with an application need them; they are
 * also the ones that want a nonce. Dfns docs: Request Headers.
 *
 * @param date the time that the nonce is to hold, in ms since 1970
 */
export function applicationHeaders(appId: string, date: number): Record<string, string> {
	if (appId === '') return {};
	const nonce = JSON.stringify({ uuid: randomUUID(), date: new Date(date).toISOString() });
	return {
		'X-DFNS-APPID': appId,
		'X-DFNS-NONCE': Buffer.from(nonce).toString('base64url'),
	};
}

/**
 * Makes a call and reads its answer. No redirect is followed, for it would carry a token to wherever it points.
 *
 * @param send one of n8n's request helpers
 * @returns the answer's JSON object, when Dfns says HTTP 200 or the like
 * @throws DfnsError for everything else, 202 (a policy wants an approval first) included
 */
export async function callDfns(
	send: Send,
	account: ServiceAccount,
	call: DfnsCall,
): Promise<Record<string, unknown>> {
	const { base, appId } = account;
	const { timeout = CALL_TIMEOUT_MS } = call;
	const deadline = AbortSignal.timeout(timeout);
	const options = {
		method: call.method,
		url: base.origin + call.path,
		headers: {
			Accept: 'application/json',
			Authorization: `Bearer ${call.token ?? account.authToken}`,
			...applicationHeaders(appId, clocks.now(base.host)),
			...(call.body === undefined ? {} : { 'Content-Type': 'application/json' }),
			...(call.userAction === undefined ? {} : { 'X-DFNS-USERACTION': call.userAction }),
		},
		...(call.body === undefined ? {} : { body: call.body }),
		json: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		timeout,
		// The timeout is about silence: an answer that comes byte by byte never ends by it.
		abortSignal: deadline,
	};
	const clean = cleanerFor(account, call);
	const response = await send(options).catch((failure: unknown) => {
		throw connectionError(base.host, failure, clean, deadline.aborted);
	});
	clocks.learn(base.host, header(response, 'date'));
	return readAnswer(account, call, response);
}

/**
 * Tells success from failure. Dfns says which with the HTTP status, and why with `{ error: { message, id } }` or
 * `{ message }`. Dfns API docs: Error Codes.
 *
 * @throws DfnsError in Dfns's words, or with what the host did instead of answering
 */
function readAnswer(
	account: ServiceAccount,
	call: DfnsCall,
	response: IN8nHttpFullResponse,
): Record<string, unknown> {
	const { host, origin } = account.base;
	const { statusCode: status, body } = response;
	const clean = cleanerFor(account, call);
	if (status >= 300 && status < 400) {
		const target = readUrl(header(response, 'location') ?? '', origin)?.host ?? 'nowhere';
		throw new DfnsError(
			`${host} sent the call on to ${clean(target)}; it was not followed`,
			'Dfns does not redirect API calls. Check the Base URL and any proxy in between.',
			'REDIRECT',
		);
	}
	if (status < 200 || status >= 400 || status === 202) {
		const { message, errorId, approvalId } = wordsIn(body, status);
		throw refusedError({
			host,
			step: call.step,
			status,
			words: message === undefined ? undefined : clean(message),
			errorId: errorId === undefined ? undefined : clean(errorId),
			approvalId: approvalId === undefined ? undefined : clean(approvalId),
			credentialId: account.credentialId,
			username: call.username,
			note: noteOn(account, status),
		});
	}
	if (isRecord(body)) return body;
	const type = header(response, 'content-type')?.split(';')[0] ?? 'no content type';
	throw notDfns(
		host,
		typeof body === 'string' && /json/.test(type) ? 'unreadable JSON' : clean(type),
	);
}

/**
 * The error for an answer that says success but is not one of Dfns.
 *
 * @param what what came instead
 */
export function notDfns(host: string, what: string): DfnsError {
	return new DfnsError(
		`${host} did not answer as Dfns does: ${what}`,
		'A proxy or a sign-in page may have answered in its place, or the Base URL is not that of the Dfns API.',
		'NOT_A_DFNS_ANSWER',
	);
}

/** What this side knows that may explain a refusal: an auth token that has expired, or clocks that differ. */
function noteOn({ base: { host }, authToken }: ServiceAccount, status: number): string | undefined {
	if (status < 400 || status >= 500) return undefined;
	const notes: string[] = [];
	const expiresAt = claimsOf(authToken)?.exp;
	if (status === 401 && typeof expiresAt === 'number' && expiresAt * 1000 < clocks.now(host)) {
		notes.push(`The Auth Token expired on ${isoTime(expiresAt * 1000)}.`);
	}
	const minutes = Math.round(clocks.difference(host) / 60_000);
	if (Math.abs(clocks.difference(host)) >= TOLD_DIFFERENCE_MS) {
		notes.push(
			`The clock of ${host} is ${Math.abs(minutes)} minutes ${minutes > 0 ? 'ahead of' : 'behind'} that of this machine: one of them is wrong.`,
		);
	}
	return notes.length === 0 ? undefined : notes.join(' ');
}

/** What an answer says in so many words. The ID of an approval is not that of an error. */
function wordsIn(
	body: unknown,
	status: number,
): { message?: string; errorId?: string; approvalId?: string } {
	if (!isRecord(body)) return {};
	const error = isRecord(body.error) ? body.error : undefined;
	return {
		message: textIn((error ?? body).message),
		errorId: textIn(error?.id),
		...(status === 202 ? { approvalId: textIn(body.approvalId) ?? textIn(body.id) } : {}),
	};
}

function textIn(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * What makes a text that comes from outside fit for a message: short, and without the secrets of the call, should
 * somebody repeat them there (a host name does so in small letters).
 */
function cleanerFor(
	{ authToken }: ServiceAccount,
	{ token, userAction }: DfnsCall,
): (text: string) => string {
	const secrets = [authToken, token, userAction]
		.filter((secret) => secret !== undefined)
		.flatMap((secret) => [secret, secret.toLowerCase()]);
	return (text) => {
		const clean = secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
		return clean.length > 300 ? `${clean.slice(0, 300)}…` : clean;
	};
}

function header({ headers }: IN8nHttpFullResponse, name: string): string | undefined {
	const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
	return value === undefined || value === null ? undefined : String(value);
}

/**
 * What a JWT says (RFC 7519, section 4). Nobody here needs its signature checked: it is for Dfns.
 *
 * @returns `undefined` when it is none
 */
export function claimsOf(jwt: string): Record<string, unknown> | undefined {
	const [, payload = '', signature] = jwt.split('.');
	if (signature === undefined) return undefined;
	try {
		const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
		return isRecord(claims) ? claims : undefined;
	} catch {
		return undefined;
	}
}

/** A time in ISO 8601; times that no calendar has become `an impossible time`. */
export function isoTime(ms: number): string {
	const date = new Date(ms);
	return Number.isNaN(date.getTime()) ? 'an impossible time' : date.toISOString();
}
