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
import { findOperation, operationProperties, parameterProperties, shownFor } from './operations';
import { VaultError, VaultFieldError } from './vault/errors';

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
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'veevaVaultApi',
				required: true,
				// n8n looks at one entry of each name only, and hides it when any of these is so.
				displayOptions: {
					hide: { operation: shownFor('nothing').operation, sessionSource: ['sessionId'] },
				},
			},
		],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: [
					{
						name: 'Authentication',
						value: 'authentication',
						description: 'How users log in, and what the Vault offers',
					},
					{
						name: 'Delegation',
						value: 'delegation',
						description: 'Acting on behalf of another user',
					},
					{ name: 'Session', value: 'session', description: 'Being logged in' },
				],
				default: 'session',
			},
			...operationProperties(),
			{
				displayName: 'Session to Use',
				name: 'sessionSource',
				type: 'options',
				displayOptions: { show: shownFor('credentialOrSessionId') },
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
				displayOptions: {
					show: { ...shownFor('credentialOrSessionId'), sessionSource: ['sessionId'] },
				},
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
				displayOptions: {
					show: { ...shownFor('credentialOrSessionId'), sessionSource: ['sessionId'] },
				},
				default: '',
				required: true,
				placeholder: 'e.g. {{ $json.vault_dns }} or myvault.veevavault.com',
				description: 'Host name of the Vault for which the session is',
			},
			...parameterProperties(),
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

/** An error as n8n shows it. Only texts are taken over: a cause may hold the request, and with it the session. */
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

/** The error as an output item, for "Continue" in the node's settings. */
function errorOutput(error: Error): IDataObject {
	return error instanceof VaultError
		? {
				error: error.message,
				description: error.description,
				error_type: error.type,
				...(error.executionId === undefined ? {} : { execution_id: error.executionId }),
			}
		: { error: error.message };
}
