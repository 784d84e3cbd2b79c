import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { explained } from '../credential/advice';
import { connect } from '../transport';
import { delegations, readDelegations } from '../vault/calls/delegation';

/**
 * The delegations to choose from in the editor, by Vault and delegator.
 *
 * @param filter what the user typed; it is compared with everything that is shown
 */
export async function getDelegations(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const found = await loadDelegations(this).catch((error: unknown) => {
		throw explained(error);
	});
	const wanted = filter.trim().toLowerCase();
	return {
		results: found
			.map(({ id, name, dns, delegator_userid }) => ({
				name: `${String(name)} – user ID ${String(delegator_userid)}`,
				value: `${String(id)}:${String(delegator_userid)}`,
				description: String(dns),
			}))
			.filter((entry) => Object.values(entry).join(' ').toLowerCase().includes(wanted)),
	};
}

async function loadDelegations(
	context: ILoadOptionsFunctions,
): Promise<Array<Record<string, unknown>>> {
	const connection = await connect(context, 0);
	return readDelegations(await connection.call(delegations(connection.settings)));
}
