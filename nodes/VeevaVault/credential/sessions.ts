import { sleep } from 'n8n-workflow';

import type { Delegation } from '../vault/calls/delegation';
import { isVaultError, VaultError } from '../vault/errors';
import { hostOf, isSibling, type VaultHost } from '../vault/http/hosts';
import type { Send } from '../vault/http/send';
import { logIn } from '../vault/login';
import { openDelegated } from '../vault/login/delegated';
import { isAlive } from '../vault/login/isAlive';
import type { OpenedSession, SessionCalls, VaultSession } from '../vault/session/types';
import { Sessions } from '../vault/session/sessions';
import type { LoginFields } from './fields';
import { identityOf } from './identity';

/** The sessions of this process. n8n loads this module once, for the credential and for the node. */
export const sessions = new Sessions({ now: () => Date.now(), sleep });

/** The Vault that a session is for: with delegated access, the one in which the other user granted it. */
export function hostFor({ vault, delegation }: LoginFields, { vaultIds }: VaultSession): VaultHost {
	if (delegation === undefined) return vault;
	const [delegated] = vaultIds;
	const host = delegated === undefined ? undefined : hostOf(delegated);
	return host !== undefined && isSibling(vault, host) ? host : vault;
}

/**
 * How the session of a credential is kept alive, and how a new one is opened.
 *
 * @param send sends a call that is already signed
 * @param forceLogin log in even if the user's own session lives; see `Sessions.renew`
 */
export function sessionCalls(fields: LoginFields, send: Send, forceLogin: boolean): SessionCalls {
	const { authentication, delegation, settings } = fields;
	return {
		logIn: async () => {
			if (authentication.method !== 'password' && authentication.method !== 'oAuth2') {
				throw new VaultError(
					'There is nothing to log in with',
					'This authentication method does not log in: it uses the token or session in the credential.',
					'NO_LOGIN',
				);
			}
			return delegation === undefined
				? await logIn(send, fields, authentication)
				: await logInDelegated(fields, delegation, send, forceLogin);
		},
		keepAlive: async (session) =>
			await isAlive(send, hostFor(fields, session), settings, session.id),
	};
}

/** Delegated access: first a session of the user's own, the living one where there is one, then the delegated one. */
async function logInDelegated(
	fields: LoginFields,
	delegation: Delegation,
	send: Send,
	forceLogin: boolean,
): Promise<OpenedSession> {
	const own = { ...fields, delegation: undefined };
	const login = identityOf(own);
	const open = async (force: boolean) => {
		const calls = sessionCalls(own, send, force);
		const session = await sessions.renew(login, undefined, calls, { forceLogin: force });
		return await openDelegated(send, own, delegation, session).catch((error: unknown) => {
			if (isVaultError(error, 'INVALID_SESSION_ID')) sessions.seenDead(login, session.id);
			throw error;
		});
	};
	return await open(forceLogin).catch(async (error: unknown) => {
		// The user's own session had ended, so the call did not run: try once more with a new one.
		if (!isVaultError(error, 'INVALID_SESSION_ID')) throw error;
		return await open(false);
	});
}
