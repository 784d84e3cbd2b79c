import type { IExecuteFunctions } from 'n8n-workflow';

import type { Send } from './dfns/api';
import { logInUser } from './dfns/delegatedLogin';
import { identityOf, readServiceAccount, type ServiceAccount } from './dfns/fields';
import type { UserToken } from './dfns/userToken';

/** How one item reaches its Dfns. */
export interface Connection {
	account: ServiceAccount;
	/**
	 * Logs a user in; once for each user and execution, however many items ask.
	 *
	 * @throws DfnsError when Dfns refuses, or cannot be reached
	 */
	logIn(username: string): Promise<UserToken>;
}

/** The logins of each execution, by service account and user. */
const logins = new WeakMap<IExecuteFunctions, Map<string, Promise<UserToken>>>();

/**
 * The connection of an item, with the service account of its credential.
 *
 * @throws DfnsFieldError when a field of the credential is wrong
 */
export async function connect(context: IExecuteFunctions, itemIndex: number): Promise<Connection> {
	const credentials = await context.getCredentials('dfnsServiceAccountApi', itemIndex);
	const account = readServiceAccount(credentials);
	const ofExecution = logins.get(context) ?? new Map<string, Promise<UserToken>>();
	logins.set(context, ofExecution);
	return {
		account,
		logIn: async (username) => {
			const login = identityOf(account, username);
			const token = ofExecution.get(login) ?? logInUser(sender(context), account, username);
			ofExecution.set(login, token);
			return await token;
		},
	};
}

/** Sends a request that carries its own token. */
function sender(context: IExecuteFunctions): Send {
	return async (options) => await context.helpers.httpRequest(options);
}
