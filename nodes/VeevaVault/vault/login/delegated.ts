import {
	callVault,
	delegatedLogin,
	delegations,
	requestOptions,
	type Send,
	type VaultCall,
} from '../api';
import { readDelegations, type Delegation } from '../delegation';
import { VaultError } from '../errors';
import type { LoginFields } from '../fields';
import { parseHost } from '../hosts';
import type { OpenedSession } from '../session';

/**
 * Starts to act for another user.
 * Vault API reference: Authentication › Delegated Access.
 *
 * @param own a living session of the user's own
 * @returns the delegated session
 * @throws VaultError when there is no such delegation, or Vault refuses; `INVALID_SESSION_ID` when the own session has
 *   ended
 */
export async function openDelegated(
	send: Send,
	{ vault, settings }: LoginFields,
	delegation: Delegation,
	own: OpenedSession,
): Promise<OpenedSession> {
	const call = async (vaultCall: VaultCall) =>
		await callVault(send, vault, requestOptions(vault, vaultCall, settings.clientId, own.id), [
			own.id,
		]);
	const { vaultId, delegatorUserId } = delegation;
	const found = readDelegations(await call(delegations(settings))).find(
		({ id, delegator_userid }) =>
			String(id) === vaultId && String(delegator_userid) === delegatorUserId,
	);
	if (found === undefined) {
		throw new VaultError(
			`User ${delegatorUserId} has not granted delegated access in Vault ${vaultId}, or has withdrawn it`,
			'Delegation › Get Many of the Veeva Vault node lists the delegations that there are. Delegated access is granted in the profile of the user who is to be represented.',
			'NO_DELEGATION',
		);
	}
	const host = parseHost(found.dns, 'DNS of the delegated Vault');
	const { delegated_sessionid: id } = await call(delegatedLogin(settings, delegation));
	if (typeof id !== 'string' || id === '') {
		throw new VaultError(
			`${vault.host} answered without a delegated session`,
			'The answer has no delegated_sessionid. Check the API Version.',
			'NOT_A_VAULT_ANSWER',
		);
	}
	return {
		id,
		userId: delegatorUserId,
		vaultId,
		// It works in this one Vault only.
		vaultIds: [{ id: vaultId, name: String(found.name), url: `${host.origin}/api` }],
	};
}
