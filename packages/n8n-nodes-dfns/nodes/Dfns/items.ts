import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import * as outcome from '../../shared/itemOutcome';
import { explained } from './credential/advice';
import { DfnsError, DfnsFieldError } from './dfns/errors';
import { findOperation } from './operations';

/**
 * Runs the chosen operation for each item. Every item has its own outcome.
 *
 * @throws NodeApiError or NodeOperationError of the first item that fails, unless the node is set to continue
 */
export async function runItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const results: INodeExecutionData[] = [];
	for (const item of context.getInputData().keys()) {
		const json = await runItem(context, item).catch((error: unknown) => {
			if (!context.continueOnFail()) throw nodeError(context, error, item);
			return errorOutput(error);
		});
		results.push({ json, pairedItem: { item } });
	}
	return results;
}

async function runItem(context: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const operation = findOperation(
		context.getNodeParameter('resource', itemIndex),
		context.getNodeParameter('operation', itemIndex),
	);
	return await operation.execute.call(context, itemIndex);
}

/** An error as n8n shows it. */
function nodeError(context: IExecuteFunctions, error: unknown, itemIndex: number): Error {
	const isInput = error instanceof DfnsFieldError;
	return outcome.nodeError(context, explained(error), itemIndex, isInput);
}

/** The error as an output item, for "Continue" in the node's settings. */
function errorOutput(error: unknown): IDataObject {
	const { errorId } = error instanceof DfnsError ? error : {};
	return outcome.errorOutput(explained(error), errorId === undefined ? undefined : { errorId });
}
