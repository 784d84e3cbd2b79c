import { connect } from '../../transport';
import { keepAlive } from '../../vault/calls/authentication';
import { VaultError } from '../../vault/errors';
import { vaultDns } from '../../vault/http/hosts';
import type { Operation } from '../operation';

/**
 * Returns the credential's session: the existing one if it is still valid, or a new one. The keep-alive proves that it is
 * valid, and restarts its idle time.
 * Vault API reference: Authentication › User Name and Password; Session Keep Alive.
 */
export const login: Operation = {
	option: {
		name: 'Log In',
		value: 'login',
		action: 'Log in and get session',
		description:
			"Get the credential's session for a step that sends it itself. The session is a secret: later steps see it, and so does an AI agent.",
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
