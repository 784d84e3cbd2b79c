import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { findOperation } from './operations';
import { FileOutput, type Operation } from './operations/operation';
import { concurrencyOf } from './operations/options';
import { Progress } from './progress';
import { cancelled, cancelSignal } from './transport';
import { isRecord } from './vault/answer';
import { VaultError, VaultFieldError } from './vault/errors';

/**
 * Runs the node's operation for each item, several at the same time. Every item is its own outcome; the output has the
 * order of the input.
 *
 * @throws NodeApiError or NodeOperationError of the first item that has failed, unless the node is to continue; no
 *   further item is started then, and those under way come to their end first
 */
export async function runItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const { operation, concurrency } = settings(context);
	const count = context.getInputData().length;
	const outputs: INodeExecutionData[][] = new Array<INodeExecutionData[]>(count);
	const progress = new Progress(context, 'items', ` of ${count}`);

	const work = inOrder(count, concurrency, cancelSignal(context), async (itemIndex) => {
		try {
			outputs[itemIndex] = await run(context, operation, itemIndex);
		} catch (error) {
			if (cancelSignal(context)?.aborted || !context.continueOnFail()) {
				throw nodeError(context, error, itemIndex);
			}
			outputs[itemIndex] = [{ json: errorOutput(error), pairedItem: { item: itemIndex } }];
		}
		progress.done();
	});
	await Promise.race([work, whenCancelled(context)]);
	return outputs.length === 1 ? outputs[0] : outputs.flat();
}

function settings(context: IExecuteFunctions): { operation: Operation; concurrency: number } {
	try {
		const operation = findOperation(
			context.getNodeParameter('resource', 0),
			context.getNodeParameter('operation', 0),
		);
		const options: unknown = context.getNodeParameter('options', 0, {});
		const { concurrency } = isRecord(options) ? options : {};
		return { operation, concurrency: concurrencyOf(operation, concurrency) };
	} catch (error) {
		throw nodeError(context, error, 0);
	}
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

/**
 * Works on items, so many at the same time, and starts them in their order. After one has failed none is started.
 *
 * @throws what the first of those that have failed has thrown, once all are done that had been started
 */
async function inOrder(
	count: number,
	concurrency: number,
	signal: AbortSignal | undefined,
	work: (itemIndex: number) => Promise<void>,
): Promise<void> {
	const failures = new Map<number, unknown>();
	let next = 0;
	const worker = async () => {
		while (next < count && failures.size === 0 && signal?.aborted !== true) {
			const itemIndex = next++;
			await work(itemIndex).catch((error: unknown) => failures.set(itemIndex, error));
		}
	};
	await Promise.all(Array.from({ length: Math.min(concurrency, count) }, worker));
	if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
}

/** Throws as soon as the execution is cancelled, whatever is still under way. */
async function whenCancelled(context: IExecuteFunctions): Promise<never> {
	return await new Promise((_, reject) => {
		const stop = () =>
			reject(new NodeOperationError(context.getNode(), cancelled().message, { level: 'info' }));
		if (cancelSignal(context)?.aborted) stop();
		else context.onExecutionCancellation(stop);
	});
}

/** An error as n8n shows it. Of ours only texts are taken over: a cause may hold the request, and with it the session. */
function nodeError(context: IExecuteFunctions, error: unknown, itemIndex: number): Error {
	if (!(error instanceof VaultError)) {
		return new NodeOperationError(context.getNode(), asError(error), { itemIndex });
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
 * the error output, only when it has no other field (n8n before 2.36 not even `details`).
 */
function errorOutput(error: unknown): IDataObject {
	if (!(error instanceof VaultError)) return { error: { message: asError(error).message } };
	const { message, description, type, executionId } = error;
	return {
		error: {
			message,
			description,
			type,
			...(executionId === undefined ? {} : { execution_id: executionId }),
		},
	};
}

function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}
