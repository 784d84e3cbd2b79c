import { sleep } from 'n8n-workflow';

import { brokenOff } from './connectionErrors';
import type { ByteStream } from './response';

/** How often is looked whether more has come, in ms. */
const LOOK_MS = 1_000;

/**
 * Ends an answer that stops in the middle with an error. n8n's own limit is over when an answer begins.
 *
 * @param host for the error
 * @param limitMs how long nothing may come
 */
export async function endWhenStalled(
	answer: ByteStream,
	host: string,
	limitMs: number,
): Promise<void> {
	let since = performance.now();
	// What comes is told here, however it is read.
	const push = answer.push.bind(answer);
	answer.push = (...part) => {
		since = performance.now();
		return push(...part);
	};
	// It may end with an error when nobody reads it any more: without a listener that would end n8n.
	answer.on('error', () => {});
	while (!answer.closed) {
		await sleep(Math.min(LOOK_MS, limitMs));
		// Not the host's fault while something that has come is still to be read.
		if (answer.readableLength > 0 || performance.now() - since < limitMs) continue;
		const error = brokenOff(host, `sent nothing for ${limitMs / 1000} seconds`);
		answer.destroy(error);
		// What n8n gives may wait for its next part before it ends; nobody is to wait with it.
		answer.emit('error', error);
		return;
	}
}
