import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

import { cancelled, cancelSignal } from '../transport/context';
import { CallDropped, dropWaiting } from '../transport/rateLimit';
import { nodeError } from './itemError';
import { Stagger } from './stagger';

/**
 * Works on items side by side, and starts them in their order. After one has failed, no new item is started, and items
 * whose call still waits end without it.
 *
 * @param count how many items there are
 * @param concurrency how many items to work on at the same time
 * @throws NodeApiError or NodeOperationError of the first item that failed, after all that were started have finished
 */
export async function sideBySide(
	context: IExecuteFunctions,
	count: number,
	concurrency: number,
	work: (itemIndex: number) => Promise<void>,
): Promise<void> {
	const signal = cancelSignal(context);
	const failures = new Map<number, unknown>();
	const stagger = new Stagger(concurrency);
	let next = 0;
	let finished = 0;
	const goesOn = () => next < count && failures.size === 0 && signal?.aborted !== true;
	const worker = async () => {
		while (goesOn()) {
			await stagger.waitForStart();
			if (!goesOn()) return;
			const itemIndex = next++;
			const began = performance.now();
			const ended = work(itemIndex).then(() => void finished++);
			await ended.catch((error: unknown) => {
				// Another item's failure canceled this one. It did not fail itself.
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
	throw nodeError(context, failures.get(first), first, othersFinished(finished, count));
}

/**
 * Waits for the work, and throws as soon as the execution is canceled, whatever is still in progress. The signal belongs to
 * the execution, which may run the node many times: a listener that stays would keep the items in memory until it ends.
 */
export async function unlessCancelled(
	context: IExecuteFunctions,
	work: Promise<void>,
): Promise<void> {
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

/** What became of the items that did not fail, as the end of a description. */
function othersFinished(finished: number, count: number): string {
	if (finished === 0) return '';
	return ` ${finished} of ${count} items finished, and their results are lost: if the step changes data, do not simply run it again. With "On Error" set to "Continue", each item keeps its own result.`;
}
