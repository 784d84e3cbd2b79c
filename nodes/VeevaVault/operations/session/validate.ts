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
		action: 'Validate session',
		description: 'Get the user that the session belongs to. This does not extend the session.',
	},
	signedBy: 'credentialOrSessionId',
	async execute(itemIndex) {
		const connection = await connect(this, itemIndex);
		const { users } = await connection.call(currentUser(connection.settings));
		const [entry] = Array.isArray(users) ? (users as unknown[]) : [];
		const user = isRecord(entry) ? entry.user : undefined;
		if (!isRecord(user)) {
			throw new VaultError(
				`${connection.vault.host} responded without a user`,
				'The response has no users[0].user. Check the API Version.',
				'NOT_A_VAULT_ANSWER',
			);
		}
		return { ...(user as IDataObject), vault_dns: vaultDns(connection.vault) };
	},
};
