import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const IPV4 = '127.0.0.1';
const IPV6 = '::1';
/** A free port of 127.0.0.1 may be taken on ::1; after so many tries something else is wrong. */
const ATTEMPTS = 10;

/** Loopback sockets of the simulator, which close and open again on the same port. */
export class Listener {
	port: number;
	readonly #handle: RequestListener;
	#servers: Server[] = [];
	#last: Promise<void> = Promise.resolve();

	/** @param port 0: a free one, kept from the first opening on */
	constructor(port: number, handle: RequestListener) {
		this.port = port;
		this.#handle = handle;
	}

	/** @throws the socket's error, e.g. EADDRINUSE */
	open(): Promise<void> {
		return this.#inTurn(() => this.#open());
	}

	/** Refuses connections from now on and cuts the open ones. */
	close(): Promise<void> {
		return this.#inTurn(async () => {
			const servers = this.#servers;
			this.#servers = [];
			await Promise.all(servers.map(closed));
		});
	}

	/** One at a time: a port cannot be opened while it is being closed. */
	#inTurn(task: () => Promise<void>): Promise<void> {
		const turn = this.#last.then(task);
		this.#last = turn.catch(() => undefined);
		return turn;
	}

	async #open(): Promise<void> {
		for (let attempt = 1; this.#servers.length === 0; attempt += 1) {
			const v4 = await this.#listen(IPV4, this.port);
			const port = portOf(v4);
			try {
				this.#servers = [v4, await this.#listen(IPV6, port)];
			} catch (error) {
				if (isTaken(error)) {
					await closed(v4);
					if (this.port !== 0 || attempt === ATTEMPTS) throw error;
					continue;
				}
				// A machine without IPv6 has one loopback address.
				this.#servers = [v4];
			}
			this.port = port;
		}
	}

	#listen(host: string, port: number): Promise<Server> {
		const server = createServer(this.#handle);
		return new Promise((resolve, reject) => {
			server.once('error', reject);
			server.listen(port, host, () => resolve(server));
		});
	}
}

/** @returns whether an error says that a port is in use */
export function isTaken(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function portOf(server: Server): number {
	const address: string | AddressInfo | null = server.address();
	if (typeof address !== 'object' || !address) throw new Error('The listener has no port.');
	return address.port;
}

function closed(server: Server): Promise<void> {
	return new Promise((resolve) => {
		server.close(() => resolve());
		server.closeAllConnections();
	});
}
