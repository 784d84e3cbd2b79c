import type { IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import type { ServiceAccount } from '../serviceAccount';
import { CALL_TIMEOUT_MS, requestOptions, type DfnsCall } from './call';
import { clocks } from './clocks';
import { connectionError } from './connectionErrors';
import { headerOf, readResponse } from './response';
import { cleanerFor } from './secrets';

/** Sends one request and returns the whole response, whatever its HTTP status. The signal ends it at its deadline. */
export type Send = (
	options: IHttpRequestOptions & { abortSignal: AbortSignal },
) => Promise<IN8nHttpFullResponse>;

/**
 * Makes a call.
 *
 * @param send one of n8n's request helpers
 * @returns the JSON object of the response, when Dfns says HTTP 200 or a similar status
 * @throws DfnsError for everything else, including 202 (a policy requires an approval first)
 */
export async function callDfns(
	send: Send,
	account: ServiceAccount,
	call: DfnsCall,
): Promise<Record<string, unknown>> {
	const { host } = account.base;
	// n8n's own timeout starts again with every byte: a response that arrives byte by byte would never end.
	const deadline = AbortSignal.timeout(call.timeoutMs ?? CALL_TIMEOUT_MS);
	const options = { ...requestOptions(account, call), abortSignal: deadline };
	const clean = cleanerFor(account, call);
	const response = await send(options).catch((failure: unknown) => {
		throw connectionError(host, failure, clean, deadline.aborted);
	});
	clocks.learn(host, headerOf(response, 'date'));
	return readResponse(account, call, response, clean);
}
