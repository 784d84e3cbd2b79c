import type { IDataObject } from 'n8n-workflow';

import { delegations } from '../../vault/api';
import { VaultFieldError } from '../../vault/errors';
import { readDelegations } from '../../vault/delegation';
import { connect } from '../../transport';
import type { Operation } from '../operation';

/** Vault API reference: Authentication › Delegated Access › Retrieve Delegations. */
export const getAll: Operation = {
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many delegations',
		description: 'List the users for whom the user may act, and in which Vaults',
	},
	signedBy: 'credentialOrSessionId',
	properties: [
		{
			displayName: 'Return All',
			name: 'returnAll',
			type: 'boolean',
			default: false,
			description: 'Whether to return all results or only up to a given limit',
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1 },
			displayOptions: { show: { returnAll: [false] } },
			default: 50,
			description: 'Max number of results to return',
		},
	],
	async execute(itemIndex) {
		const all = this.getNodeParameter('returnAll', itemIndex, false);
		const limit = this.getNodeParameter('limit', itemIndex, 50);
		if (all !== true && (!Number.isInteger(limit) || limit < 1)) {
			throw new VaultFieldError('Limit', limit, 'a whole number from 1 on');
		}
		const connection = await connect(this, itemIndex);
		const found = readDelegations(await connection.call(delegations(connection.settings)));
		return (all === true ? found : found.slice(0, limit)) as IDataObject[];
	},
};
