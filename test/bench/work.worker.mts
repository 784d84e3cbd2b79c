/** One process of n8n that reads many records and moves large files, and watches its memory. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import type { IHttpRequestOptions, INodeExecutionData } from 'n8n-workflow';

import { startEngine, type Engine, type Outcome } from '../engine/engine.mts';
import { clock } from '../fixture/clock.mts';
import { textOf } from '../fixture/text.mts';
import { SEED_PASSWORD } from '../simulator/seed.mts';
import { serve } from './rpc.mts';

let engine: Engine;
let credential: string;
let origin: string;
/** Bytes that the process has when it rests */
let resting = 0;

const DOCUMENTS = '/objects/documents';

const tasks = {
	async start(given: { origin: string; username: string }): Promise<void> {
		engine = await startEngine();
		await engine.keepFilesOnDisk();
		({ origin } = given);
		const { username } = given;
		credential = await engine.saveCredential({
			...{ vaultDns: origin, loginHost: origin, username, password: SEED_PASSWORD },
		});
		await vault({ resource: 'session', operation: 'keepAlive' });
	},

	/** Sets this process's clock, so that it goes with the simulator's. */
	async setClock({ aheadMs }: { aheadMs: number }): Promise<void> {
		clock.setAhead(aheadMs);
	},

	/** Runs a query to its end: ms, and bytes that its items take in memory. */
	async query({ vql }: { vql: string }): Promise<{ ms: number; records: number; bytes: number }> {
		const before = used();
		const started = performance.now();
		const outcome = await vault({
			resource: 'query',
			operation: 'run',
			query: vql,
			returnAll: true,
		});
		const ms = performance.now() - started;
		const bytes = used() - before;
		return { ms, records: outcome.json('Vault').length, bytes };
	},

	/** The same calls with n8n's helper alone, and the same records held as n8n's items. */
	async bare({ vql }: { vql: string }): Promise<{ ms: number; records: number; bytes: number }> {
		const before = used();
		const session = textOf((await engine.credentialData(credential)).sessionToken);
		const helper = httpRequest();
		const started = performance.now();
		const items: INodeExecutionData[] = [];
		let url = `${origin}/api/v25.2/query`;
		let body: URLSearchParams | undefined = new URLSearchParams({ q: vql });
		while (url !== '') {
			const page: Page = await helper({
				...{ method: 'POST', url, body, json: true },
				headers: { Authorization: session, 'X-VaultAPI-ClientID': 'bench' },
			});
			for (const json of page.data) items.push({ json, pairedItem: { item: 0 } });
			const next: string | undefined = page.responseDetails.next_page;
			url = next === undefined ? '' : origin + next;
			body = undefined;
		}
		const ms = performance.now() - started;
		const bytes = used() - before;
		return { ms, records: items.length, bytes };
	},

	/** From now on memory is compared with what the process has when it rests. */
	async rest(): Promise<void> {
		globalThis.gc?.();
		resting = process.memoryUsage().rss;
	},

	/** Downloads a document: the most bytes above the resting memory, and the size of the file. */
	async download({ id }: { id: number }): Promise<{ bytes: number; size: number }> {
		const { result, bytes } = await peak(
			async () =>
				await vault({
					...{ resource: 'api', operation: 'request', method: 'GET', responseFormat: 'file' },
					path: byPath(`${DOCUMENTS}/${id}/file`),
				}),
		);
		return { bytes, size: Number(result.json('Vault')[0].bytes) };
	},

	/** Uploads a file of so many bytes, as another step has left it on disk. */
	async upload({ size }: { size: number }): Promise<{ bytes: number }> {
		const content = Readable.from(zeros(size), { objectMode: false });
		const data = await engine.file(content, 'large.bin', 'application/x-bench');
		const parts = [
			{ name: 'name__v', parameterType: 'formData', value: 'Large' },
			{ name: 'file', parameterType: 'formBinaryData', inputDataFieldName: 'data' },
		];
		return await peak(
			async () =>
				await vault(
					{
						...{ resource: 'api', operation: 'request', method: 'POST' },
						path: byPath(DOCUMENTS),
						contentType: 'multipart-form-data',
						bodyParts: { parameters: parts },
					},
					[{ json: {}, binary: { data } }],
				),
		);
	},

	/** Makes a call for each of so many items. */
	async items({ count, concurrency }: { count: number; concurrency: number }): Promise<number> {
		const started = performance.now();
		await vault(
			{ resource: 'session', operation: 'keepAlive', options: { concurrency } },
			Array.from({ length: count }, () => ({ json: {} })),
		);
		return performance.now() - started;
	},
};
export type WorkTasks = typeof tasks;

const ZEROS = Buffer.alloc(64 * 1024);

function* zeros(size: number): Generator<Buffer> {
	for (let left = size; left > 0; left -= ZEROS.length) {
		yield left < ZEROS.length ? ZEROS.subarray(0, left) : ZEROS;
	}
}

interface Page {
	data: Array<INodeExecutionData['json']>;
	responseDetails: { next_page?: string };
}

function byPath(value: string) {
	return { __rl: true as const, mode: 'path', value };
}

async function vault(
	parameters: Parameters<Engine['vault']>[0],
	input?: INodeExecutionData[],
): Promise<Outcome> {
	const outcome = await engine.vault(parameters, { credential, ...(input && { input }) });
	if (outcome.error !== undefined) throw outcome.error;
	return outcome;
}

/** As much of n8n's class as is used here */
interface Outbound {
	requests(): { request(options: IHttpRequestOptions): Promise<Page> };
}

/** n8n's own helper, as `this.helpers.httpRequest` calls it. */
function httpRequest(): (options: IHttpRequestOptions) => Promise<Page> {
	const require = createRequire(join(process.cwd(), 'node_modules/n8n-core/package.json'));
	const { Container } = require('@n8n/di') as { Container: { get(type: unknown): Outbound } };
	const { OutboundHttp } = require('@n8n/backend-network') as { OutboundHttp: unknown };
	return async (options) => await Container.get(OutboundHttp).requests().request(options);
}

/** Bytes that JavaScript uses, after what is not needed any more was collected. */
function used(): number {
	globalThis.gc?.();
	return process.memoryUsage().heapUsed;
}

/** Runs something, and measures by how many bytes the process is above its resting memory meanwhile, at the most. */
async function peak<T>(work: () => Promise<T>): Promise<{ result: T; bytes: number }> {
	let most = 0;
	let working = true;
	const watch = (async () => {
		while (working) {
			most = Math.max(most, process.memoryUsage().rss);
			await sleep(10);
		}
	})();
	const result = await work().finally(() => (working = false));
	await watch;
	return { result, bytes: most - resting };
}

serve(tasks);
