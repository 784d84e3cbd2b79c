import { sleep } from 'n8n-workflow';

import { brokenOff } from './connectionErrors';
import type { ByteStream } from './response';

/** How often to check whether more has arrived, in ms. */
const CHECK_MS = 1_000;

/**
 * Ends a response that stops in the middle with an error. n8n's own timeout ends when the response begins.
 *
 * @param host the host that sends it, for the error
 * @param limitMs how long to wait for more
 */
export async function endWhenStalled(
	response: ByteStream,
	host: string,
	limitMs: number,
): Promise<void> {
	let since = performance.now();
	// However the stream is read, everything that arrives passes here.
	const push = response.push.bind(response);
	response.push = (...part) => {
		since = performance.now();
		return push(...part);
	};
	// The stream can end with an error when no one reads it any more. Without a listener, that would end n8n.
	response.on('error', () => {});
	while (!response.closed) {
		await sleep(Math.min(CHECK_MS, limitMs));
		// While something that arrived is still unread, the host is not the cause.
		if (response.readableLength > 0 || performance.now() - since < limitMs) continue;
		const error = brokenOff(host, `sent nothing for ${limitMs / 1000} seconds`);
		response.destroy(error);
		// n8n's stream may wait for its next part before it ends. No one should wait with it.
		response.emit('error', error);
		return;
	}
}
