import { callDfns, clocks, type Send } from './api';
import type { ServiceAccount } from './fields';
import { signUserAction, type UserAction } from './userAction';
import { receivedToken, type UserToken } from './userToken';

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
 * Logs a user in without the user's credentials: three calls, with a user action of its own.
 *
 * @returns the user's token
 * @throws DfnsError when Dfns refuses, wants an approval first, or cannot be reached
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
