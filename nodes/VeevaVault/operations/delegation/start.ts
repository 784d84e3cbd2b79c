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
		action: 'Start a delegated session',
		description:
			'Act on behalf of another user in the next steps. The session is a secret that they see, and an AI agent too.',
	},
	signedBy: 'credentialOrSessionId',
	properties: [
		{
			displayName: 'Delegation',
			name: 'delegation',
			type: 'resourceLocator',
			default: { mode: 'list', value: '' },
			required: true,
			description: 'For whom to act, and in which Vault',
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
					hint: 'ID of the Vault, a colon, and ID of the user who granted the access',
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
		// Before the session is started: a call that fails afterwards would lose it.
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

/** Where the delegated session is to be used: the login told it of the user's own Vaults; else Vault is asked. */
async function delegatedDns(connection: Connection, { vaultId }: Delegation): Promise<string> {
	const own = connection.session()?.vaultIds.find(({ id }) => String(id) === vaultId);
	const host = own === undefined ? undefined : hostOf(own);
	if (host !== undefined) return vaultDns(host);

	const answer = await connection.call(delegations(connection.settings));
	const found = readDelegations(answer).find(({ id }) => String(id) === vaultId);
	return typeof found?.dns === 'string' ? found.dns : vaultDns(connection.vault);
}
