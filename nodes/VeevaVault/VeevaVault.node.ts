import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { getDelegations } from './editor/getDelegations';
import { getEndpoints } from './editor/getEndpoints';
import { runItems } from './items';
import {
	operationProperties,
	operationsSignedBy,
	parameterProperties,
	resourceOptions,
} from './operations';

/** When no credential is used. */
const withoutCredential = {
	operation: operationsSignedBy('nothing'),
	sessionSource: ['sessionId'],
};

/** When the session of an earlier step is used. */
const withSessionId = {
	operation: operationsSignedBy('credentialOrSessionId'),
	sessionSource: ['sessionId'],
};

export class VeevaVault implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Veeva Vault',
		name: 'veevaVault',
		icon: { light: 'file:veevaVault.svg', dark: 'file:veevaVault.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description:
			'Query Veeva Vault and call any endpoint of its API, also on behalf of other users',
		defaults: { name: 'Veeva Vault' },
		usableAsTool: true,
		// n8n hides these fields when it shows an execution.
		sensitiveOutputFields: ['sessionId', 'delegated_sessionid'],
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			// n8n reads only one entry for each name, and hides it when any of these conditions is met.
			{
				name: 'veevaVaultApi',
				required: true,
				displayOptions: { show: { authentication: ['api'] }, hide: withoutCredential },
			},
			{
				name: 'veevaVaultOAuth2Api',
				required: true,
				displayOptions: { show: { authentication: ['oAuth2'] }, hide: withoutCredential },
			},
		],
		properties: [
			{
				displayName: 'Authentication',
				name: 'authentication',
				type: 'options',
				displayOptions: { hide: withoutCredential },
				options: [
					{
						name: 'API',
						value: 'api',
						description: 'Use a password, OAuth 2.0, a token, or a session, without a browser',
					},
					{
						name: 'OAuth2',
						value: 'oAuth2',
						description: 'Use single sign-on: you sign in at your identity provider in the browser',
					},
				],
				default: 'api',
				description: 'Type of credential to use',
			},
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: resourceOptions(),
				default: 'session',
			},
			...operationProperties(),
			{
				displayName: 'Session to Use',
				name: 'sessionSource',
				type: 'options',
				displayOptions: { show: { operation: operationsSignedBy('credentialOrSessionId') } },
				options: [
					{
						name: 'Credential',
						value: 'credential',
						description: 'Use the session of the credential, which is renewed automatically',
					},
					{
						name: 'Session ID',
						value: 'sessionId',
						description: 'Use a session that an earlier step started. It is not renewed.',
					},
				],
				default: 'credential',
				description: 'Which session to make the call with',
			},
			{
				displayName: 'Session ID',
				name: 'sessionId',
				type: 'string',
				typeOptions: { password: true },
				displayOptions: { show: withSessionId },
				default: '',
				required: true,
				placeholder: 'e.g. {{ $json.delegated_sessionid }}',
				description:
					'Use an expression that gets the ID from the step that started the session, so that the ID is not saved with the workflow',
			},
			{
				displayName: 'Vault DNS',
				name: 'vaultDns',
				type: 'string',
				displayOptions: { show: withSessionId },
				default: '',
				required: true,
				placeholder: 'e.g. {{ $json.vault_dns }} or myvault.veevavault.com',
				description: 'Enter the host name of the Vault that the session is for',
			},
			...parameterProperties(),
		],
	};

	methods = { listSearch: { getDelegations, getEndpoints } };

	/** Runs the chosen operation for each item. */
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [await runItems(this)];
	}
}
