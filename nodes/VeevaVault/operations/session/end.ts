import { connect } from '../../transport';
import { endSession } from '../../vault/calls/authentication';
import { vaultDns } from '../../vault/http/hosts';
import type { Operation } from '../operation';

/** Vault API reference: Authentication › End Session. */
export const end: Operation = {
	option: {
		name: 'End',
		value: 'end',
		action: 'End session',
		description:
			'End the session in Vault. Other sessions of the user continue. The credential logs in again when it is next used.',
	},
	signedBy: 'credentialOrSessionId',
	inTurn: true,
	async execute(itemIndex) {
		const connection = await connect(this, itemIndex);
		connection.assertCan('end');
		const { responseStatus } = await connection.end(endSession(connection.settings));
		return { responseStatus, vault_dns: vaultDns(connection.vault) };
	},
};
