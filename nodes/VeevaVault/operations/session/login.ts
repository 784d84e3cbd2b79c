import { connect } from '../../transport';
import { keepAlive } from '../../vault/calls/authentication';
import { VaultError } from '../../vault/errors';
import { vaultDns } from '../../vault/http/hosts';
import type { Operation } from '../operation';

/**
 * Gives the credential's session to the next steps: the living one, or a new one where there is none. The keep-alive
 * proves that it lives, and starts its idle time anew.
 * Vault API reference: Authentication › User Name and Password; Session Keep Alive.
 */
export const login: Operation = {
	option: {
		name: 'Log In',
		value: 'login',
		action: 'Log in and get the session',
		description:
			'Get the session, a secret that later steps see, and an AI agent too. Only for a step that has to send it by itself.',
	},
	signedBy: 'credential',
	inTurn: true,
	async execute(itemIndex) {
		const connection = await connect(this, itemIndex);
		connection.assertCan('logIn');
		await connection.call(keepAlive(connection.settings));
		const session = connection.session();
		if (session === undefined) {
			throw new VaultError('There is no session', 'Run the step again.', 'NO_SESSION');
		}
		const { id, userId, vaultId, vaultIds, startedAt } = session;
		return {
			sessionId: id,
			userId,
			vaultId,
			vaultIds: vaultIds.map((vault) => ({ ...vault })),
			vault_dns: vaultDns(connection.vault),
			started_at: new Date(startedAt).toISOString(),
		};
	},
};
