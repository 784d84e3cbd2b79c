import {
	delegatedLogin,
	delegations,
	readDelegatedSession,
	readDelegations,
	type Delegation,
} from '../calls/delegation';
import { VaultError } from '../errors';
import type { VaultCall } from '../http/call';
import { isSibling, parseHost, type VaultHost } from '../http/hosts';
import { callVault, type Send } from '../http/send';
import type { OpenedSession } from '../session/types';
import type { Destination } from './types';

/**
 * Starts to act for another user.
 * Vault API reference: Authentication › Delegated Access.
 *
 * @param own a living session of the user's own
 * @returns the delegated session
 * @throws VaultError when there is no such delegation, or Vault refuses; `INVALID_SESSION_ID` when the user's own session
 *   has ended
 */
export async function openDelegated(
	send: Send,
	{ vault, settings }: Pick<Destination, 'vault' | 'settings'>,
	delegation: Delegation,
	own: OpenedSession,
): Promise<OpenedSession> {
	const signing = { clientId: settings.clientId, authorization: own.id };
	const call = async (vaultCall: VaultCall) => await callVault(send, vault, vaultCall, signing);
	const { vaultId, delegatorUserId } = delegation;
	const found = readDelegations(await call(delegations(settings))).find(
		({ id, delegator_userid }) =>
			String(id) === vaultId && String(delegator_userid) === delegatorUserId,
	);
	if (found === undefined) {
		throw new VaultError(
			`User ${delegatorUserId} has not granted delegated access in Vault ${vaultId}, or has withdrawn it`,
			'',
			'NO_DELEGATION',
		);
	}
	const host = delegatedHost(vault, found.dns);
	const id = readDelegatedSession(await call(delegatedLogin(settings, delegation)));
	if (id === undefined) throw withoutDelegatedSession(vault.host);
	return {
		id,
		userId: delegatorUserId,
		vaultId,
		// It works in this one Vault only.
		vaultIds: [{ id: vaultId, name: String(found.name), url: `${host.origin}/api` }],
	};
}

/**
 * Where a delegated session is used.
 *
 * @param dns `dns` of the delegation, as Vault wrote it
 * @throws VaultError when it is not in the domain of the user's own Vault: no response widens where a session goes
 */
export function delegatedHost(vault: VaultHost, dns: unknown): VaultHost {
	const host = parseHost(dns, 'DNS of the delegated Vault');
	if (isSibling(vault, host)) return host;
	throw new VaultError(
		`${vault.host} names ${host.host} as the delegated Vault, which is not in the same domain`,
		'No session was sent there. Check for a proxy between n8n and the Vault.',
		'FOREIGN_HOST',
	);
}

/** The error for a response to a delegated login that has no session. */
export function withoutDelegatedSession(host: string): VaultError {
	return new VaultError(
		`${host} responded without a delegated session`,
		'The response has no delegated_sessionid. Check the API Version.',
		'NOT_A_VAULT_ANSWER',
	);
}
