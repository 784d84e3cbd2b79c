import { connect } from '../../transport';
import { keepAlive as keepAliveCall } from '../../vault/calls/authentication';
import { vaultDns } from '../../vault/http/hosts';
import type { Operation } from '../operation';

/** Vault API reference: Authentication › Session Keep Alive. */
export const keepAlive: Operation = {
	option: {
		name: 'Keep Alive',
		value: 'keepAlive',
		action: 'Keep session alive',
		description: "Restart the session's idle time. Its limit of 48 hours stays the same.",
	},
	signedBy: 'credentialOrSessionId',
	async execute(itemIndex) {
		const connection = await connect(this, itemIndex);
		connection.assertCan('keepAlive');
		const { responseStatus } = await connection.call(keepAliveCall(connection.settings));
		return { responseStatus, vault_dns: vaultDns(connection.vault) };
	},
};
