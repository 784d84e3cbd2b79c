import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import { generate } from 'selfsigned';

/** A server on localhost that is not Vault's. */
export interface OtherServer {
	/** Address without a slash at the end */
	origin: string;
	/** All that it was sent: addresses, headers and bodies */
	received: string[];
	close: () => Promise<void>;
}

/** A server that is not Vault's, which keeps what it receives. */
export async function startRecorder(): Promise<OtherServer> {
	const received: string[] = [];
	return await listen(createServer(recordInto(received)), 'http', received);
}

/** A server with a certificate that cannot be trusted. */
export async function startUntrusted(): Promise<OtherServer> {
	const received: string[] = [];
	const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
	const server = createTlsServer({ key, cert }, recordInto(received));
	return await listen(server, 'https', received);
}

function recordInto(received: string[]): RequestListener {
	return (request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const text = Buffer.concat(chunks).toString();
			received.push(`${request.url} ${JSON.stringify(request.headers)} ${text}`);
			response.setHeader('content-type', 'application/json').end('{"taken":true}');
		});
	};
}

async function listen(
	server: Server,
	protocol: 'http' | 'https',
	received: string[],
): Promise<OtherServer> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		origin: `${protocol}://127.0.0.1:${port}`,
		received,
		close: async () => await new Promise<void>((resolve) => server.close(() => resolve())),
	};
}
