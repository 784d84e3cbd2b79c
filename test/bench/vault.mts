import { MINUTE } from '../fixture/data.mts';
import { controlClient, type ControlClient } from '../simulator/control.client.mts';
import type { SimulatorOptions } from '../simulator/types.mts';
import type { N8nTasks } from './n8n.worker.mts';
import { startWorker, type Worker } from './rpc.mts';
import type { VaultTasks } from './vault.worker.mts';

/** A Vault on localhost in a process of its own. */
export interface BenchVault extends Omit<ControlClient, 'calls'> {
	origin: string;
	/** How many calls have arrived */
	calls(): Promise<number>;
	/** What only the Vault's process knows, or can do */
	ask: Worker<VaultTasks>['ask'];
	/**
	 * Lets time pass for the Vault and for a process of n8n, and goes on to where a minute begins: Vault counts logins
	 * by the minute, and so every measurement has a whole one.
	 *
	 * @param ms at least so much
	 */
	passTime(n8n: Worker<N8nTasks>, ms: number): Promise<void>;
	stop(): Promise<void>;
}

/** @param options of the simulator, where they differ from those of `vault.worker.mts` */
export async function startVault(options: SimulatorOptions): Promise<BenchVault> {
	const worker = startWorker<VaultTasks>('vault.worker.mts');
	const origin = await worker.ask('start', { options });
	const control = controlClient(origin);
	return {
		...control,
		origin,
		calls: async () => await worker.ask('calls', {}),
		ask: async (task, input) => await worker.ask(task, input),
		async passTime(n8n, ms) {
			const later = (await vaultNow(origin)) + ms;
			const ahead = ms + MINUTE - (later % MINUTE);
			await control.clock.advance(ahead);
			await n8n.ask('setClock', { aheadMs: (await vaultNow(origin)) - Date.now() });
		},
		stop: async () => await worker.stop(),
	};
}

async function vaultNow(origin: string): Promise<number> {
	const answer = await fetch(new URL('/simulator/', origin));
	return ((await answer.json()) as { now: number }).now;
}
