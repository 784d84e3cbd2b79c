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
import { Stagger } from './stagger';
import { CallDropped, cancelled, cancelSignal, dropWaiting } from './transport';
import { VaultError, VaultFieldError } from './vault/errors';

/**
 * Runs the node's operation for each item, several at the same time. Every item is its own outcome; the output has the
 * order of the input.
 *
 * @throws NodeApiError or NodeOperationError of the first item that has failed, unless the node is to continue; no
 *   further item is started then, nor a call made that waits for its turn, and those under way come to their end first
 */
export async function runItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	const count = items.length;
	let chosen: ReturnType<typeof settings>;
	try {
		chosen = settings(context);
	} catch (error) {
		if (!context.continueOnFail()) throw nodeError(context, error, 0);
		// Each item's outcome: n8n would pass the input on as if nothing had happened.
		return items.map((_, item) => ({ json: errorOutput(error), pairedItem: { item } }));
	}
	const { operation, concurrency } = chosen;
	const outputs: INodeExecutionData[][] = new Array<INodeExecutionData[]>(count);
	const progress = new Progress(context, 'items', ` of ${count}`);

	const work = inOrder(context, count, concurrency, async (itemIndex) => {
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
	// By itself: the other options are each item's own.
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

/**
 * Works on items, so many at the same time, and starts them in their order. After one has failed none is started, and
 * those that wait for their turn to make a call end without it.
 *
 * @throws NodeApiError or NodeOperationError of the first of those that have failed, once all are done that had been
 *   started
 */
async function inOrder(
	context: IExecuteFunctions,
	count: number,
	concurrency: number,
	work: (itemIndex: number) => Promise<void>,
): Promise<void> {
	const signal = cancelSignal(context);
	const failures = new Map<number, unknown>();
	const stagger = new Stagger(concurrency);
	let next = 0;
	let done = 0;
	const goesOn = () => next < count && failures.size === 0 && signal?.aborted !== true;
	const worker = async () => {
		while (goesOn()) {
			await stagger.turn();
			if (!goesOn()) return;
			const itemIndex = next++;
			const began = performance.now();
			const ended = work(itemIndex).then(() => void done++);
			await ended.catch((error: unknown) => {
				// That has an item ended which did not fail.
				if (error instanceof CallDropped) return;
				failures.set(itemIndex, error);
				dropWaiting(context);
			});
			stagger.took(performance.now() - began);
		}
	};
	await Promise.all(Array.from({ length: Math.min(concurrency, count) }, worker));
	if (failures.size === 0) return;
	const first = Math.min(...failures.keys());
	throw nodeError(context, failures.get(first), first, othersDone(done, count));
}

/**
 * Waits for the work, and throws as soon as the execution is cancelled, whatever is still under way. The signal is the
 * execution's, which may run the node many times: what listened to it would be kept, with the items, until its end.
 */
async function unlessCancelled(context: IExecuteFunctions, work: Promise<void>): Promise<void> {
	const signal = cancelSignal(context);
	let stop = () => {};
	const stopped = new Promise<never>((_, reject) => {
		stop = () =>
			reject(new NodeOperationError(context.getNode(), cancelled().message, { level: 'info' }));
	});
	signal?.addEventListener('abort', stop, { once: true });
	if (signal?.aborted) stop();
	try {
		await Promise.race([work, stopped]);
	} finally {
		signal?.removeEventListener('abort', stop);
	}
}

/** What became of the items that have not failed, as the end of a description. */
function othersDone(done: number, count: number): string {
	if (done === 0) return '';
	return ` ${done} of ${count} items were done, and their results are lost: do not simply run the step again if it changes data. With "On Error" set to "Continue" each item keeps its own result.`;
}

/** An error as n8n shows it. Of ours only texts are taken over: a cause may hold the request, and with it the session. */
function nodeError(
	context: IExecuteFunctions,
	error: unknown,
	itemIndex: number,
	others = '',
): Error {
	if (!(error instanceof VaultError)) {
		return new NodeOperationError(context.getNode(), asError(error), { itemIndex });
	}
	const { message, type } = error;
	const description = error.description + others;
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
	if (!(error instanceof VaultError)) return { error: notOurs(asError(error)) };
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

/** Of an error of n8n's own, such as that of an expression. */
function notOurs({ name, message, description }: Error & { description?: unknown }): IDataObject {
	return {
		message,
		description: typeof description === 'string' ? description : '',
		type: /^Expression/.test(name) ? 'INVALID_FIELD' : 'CALL_NOT_COMPLETED',
	};
}

function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}
