import { parseDelegation } from '../../credential/delegation';
import { connect, type Connection } from '../../transport';
import {
	delegatedLogin,
	delegations,
	readDelegatedSession,
	readDelegations,
	type Delegation,
} from '../../vault/calls/delegation';
import { hostOf, vaultDns } from '../../vault/http/hosts';
import { withoutDelegatedSession } from '../../vault/login/delegated';
import type { Operation } from '../operation';

/** Vault API reference: Authentication › Delegated Access › Initiate Delegated Session. */
export const start: Operation = {
	option: {
		name: 'Start Session',
		value: 'start',
		action: 'Start delegated session',
		description:
			'Start a session on behalf of another user. The session is a secret: later steps see it, and so does an AI agent.',
	},
	signedBy: 'credentialOrSessionId',
	properties: [
		{
			displayName: 'Delegation',
			name: 'delegation',
			type: 'resourceLocator',
			default: { mode: 'list', value: '' },
			required: true,
			description: 'Select the user to act for, and the Vault to do it in',
			modes: [
				{
					displayName: 'From List',
					name: 'list',
					type: 'list',
					placeholder: 'Select a delegation…',
					typeOptions: { searchListMethod: 'getDelegations', searchable: true },
				},
				{
					displayName: 'By ID',
					name: 'id',
					type: 'string',
					placeholder: 'e.g. 19523:61579',
					hint: 'Enter the ID of the Vault, a colon, and the ID of the user who granted access',
				},
			],
		},
	],
	async execute(itemIndex) {
		const delegation = parseDelegation(
			this.getNodeParameter('delegation', itemIndex, '', { extractValue: true }),
		);
		const connection = await connect(this, itemIndex);
		connection.assertCan('startDelegated');
		// First, because a call that fails after the session was started would lose it.
		const vault_dns = await delegatedDns(connection, delegation);
		const delegated_sessionid = readDelegatedSession(
			await connection.call(delegatedLogin(connection.settings, delegation)),
		);
		if (delegated_sessionid === undefined) throw withoutDelegatedSession(connection.vault.host);
		return {
			delegated_sessionid,
			vault_id: delegation.vaultId,
			delegator_userid: delegation.delegatorUserId,
			vault_dns,
		};
	},
};

/** The Vault that the delegated session is for. The login told the DNS of the user's own Vaults. For others, Vault is asked. */
async function delegatedDns(connection: Connection, { vaultId }: Delegation): Promise<string> {
	const own = connection.session()?.vaultIds.find(({ id }) => String(id) === vaultId);
	const host = own === undefined ? undefined : hostOf(own);
	if (host !== undefined) return vaultDns(host);

	const response = await connection.call(delegations(connection.settings));
	const found = readDelegations(response).find(({ id }) => String(id) === vaultId);
	return typeof found?.dns === 'string' ? found.dns : vaultDns(connection.vault);
}
