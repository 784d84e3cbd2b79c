import type { IDataObject } from 'n8n-workflow';

import { isRecord } from '../../../../packages/shared/isRecord';
import { connect } from '../../transport';
import { currentUser } from '../../vault/calls/users';
import { VaultError } from '../../vault/errors';
import { vaultDns } from '../../vault/http/hosts';
import type { Operation } from '../operation';

/** Vault API reference: Users › Validate Session User. */
export const validate: Operation = {
	option: {
		name: 'Validate',
		value: 'validate',
		action: 'Validate a session',
		description: 'Tell which user the session is for. This does not prolong it.',
	},
	signedBy: 'credentialOrSessionId',
	async execute(itemIndex) {
		const connection = await connect(this, itemIndex);
		const { users } = await connection.call(currentUser(connection.settings));
		const [entry] = Array.isArray(users) ? (users as unknown[]) : [];
		const user = isRecord(entry) ? entry.user : undefined;
		if (!isRecord(user)) {
			throw new VaultError(
				`${connection.vault.host} answered without a user`,
				'The answer has no users[0].user. Check the API Version.',
				'NOT_A_VAULT_ANSWER',
			);
		}
		return { ...(user as IDataObject), vault_dns: vaultDns(connection.vault) };
	},
};
