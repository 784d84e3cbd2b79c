import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { findOperation } from '../operations';
import { FileOutput, type Operation } from '../operations/operation';
import { concurrencyOf } from '../operations/options';
import { cancelSignal } from '../transport/context';
import { Progress } from '../transport/progress';
import { errorOutput, nodeError } from './itemError';
import { sideBySide, unlessCancelled } from './sideBySide';

/**
 * Runs the node's operation for each item, several at the same time. Every item has its own outcome. The output has the
 * order of the input.
 *
 * @throws NodeApiError or NodeOperationError of the first item that failed, unless the node is set to continue. Then the
 *   node starts no new items and makes no calls that still wait. Calls in progress finish first.
 */
export async function runItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	const count = items.length;
	let chosen: ReturnType<typeof settings>;
	try {
		chosen = settings(context);
	} catch (error) {
		if (!context.continueOnFail()) throw nodeError(context, error, 0);
		// Every item gets this outcome. Otherwise n8n would pass on the input as if nothing had happened.
		return items.map((_, item) => ({ json: errorOutput(error), pairedItem: { item } }));
	}
	const { operation, concurrency } = chosen;
	const outputs: INodeExecutionData[][] = new Array<INodeExecutionData[]>(count);
	const progress = new Progress(context, 'items done', ` of ${count}`);

	const work = sideBySide(context, count, concurrency, async (itemIndex) => {
		outputs[itemIndex] = await run(context, operation, itemIndex).catch((error: unknown) => {
			if (cancelSignal(context)?.aborted || !context.continueOnFail()) throw error;
			return [{ json: errorOutput(error), pairedItem: { item: itemIndex } }];
		});
		progress.done();
	});
	await unlessCancelled(context, work);
	return outputs.length === 1 ? outputs[0] : outputs.flat();
}

function settings(context: IExecuteFunctions): { operation: Operation; concurrency: number } {
	const operation = findOperation(
		context.getNodeParameter('resource', 0),
		context.getNodeParameter('operation', 0),
	);
	// Read on its own: the other options can differ between items.
	const concurrency: unknown = context.getNodeParameter('options.concurrency', 0, null);
	return { operation, concurrency: concurrencyOf(operation, concurrency) };
}

async function run(
	context: IExecuteFunctions,
	operation: Operation,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	const output = await operation.execute.call(context, itemIndex);
	if (output instanceof FileOutput) {
		const { json, binary } = output;
		return [{ json, binary, pairedItem: { item: itemIndex } }];
	}
	const elements = Array.isArray(output) ? output : [output];
	return elements.map((json) => ({ json, pairedItem: { item: itemIndex } }));
}
