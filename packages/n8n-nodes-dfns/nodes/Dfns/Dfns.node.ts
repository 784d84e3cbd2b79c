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
			} catch (thrown) {
				const error = thrown instanceof Error ? thrown : new Error(String(thrown));
				if (!this.continueOnFail()) throw nodeError(this, error, itemIndex);
				results.push({ json: errorOutput(error), pairedItem: { item: itemIndex } });
			}
		}
		return [results];
	}
}

/** An error as n8n shows it. Of ours only texts are taken over: a cause may hold the request, and with it a token. */
function nodeError(context: IExecuteFunctions, error: Error, itemIndex: number): Error {
	if (!(error instanceof DfnsError)) {
		return new NodeOperationError(context.getNode(), error, { itemIndex });
	}
	const { message, description, type } = error;
	return error instanceof DfnsFieldError
		? new NodeOperationError(context.getNode(), message, { description, itemIndex, type })
		: new NodeApiError(
				context.getNode(),
				{ message, description, type },
				{ message, description, itemIndex },
			);
}

/**
 * The error as an output item, for "Continue" in the node's settings. n8n takes an item for an error, and sends it to
 * the error output, only when it has no other field.
 */
function errorOutput(error: Error): IDataObject {
	if (!(error instanceof DfnsError)) return { error: { message: error.message } };
	const { message, description, type, errorId } = error;
	return {
		error: { message, description, type, ...(errorId === undefined ? {} : { errorId }) },
	};
}
