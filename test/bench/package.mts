import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { LoadTasks, LoadTimes } from './load.worker.mts';
import type { Progress } from './progress.mts';
import { startWorker } from './rpc.mts';
import { summary, type Summary } from './summary.mts';

export interface PackageResult {
	/** Bytes of the packed package */
	packedBytes: number;
	files: number;
	/** Milliseconds to load the credential and the node, n8n-workflow being loaded */
	load: Summary;
	/** The same, as ratio to the loading of n8n-workflow in the same process */
	loadRatio: Summary;
}

const LOADS = 11;

export const PACKAGE_STEPS = 2;

/** Measures what the package weighs, and how long it takes to load in a fresh process. */
export async function measurePackage(progress: Progress): Promise<PackageResult> {
	const packed = await progress.step('Packed size', async () => await pack());
	const times = await progress.step('Load time', async (report) => {
		const loads: LoadTimes[] = [];
		while (loads.length < LOADS) {
			report(`process ${loads.length + 1} of ${LOADS}`);
			loads.push(await loadOnce());
		}
		return loads;
	});
	return {
		packedBytes: packed.size,
		files: packed.entryCount,
		load: summary(times.map((time) => time.package)),
		loadRatio: summary(times.map((time) => time.package / time.workflow)),
	};
}

async function loadOnce(): Promise<LoadTimes> {
	const worker = startWorker<LoadTasks>('load.worker.mts');
	try {
		return await worker.ask('load', {});
	} finally {
		await worker.stop();
	}
}

async function pack(): Promise<{ size: number; entryCount: number }> {
	const { stdout } = await promisify(execFile)(
		'npm',
		['pack', '--dry-run', '--json', '--ignore-scripts'],
		{ shell: process.platform === 'win32' },
	);
	const [packed] = JSON.parse(stdout) as Array<{ size: number; entryCount: number }>;
	return packed;
}
