import type { IDataObject } from 'n8n-workflow';

import { connect } from '../../transport';
import { delegations, readDelegations } from '../../vault/calls/delegation';
import type { Operation } from '../operation';
import { limitProperties, Parameters } from '../parameters';

/** Vault API reference: Authentication › Delegated Access › Retrieve Delegations. */
export const getAll: Operation = {
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many delegations',
		description: 'List the users that you can act for, and the Vaults where you can do so',
	},
	signedBy: 'credentialOrSessionId',
	properties: limitProperties,
	async execute(itemIndex) {
		const limit = new Parameters(this, itemIndex).limit();
		const connection = await connect(this, itemIndex);
		const found = readDelegations(await connection.call(delegations(connection.settings)));
		return found.slice(0, limit) as IDataObject[];
	},
};
