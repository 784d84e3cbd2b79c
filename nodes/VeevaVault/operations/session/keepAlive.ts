import { connect } from '../../transport';
import { keepAlive as keepAliveCall } from '../../vault/calls/authentication';
import { vaultDns } from '../../vault/http/hosts';
import type { Operation } from '../operation';

/** Vault API reference: Authentication › Session Keep Alive. */
export const keepAlive: Operation = {
	option: {
		name: 'Keep Alive',
		value: 'keepAlive',
		action: 'Keep a session alive',
		description: 'Start the idle time of the session anew; its 48 hours run on',
	},
	signedBy: 'credentialOrSessionId',
	async execute(itemIndex) {
		const connection = await connect(this, itemIndex);
		connection.assertCan('keepAlive');
		const { responseStatus } = await connection.call(keepAliveCall(connection.settings));
		return { responseStatus, vault_dns: vaultDns(connection.vault) };
	},
};
