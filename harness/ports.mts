import { once } from 'node:events';
import { createServer } from 'node:net';

import { Failure } from './failure.mts';

const LOOPBACK = '127.0.0.1';

/**
 * Asks the system for TCP ports on 127.0.0.1 that are free now.
 *
 * @param count how many
 * @returns different ports; all are free again when this returns, so use them soon
 */
export async function freePorts(count: number): Promise<number[]> {
	// Held open together, or the system may hand out the same port twice.
	const servers = await Promise.all(Array.from({ length: count }, async () => await listen(0)));
	const ports = servers.map((server) => {
		const address = server.address();
		if (address === null || typeof address === 'string') throw new Error('No TCP port was given');
		return address.port;
	});
	await Promise.all(servers.map(close));
	return ports;
}

/**
 * Makes sure that a port on 127.0.0.1 can be listened on.
 *
 * @param port the TCP port
 * @param user who wants it, as the message is to name them, e.g. `n8n`
 * @param option the command line option that chooses another one, e.g. `--port`
 * @throws {Failure} when the port is taken or may not be used
 */
export async function assertPortFree(port: number, user: string, option: string): Promise<void> {
	try {
		await close(await listen(port));
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? error.code : undefined;
		const reason = code === 'EADDRINUSE' ? 'is already in use' : `cannot be used (${String(code)})`;
		throw new Failure(
			`Port ${port}, which ${user} was to use, ${reason}.\n` +
				`Stop the program that uses it, or choose another port with ${option}.`,
		);
	}
}

async function listen(port: number) {
	const server = createServer();
	server.listen(port, LOOPBACK);
	await once(server, 'listening');
	return server;
}

async function close(server: ReturnType<typeof createServer>): Promise<void> {
	server.close();
	await once(server, 'close');
}
