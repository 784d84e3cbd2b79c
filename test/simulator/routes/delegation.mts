import { success, VaultError } from '../answers.mts';
import type { SignedRoute } from '../call.mts';

/** "Retrieve Delegations": the Vaults in which the user may act for others. */
export const delegations: SignedRoute = {
	method: 'GET',
	path: '/api/:version/delegation/vaults',
	signed: true,
	handle({ context }, { user }) {
		const { state, address } = context;
		const delegated = state.delegations.flatMap((delegation) => {
			const vault = state.vault(delegation.vaultId);
			const delegator = state.findUser(delegation.delegator);
			if (delegation.delegate !== user.username || !vault?.active || !delegator) return [];
			return [
				{
					id: vault.id,
					name: vault.name,
					dns: address(vault).dns,
					delegator_userid: String(delegator.id),
				},
			];
		});
		return success({ delegated_vaults: delegated });
	},
};

/** "Initiate Delegated Session": a session that acts as the delegator, in one Vault. */
export const delegationLogin: SignedRoute = {
	method: 'POST',
	path: '/api/:version/delegation/login',
	signed: true,
	form: 'any form',
	changes: true,
	handle({ context, fields }, { user, session }) {
		if (session?.delegateUserId !== undefined) {
			throw new VaultError(
				'OPERATION_NOT_ALLOWED',
				'A delegated session cannot initiate a delegated session.',
			);
		}
		for (const name of ['vault_id', 'delegator_userid']) {
			if (!fields[name]) throw new VaultError('PARAMETER_REQUIRED', `${name} is missing.`);
		}
		const vault = context.state.vault(Number(fields.vault_id));
		const delegator = context.state.userById(Number(fields.delegator_userid));
		if (!vault?.active) {
			throw new VaultError('INVALID_DATA', `No Vault has the ID ${fields.vault_id}.`);
		}
		if (!delegator) {
			throw new VaultError('INVALID_DATA', `No user has the ID ${fields.delegator_userid}.`);
		}
		const granted = context.state.findDelegation({
			delegator: delegator.username,
			delegate: user.username,
			vaultId: vault.id,
		});
		if (!granted || delegator.inactive || !delegator.vaultIds.includes(vault.id)) {
			throw new VaultError('INSUFFICIENT_ACCESS', 'The user has no delegated access there.');
		}
		return success({
			delegated_sessionid: context.state.openSession(delegator, vault.id, user).id,
		});
	},
};
