import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { CREDENTIAL, type Engine } from '../engine/engine.mts';

type Data = ICredentialDataDecryptedObject;

/** The credentials that several processes of n8n share, as they share a database. */
export interface Database {
	/** Where processes read and write them */
	readonly origin: string;
	/** Decrypted data by credential ID */
	readonly credentials: Map<string, Data>;
	close(): Promise<void>;
}

/** Starts a database on a loopback port: `GET` and `PUT /{id}`, in JSON. */
export async function startDatabase(): Promise<Database> {
	const credentials = new Map<string, Data>();
	const server = createServer((request, response) => {
		const id = String(request.url).slice(1);
		void text(request).then((body) => {
			if (request.method === 'PUT') credentials.set(id, JSON.parse(body) as Data);
			response.end(JSON.stringify(credentials.get(id)));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		origin: `http://127.0.0.1:${port}`,
		credentials,
		async close() {
			server.closeAllConnections();
			await new Promise<void>((resolve) => server.close(() => resolve()));
		},
	};
}

/** Makes an engine read each credential from a database when it needs it, and write what it changes: as n8n does. */
export function useDatabase({ credentials }: Engine, origin: string): void {
	const read = credentials.getCredentials.bind(credentials);
	const write = credentials.save.bind(credentials);
	credentials.getCredentials = async (details) => {
		const id = details.id ?? '';
		const answer = await fetch(`${origin}/${id}`);
		await write(id, details.name, CREDENTIAL, (await answer.json()) as Data);
		return await read(details);
	};
	credentials.save = async (id, name, type, data) => {
		await fetch(`${origin}/${id}`, { method: 'PUT', body: JSON.stringify(data) });
		await write(id, name, type, data);
	};
}
