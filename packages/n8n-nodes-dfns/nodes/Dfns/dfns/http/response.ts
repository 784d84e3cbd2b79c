import type { IN8nHttpFullResponse } from 'n8n-workflow';

import { isRecord } from '../../../../shared/isRecord';
import { DfnsError } from '../errors';
import { isoTime } from '../isoTime';
import type { ServiceAccount } from '../serviceAccount';
import { claimsOf } from '../token/jwt';
import { readUrl } from './baseUrl';
import type { DfnsCall } from './call';
import { clocks } from './clocks';
import { refusedError } from './refusals';

/** From this difference on, in ms, a message says that the clocks differ. */
const MENTIONED_DIFFERENCE_MS = 120_000;

/**
 * Tells success from failure. The HTTP status says which it is, and the body says why, as `{ error: { message, id } }` or
 * `{ message }`. Dfns API docs: Error Codes.
 *
 * @param clean takes secrets out of texts from outside
 * @returns the JSON object of the response
 * @throws DfnsError in Dfns's words, or with what the host did instead of responding
 */
export function readResponse(
	account: ServiceAccount,
	call: DfnsCall,
	response: IN8nHttpFullResponse,
	clean: (text: string) => string,
): Record<string, unknown> {
	const { host, origin } = account.base;
	const { statusCode: status, body } = response;
	if (status >= 300 && status < 400) {
		const target = readUrl(headerOf(response, 'location') ?? '', origin)?.host ?? 'nowhere';
		throw new DfnsError(
			`${host} redirected the call to ${clean(target)}; it was not followed`,
			'',
			'REDIRECT',
		);
	}
	if (status < 200 || status >= 400 || status === 202) {
		const { reason, errorId, approvalId } = wordsIn(body, status, clean);
		throw refusedError({
			host,
			step: call.step,
			status,
			reason,
			errorId,
			approvalId,
			credentialId: account.credentialId,
			username: call.username,
			hint: hintFor(account, status),
		});
	}
	if (isRecord(body)) return body;
	const type = headerOf(response, 'content-type')?.split(';')[0] ?? 'no content type';
	const isBroken = typeof body === 'string' && /json/.test(type);
	throw foreignResponse(host, isBroken ? 'unreadable JSON' : clean(type));
}

/**
 * The error for a response that says success but is not one of Dfns.
 *
 * @param what what came instead
 */
export function foreignResponse(host: string, what: string): DfnsError {
	return new DfnsError(
		`${host} did not respond like Dfns: ${what}`,
		'A proxy or a sign-in page may have responded instead, or the Base URL is not that of the Dfns API.',
		'NOT_A_DFNS_ANSWER',
	);
}

/** @param name in lower case */
export function headerOf({ headers }: IN8nHttpFullResponse, name: string): string | undefined {
	const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
	return value === undefined || value === null ? undefined : String(value);
}

/** What a response says about itself. The ID of an approval is not that of an error. */
function wordsIn(
	body: unknown,
	status: number,
	clean: (text: string) => string,
): { reason?: string; errorId?: string; approvalId?: string } {
	if (!isRecord(body)) return {};
	const text = (value: unknown) =>
		typeof value === 'string' && value !== '' ? clean(value) : undefined;
	const error = isRecord(body.error) ? body.error : undefined;
	return {
		reason: text((error ?? body).message),
		errorId: text(error?.id),
		...(status === 202 ? { approvalId: text(body.approvalId) ?? text(body.id) } : {}),
	};
}

/** What this side knows that can explain a refusal: an auth token that has expired, or clocks that differ. */
function hintFor({ base: { host }, authToken }: ServiceAccount, status: number): string {
	if (status < 400 || status >= 500) return '';
	const hints: string[] = [];
	const expiresAt = claimsOf(authToken)?.exp;
	if (status === 401 && typeof expiresAt === 'number' && expiresAt * 1000 < clocks.now(host)) {
		hints.push(`The Auth Token expired on ${isoTime(expiresAt * 1000)}.`);
	}
	const difference = clocks.difference(host);
	if (Math.abs(difference) >= MENTIONED_DIFFERENCE_MS) {
		const minutes = Math.abs(Math.round(difference / 60_000));
		const where = difference > 0 ? 'ahead of' : 'behind';
		hints.push(
			`The clock of ${host} is ${minutes} minutes ${where} that of the n8n server: one of them is wrong.`,
		);
	}
	return hints.join(' ');
}
