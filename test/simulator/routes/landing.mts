import { success, VaultError, type Envelope } from '../answers.mts';
import type { Call } from '../call.mts';
import type { UserRecord, VaultRecord } from '../types.mts';

/**
 * Opens a session for a user who has proved to be one, in the Vault that "Auth Defaulting" of
 * Vault's documentation gives: the DNS asked for; else, without a word, the Vault of the last
 * login; else the oldest active one.
 * @param vaultDns the DNS asked for; undefined: none
 * @throws INSUFFICIENT_ACCESS when the user is in no active Vault
 */
export function land(call: Call, user: UserRecord, vaultDns: string | undefined): Envelope {
	const { state, address } = call.context;
	const open = state.vaultsOf(user);
	const vault = landingVault(
		open,
		vaultDns === undefined ? undefined : state.vaultAt(vaultDns),
		user.lastVaultId,
	);
	if (!vault) {
		throw new VaultError('INSUFFICIENT_ACCESS', 'The user is in no active Vault.');
	}
	user.lastVaultId = vault.id;
	const session = state.openSession(user, vault.id);
	call.record.userId = user.id;
	call.record.vaultId = vault.id;
	return success({
		sessionId: session.id,
		userId: user.id,
		vaultIds: open.map((each) => ({
			id: each.id,
			name: each.name,
			url: `${address(each).url}/api`,
		})),
		vaultId: vault.id,
	});
}

function landingVault(
	open: VaultRecord[],
	asked: VaultRecord | undefined,
	lastVaultId: number | undefined,
): VaultRecord | undefined {
	if (asked && open.includes(asked)) return asked;
	return open.find(({ id }) => id === lastVaultId) ?? open[0];
}
