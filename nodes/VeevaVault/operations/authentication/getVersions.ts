import { isRecord } from '../../../../packages/shared/isRecord';
import { connect } from '../../transport';
import { apiVersions } from '../../vault/calls/authentication';
import type { Operation } from '../operation';

/** Vault API reference: Authentication › Retrieve API Versions. */
export const getVersions: Operation = {
	option: {
		name: 'Get API Versions',
		value: 'getVersions',
		action: 'Get API versions',
		description:
			'List the versions of the Vault API that the Vault offers. The last one may be a beta version.',
	},
	signedBy: 'credentialOrSessionId',
	async execute(itemIndex) {
		const connection = await connect(this, itemIndex);
		const { values } = await connection.call(apiVersions());
		return Object.entries(isRecord(values) ? values : {}).map(([version, url]) => ({
			version,
			url: String(url),
		}));
	},
};
