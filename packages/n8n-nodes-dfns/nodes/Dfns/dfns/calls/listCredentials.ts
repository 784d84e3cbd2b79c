import { isDfnsError } from '../errors';
import { callDfns, type Send } from '../http/send';
import type { ServiceAccount } from '../serviceAccount';
import type { UserToken } from '../token/userToken';

/**
 * Makes sure that Dfns accepts a user's token, with a read for which a user needs no permission.
 * Dfns API reference: List Credentials (`GET /auth/credentials`).
 *
 * @param timeoutMs how long it can take, in ms; as long as any call when not given
 * @throws DfnsError of the type USER_TOKEN_REFUSED when Dfns does not accept it, or of another type when Dfns did not say
 */
export async function assertAccepted(
	send: Send,
	account: ServiceAccount,
	{ token }: UserToken,
	timeoutMs?: number,
): Promise<void> {
	await callDfns(send, account, {
		step: 'read',
		method: 'GET',
		path: '/auth/credentials',
		token,
		timeoutMs,
	}).catch((error: unknown) => {
		// The token is accepted, but the user lacks a permission that older organizations have for this read.
		if (!isDfnsError(error, 'FORBIDDEN')) throw error;
	});
}
