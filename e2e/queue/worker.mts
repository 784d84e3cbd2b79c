import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { startN8n } from '../../harness/n8n.mts';
import { freePorts } from '../../harness/ports.mts';
import { startMarkingProxy } from './proxy.mts';

/** A running worker of n8n. */
export interface Worker {
	/** Different for each start; the mark of its requests in the simulator's journal. */
	readonly name: string;
	/** The executions that it has taken, by its log. */
	started: () => Set<string>;
	/** Ends it with SIGKILL at a moment when it is executing something. */
	killWhileBusy(): Promise<void>;
	/** Ends it in order: it finishes what it has begun. */
	stop(): Promise<void>;
}

/**
 * Starts a worker on what an n8n has in its user folder.
 *
 * @param options.name the worker's name, for the log and the journal
 * @param options.folder its own user folder; kept from an earlier start
 * @param options.mainFolder the main process's user folder, where the package is installed
 * @param options.env the settings that it shares with the main process
 * @param options.concurrency how many executions it runs at once
 * @throws {Failure} when it does not get ready, with the end of its log
 */
export async function startWorker(options: {
	name: string;
	folder: string;
	mainFolder: string;
	env: Record<string, string>;
	concurrency: number;
}): Promise<Worker> {
	const { name, folder, mainFolder, env, concurrency } = options;
	const nodes = join('.n8n', 'nodes');
	// n8n leaves it to the administrator to give each worker the community packages.
	if (!existsSync(join(folder, nodes))) {
		cpSync(join(mainFolder, nodes), join(folder, nodes), { recursive: true });
	}
	const proxy = await startMarkingProxy(name);
	const [port] = await freePorts(1);
	const logFile = join(folder, `${name.replaceAll(' ', '-')}.log`);
	const n8n = await startN8n({
		userFolder: folder,
		port,
		command: 'worker',
		args: [`--concurrency=${concurrency}`],
		env: { ...env, HTTP_PROXY: proxy.url },
		logFile,
		readyWithinMs: 600_000,
	}).catch(async (error: unknown) => {
		await proxy.close();
		throw error;
	});
	const inLog = (what: RegExp) =>
		new Set(Array.from(readFileSync(logFile, 'utf8').matchAll(what), ([, id]) => id));
	const started = () => inLog(/Worker started execution (\d+)/g);
	const ended = () => inLog(/Worker (?:finished|errored while running) execution (\d+)/g);
	return {
		name,
		started,
		async killWhileBusy() {
			for (;;) {
				// Frozen, so that it does not finish between the look and the kill.
				process.kill(n8n.pid, 'SIGSTOP');
				const done = ended();
				if ([...started()].some((id) => !done.has(id))) break;
				process.kill(n8n.pid, 'SIGCONT');
				await sleep(50);
			}
			process.kill(n8n.pid, 'SIGKILL');
			await n8n.exited;
			await proxy.close();
		},
		async stop() {
			await n8n.stop(120_000);
			await proxy.close();
		},
	};
}
