import { setTimeout as sleep } from 'node:timers/promises';

import { contenderNames, type ContenderName } from './contenders.mts';
import { withContenders } from './processes.mts';
import type { Progress } from './progress.mts';
import { startWorker, type Worker } from './rpc.mts';
import { summary } from './summary.mts';
import { startVault, type BenchVault } from './vault.mts';
import type { WorkTasks } from './work.worker.mts';

/** What many items, many records and large files come to. */
export interface ThroughputResult {
	/** Milliseconds for 1,000 items at 50 ms per call: ten at a time, and one by one */
	distant: Record<ContenderName, number> & { oneByOne: number };
	/** Time per page and memory of a query, as ratios to the bare calls, and how many records there were */
	query: { time: number; memory: number; records: number };
	/** Bytes above the resting memory */
	files: { size: number; down: number; up: number; arrived: number };
	/** Calls in one window beyond the burst limit, at the most */
	throttled: { over: number; concurrency: number };
}

export const ITEMS = 1000;
export const DISTANCE_MS = 50;
export const CONCURRENCY = 10;
export const RECORDS = 100_000;
export const FILE_BYTES = 500_000_000;
const BURST_LIMIT = 200;
const WINDOW_MS = 5 * 60_000;
const ROUNDS = 3;
const USER = 'work@veepharm.com';

export const THROUGHPUT_STEPS = 4;

/** Measures what the Query and API operations are for. */
export async function measureThroughput(progress: Progress): Promise<ThroughputResult> {
	const title = `${ITEMS} items at ${DISTANCE_MS} ms per call`;
	return {
		distant: await progress.step(title, async (report) => await measureDistant(report)),
		query: await progress.step(`A query of ${RECORDS} records`, async (report) => {
			return await withVault({ queryRecords: RECORDS }, async (_vault, n8n) => {
				const times: number[] = [];
				const sizes: number[] = [];
				let records = 0;
				const vql = 'SELECT id, name__v, value__c FROM reading__c';
				// The first round is not counted: in it the code is compiled.
				for (let round = 0; round <= ROUNDS; round += 1) {
					report(round === 0 ? 'warming up' : `round ${round} of ${ROUNDS}`);
					const ours = await n8n.ask('query', { vql });
					const bare = await n8n.ask('bare', { vql });
					({ records } = ours);
					if (round === 0) continue;
					times.push(ours.ms / bare.ms);
					sizes.push(ours.bytes / bare.bytes);
				}
				return { time: summary(times).median, memory: summary(sizes).median, records };
			});
		}),
		files: await progress.step(`A file of ${FILE_BYTES / 1e6} MB`, async (report) => {
			// Each way in a process of its own, which has moved a small file before: that is when code is loaded. How far the
			// process grows depends on when it collects what it does not need any more: so the middle of several is taken.
			const SMALL = 5_000_000;
			const down = await withVault({}, async (vault, n8n) => {
				for (const size of [SMALL, FILE_BYTES]) await vault.ask('addDocument', { size });
				await n8n.ask('download', { id: 1 });
				await n8n.ask('rest', {});
				return await rounds(report, 'down', async () => await n8n.ask('download', { id: 2 }));
			});
			return await withVault({}, async (vault, n8n) => {
				await n8n.ask('upload', { size: SMALL });
				await n8n.ask('rest', {});
				const up = await rounds(
					report,
					'up',
					async () => await n8n.ask('upload', { size: FILE_BYTES }),
				);
				const arrived = await vault.ask('uploaded', {});
				const middle = (of: Array<{ bytes: number }>) =>
					summary(of.map(({ bytes }) => bytes)).median;
				return { size: down[0].size, down: middle(down), up: middle(up), arrived };
			});
		}),
		throttled: await progress.step('A Vault that throttles', async () => {
			const options = { burstLimit: BURST_LIMIT, throttleDelay: 50 };
			return await withVault(options, async (vault, n8n) => {
				let working = true;
				const work = n8n
					.ask('items', { count: BURST_LIMIT * 3, concurrency: CONCURRENCY })
					.finally(() => (working = false));
				// What would be waited for passes at once, for both.
				for (let aheadMs = 0; working; aheadMs += 10_000) {
					await n8n.ask('setClock', { aheadMs });
					await sleep(100);
					await vault.clock.advance(10_000);
				}
				await work;
				const most = await vault.ask('mostInWindow', { windowMs: WINDOW_MS });
				return { over: most - BURST_LIMIT, concurrency: CONCURRENCY };
			});
		}),
	};
}

async function rounds<T>(
	report: (detail: string) => void,
	what: string,
	work: () => Promise<T>,
): Promise<T[]> {
	const results: T[] = [];
	while (results.length < ROUNDS) {
		report(`${what}, round ${results.length + 1} of ${ROUNDS}`);
		results.push(await work());
	}
	return results;
}

async function withVault<T>(
	options: Parameters<typeof startVault>[0],
	work: (vault: BenchVault, n8n: Worker<WorkTasks>) => Promise<T>,
): Promise<T> {
	const vault = await startVault(options);
	const n8n = startWorker<WorkTasks>('work.worker.mts');
	try {
		await vault.addUser({ username: USER, vaultIds: [1776] });
		await n8n.ask('start', { origin: vault.origin, username: USER });
		return await work(vault, n8n);
	} finally {
		await n8n.stop();
		await vault.stop();
	}
}

async function measureDistant(
	report: (detail: string) => void,
): Promise<ThroughputResult['distant']> {
	return await withContenders(USER, async (vault, workers) => {
		const wall = async (contender: ContenderName, items: number, concurrency: number) => {
			const run = { username: USER, executions: 1, items, concurrency, pacedMs: DISTANCE_MS };
			const worker = workers.get(contender);
			if (worker === undefined) throw new Error(`${contender} was not started`);
			const { wall: ms, failed } = await worker.ask('inTurn', run);
			if (failed > 0) throw new Error(`${contender} failed`);
			return ms;
		};
		report('warming up');
		for (const contender of contenderNames) await wall(contender, 200, CONCURRENCY);
		await vault.fail({ with: 'slow', delay: DISTANCE_MS, times: Infinity });
		const times: Record<ContenderName, number[]> = { node: [], http: [], peer: [] };
		for (let round = 1; round <= ROUNDS; round += 1) {
			report(`round ${round} of ${ROUNDS}`);
			for (const contender of contenderNames) {
				times[contender].push(await wall(contender, ITEMS, CONCURRENCY));
			}
		}
		report('one by one');
		const oneByOne = await wall('node', ITEMS, 1);
		const middle = (contender: ContenderName) => summary(times[contender]).median;
		return { node: middle('node'), http: middle('http'), peer: middle('peer'), oneByOne };
	});
}
