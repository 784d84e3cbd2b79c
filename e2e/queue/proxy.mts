import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The header with which a {@link MarkingProxy} says through whom a request went. */
export const MARK = 'x-e2e-process';

/** An HTTP proxy that puts a mark on each request, so that the simulator's journal tells whose it was. */
export interface MarkingProxy {
	/** For HTTP_PROXY. */
	readonly url: string;
	/** Safe to call again. */
	close(): Promise<void>;
}

/**
 * Starts a proxy for one process.
 *
 * @param mark the value of the header
 */
export async function startMarkingProxy(mark: string): Promise<MarkingProxy> {
	const server = createServer((incoming, answer) => {
		const { method, headers, url = '/' } = incoming;
		const outgoing = request(url, { method, headers: { ...headers, [MARK]: mark } }, (response) => {
			answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
			response.pipe(answer);
		});
		// Either side may be killed in the middle: the other one sees what it would see without a proxy.
		outgoing.on('error', () => answer.destroy());
		answer.on('close', () => outgoing.destroy());
		incoming.pipe(outgoing);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		async close() {
			if (!server.listening) return;
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}
