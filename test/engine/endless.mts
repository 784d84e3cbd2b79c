import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A server whose answers never come to their end: each goes on byte by byte.
 *
 * @returns its host with the port, and what ends it with all its connections
 */
export async function startEndless(): Promise<{ host: string; close(): void }> {
	const server = createServer((_request, response) => {
		const drip = setInterval(() => response.write(' '), 20);
		response.once('close', () => clearInterval(drip));
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	return {
		host: `127.0.0.1:${port}`,
		close() {
			server.closeAllConnections();
			server.close();
		},
	};
}
