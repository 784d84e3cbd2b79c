import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { runItems } from './items';
import { operationProperties, parameterProperties, resourceOptions } from './operations';

export class Dfns implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Dfns',
		name: 'dfns',
		icon: { light: 'file:dfns.svg', dark: 'file:dfns.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Log users in to Dfns with delegated login',
		defaults: { name: 'Dfns' },
		usableAsTool: true,
		// n8n hides these fields when it shows an execution.
		sensitiveOutputFields: ['token'],
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'dfnsServiceAccountApi', required: true }],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: resourceOptions(),
				default: 'delegatedLogin',
			},
			...operationProperties(),
			...parameterProperties(),
		],
	};

	/** Runs the chosen operation for each item. */
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [await runItems(this)];
	}
}
