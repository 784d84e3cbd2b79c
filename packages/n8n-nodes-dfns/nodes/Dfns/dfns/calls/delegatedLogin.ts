import { DfnsError } from '../errors';
import { clocks } from '../http/clocks';
import { foreignResponse } from '../http/response';
import { callDfns, type Send } from '../http/send';
import { isoTime } from '../isoTime';
import type { ServiceAccount } from '../serviceAccount';
import { readUserToken, type UserToken } from '../token/userToken';
import { signUserAction, type UserAction } from './userAction';

/**
 * The delegated login of a user, as it is signed and sent.
 * Dfns API reference: Delegated Login (`POST /auth/login/delegated`).
 */
export function delegatedLogin(username: string): UserAction {
	return {
		method: 'POST',
		path: '/auth/login/delegated',
		payload: JSON.stringify({ username }),
		username,
	};
}

/**
 * Logs in a user without the user's own credentials. This takes three calls, with a user action for this login only.
 *
 * @returns the user's token
 * @throws DfnsError when Dfns refuses, requires an approval first, or cannot be reached
 */
export async function logInUser(
	send: Send,
	account: ServiceAccount,
	username: string,
): Promise<UserToken> {
	const action = delegatedLogin(username);
	const userAction = await signUserAction(send, account, action);
	const { token } = await callDfns(send, account, {
		step: 'login',
		method: action.method,
		path: action.path,
		body: action.payload,
		userAction,
		username,
	});
	const { host } = account.base;
	return receivedToken(host, token, clocks.now(host));
}

/**
 * Reads the token in the response to a login.
 *
 * @param now the time by the host's clock, in ms since 1970
 * @throws DfnsError when it cannot be used
 */
function receivedToken(host: string, token: unknown, now: number): UserToken {
	if (typeof token !== 'string' || token === '') {
		throw foreignResponse(host, 'a login without a token');
	}
	const read = readUserToken(token, now);
	if (read === undefined) {
		throw foreignResponse(host, 'a token that is not a JWT with an expiry time (exp)');
	}
	if (read.expiresAt > now) return read;
	throw new DfnsError(
		`${host} returned a token that had already expired at ${isoTime(read.expiresAt)}`,
		`Current time: ${isoTime(now)} (from Dfns, or from the n8n server if Dfns does not send it). One of the clocks is wrong.`,
		'EXPIRED_TOKEN',
	);
}
