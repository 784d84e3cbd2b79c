import {
	NodeApiError,
	NodeConnectionTypes,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { getDelegations } from './listSearch/getDelegations';
import {
	findOperation,
	operationProperties,
	operationsSignedBy,
	parameterProperties,
	resourceOptions,
} from './operations';
import { DEFAULT_SETTINGS } from './vault/api';
import { VaultError, VaultFieldError } from './vault/errors';

const { apiVersion, clientId } = DEFAULT_SETTINGS;

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
		description: 'Log in to Veeva Vault, keep the session, and act on behalf of other users',
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
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add option',
				displayOptions: { show: withSessionId },
				default: {},
				options: [
					{
						displayName: 'API Version',
						name: 'apiVersion',
						type: 'string',
						default: apiVersion,
						placeholder: 'e.g. v25.2',
						description: 'Version of the Vault API to call',
					},
					{
						displayName: 'Client ID',
						name: 'clientId',
						type: 'string',
						default: clientId,
						placeholder: 'e.g. mycompany-clinical-n8n-server-nightlysync',
						description:
							"Names the caller in Vault's API usage log; a Vault that filters client IDs has to allow it",
					},
				],
			},
		],
	};

	methods = { listSearch: { getDelegations } };

	/** Runs the chosen operation for each item; every item is its own outcome. */
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const results: INodeExecutionData[] = [];
		for (const itemIndex of this.getInputData().keys()) {
			try {
				const operation = findOperation(
					this.getNodeParameter('resource', itemIndex),
					this.getNodeParameter('operation', itemIndex),
				);
				const output = [await operation.execute.call(this, itemIndex)].flat();
				results.push(...output.map((json) => ({ json, pairedItem: { item: itemIndex } })));
			} catch (error) {
				if (!this.continueOnFail()) throw nodeError(this, error as Error, itemIndex);
				results.push({ json: errorOutput(error as Error), pairedItem: { item: itemIndex } });
			}
		}
		return [results];
	}
}

/** An error as n8n shows it. Of ours only texts are taken over: a cause may hold the request, and with it the session. */
function nodeError(context: IExecuteFunctions, error: Error, itemIndex: number): Error {
	if (!(error instanceof VaultError)) {
		return new NodeOperationError(context.getNode(), error, { itemIndex });
	}
	const { message, description, type } = error;
	return error instanceof VaultFieldError
		? new NodeOperationError(context.getNode(), message, { description, itemIndex, type })
		: new NodeApiError(
				context.getNode(),
				{ message, description, type },
				{ message, description, itemIndex },
			);
}

/**
 * The error as an output item, for "Continue" in the node's settings. n8n takes an item for an error, and sends it to
 * the error output, only when it has no other fields than these.
 */
function errorOutput(error: Error): IDataObject {
	if (!(error instanceof VaultError)) return { error: error.message };
	const { message, description, type, executionId } = error;
	return {
		error: message,
		details: {
			description,
			type,
			...(executionId === undefined ? {} : { execution_id: executionId }),
		},
	};
}
