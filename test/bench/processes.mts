import { contenderNames, type ContenderName } from './contenders.mts';
import type { N8nTasks } from './n8n.worker.mts';
import { startWorker, type Worker } from './rpc.mts';
import { startVault, type BenchVault } from './vault.mts';

/** A process of n8n for each contender. */
export type Processes = ReadonlyMap<ContenderName, Worker<N8nTasks>>;

/**
 * Starts a Vault, and a process of n8n for each contender with a credential for the user; stops all in any case.
 *
 * @param username of a user whom the Vault gets
 */
export async function withContenders<T>(
	username: string,
	work: (vault: BenchVault, processes: Processes) => Promise<T>,
): Promise<T> {
	const vault = await startVault({});
	const processes = new Map<ContenderName, Worker<N8nTasks>>();
	try {
		await vault.addUser({ username, vaultIds: [1776] });
		for (const contender of contenderNames) {
			const n8n = startWorker<N8nTasks>('n8n.worker.mts');
			processes.set(contender, n8n);
			await n8n.ask('start', { contender, origin: vault.origin });
			await n8n.ask('save', { username });
		}
		return await work(vault, processes);
	} finally {
		for (const process of processes.values()) await process.stop();
		await vault.stop();
	}
}
