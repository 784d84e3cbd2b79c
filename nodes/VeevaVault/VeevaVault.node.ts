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

/** When an earlier step's session is used. */
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
			'Query Veeva Vault and make any call of its API, logged in, also on behalf of other users',
		defaults: { name: 'Veeva Vault' },
		usableAsTool: true,
		// n8n keeps these out of what it shows of an execution.
		sensitiveOutputFields: ['sessionId', 'delegated_sessionid'],
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			// n8n looks at one entry of each name only, and hides it when any of these is so.
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
						description: 'By password, OAuth 2.0, token or session: without a browser',
					},
					{
						name: 'OAuth2',
						value: 'oAuth2',
						description: 'Single sign-on: you sign in at your identity provider in the browser',
					},
				],
				default: 'api',
				description: 'Which kind of credential to use',
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
						description: 'The session that the credential keeps; it is renewed by itself',
					},
					{
						name: 'Session ID',
						value: 'sessionId',
						description: 'A session that an earlier step started; it is used as it is',
					},
				],
				default: 'credential',
				description: 'With which session to make the call',
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
					'ID of the session. Use an expression that takes it from the step that started it, so that it is not saved with the workflow.',
			},
			{
				displayName: 'Vault DNS',
				name: 'vaultDns',
				type: 'string',
				displayOptions: { show: withSessionId },
				default: '',
				required: true,
				placeholder: 'e.g. {{ $json.vault_dns }} or myvault.veevavault.com',
				description: 'Host name of the Vault for which the session is',
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
