import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { errorOutput, nodeError } from '../../shared/itemOutcome';
import { DfnsError, DfnsFieldError } from './dfns/errors';
import {
	findOperation,
	operationProperties,
	parameterProperties,
	resourceOptions,
} from './operations';

export class Dfns implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Dfns',
		name: 'dfns',
		icon: { light: 'file:dfns.svg', dark: 'file:dfns.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Log users in to Dfns by delegated login',
		defaults: { name: 'Dfns' },
		usableAsTool: true,
		// n8n keeps these out of what it shows of an execution.
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

	/** Runs the chosen operation for each item; every item is its own outcome. */
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const results: INodeExecutionData[] = [];
		for (const itemIndex of this.getInputData().keys()) {
			try {
				const operation = findOperation(
					this.getNodeParameter('resource', itemIndex),
					this.getNodeParameter('operation', itemIndex),
				);
				const json = await operation.execute.call(this, itemIndex);
				results.push({ json, pairedItem: { item: itemIndex } });
			} catch (error) {
				if (!this.continueOnFail()) {
					throw nodeError(this, error, itemIndex, error instanceof DfnsFieldError);
				}
				const { errorId } = error instanceof DfnsError ? error : {};
				const json = errorOutput(error, errorId === undefined ? undefined : { errorId });
				results.push({ json, pairedItem: { item: itemIndex } });
			}
		}
		return [results];
	}
}
