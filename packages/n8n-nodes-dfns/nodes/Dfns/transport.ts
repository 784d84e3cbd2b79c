import { createHash } from 'crypto';
import type { IExecuteFunctions } from 'n8n-workflow';

import { identityOf, readServiceAccount } from './credential/fields';
import { logInUser } from './dfns/calls/delegatedLogin';
import { clocks } from './dfns/http/clocks';
import type { Send } from './dfns/http/send';
import type { ServiceAccount } from './dfns/serviceAccount';
import type { UserToken } from './dfns/token/userToken';

/** How one item reaches its Dfns. */
export interface Connection {
	account: ServiceAccount;
	/**
	 * Logs in a user. In one run of the node this happens once for each user, no matter how many items ask, while the token
	 * is valid. A login that failed is tried again for the next item.
	 *
	 * @throws DfnsError when Dfns refuses, or cannot be reached
	 */
	logIn(username: string): Promise<UserToken>;
}

/** The logins of each run of the node, by digest of all fields that make a login. */
const logins = new WeakMap<IExecuteFunctions, Map<string, UserToken>>();

/**
 * The connection of an item, with the service account of its credential.
 *
 * @throws DfnsFieldError when a field of the credential is wrong
 */
export async function connect(context: IExecuteFunctions, itemIndex: number): Promise<Connection> {
	const credentials = await context.getCredentials('dfnsServiceAccountApi', itemIndex);
	const account = readServiceAccount(credentials);
	const ofRun = logins.get(context) ?? new Map<string, UserToken>();
	logins.set(context, ofRun);
	return {
		account,
		logIn: async (username) => {
			const login = createHash('sha256').update(identityOf(account, username)).digest('base64');
			const known = ofRun.get(login);
			if (known !== undefined && known.expiresAt > clocks.now(account.base.host)) return known;
			const token = await logInUser(sender(context), account, username);
			ofRun.set(login, token);
			return token;
		},
	};
}

/** Sends a request that has its own token, and ends it when the execution is canceled. */
function sender(context: IExecuteFunctions): Send {
	return async (options) => {
		const signals = [options.abortSignal, context.getExecutionCancelSignal()];
		const abortSignal = AbortSignal.any(signals.filter((signal) => signal !== undefined));
		return await context.helpers.httpRequest({ ...options, abortSignal });
	};
}
