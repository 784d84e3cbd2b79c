/** The Vault of a measurement, in a process of its own so that its CPU time does not count. */
import { startSimulator, type Simulator } from '../simulator/simulator.mts';
import { serve } from './rpc.mts';

let vault: Simulator;

const tasks = {
	/**
	 * @param loginDelay milliseconds that a login takes
	 * @returns the Vault's origin, which is also that of the simulator's control
	 */
	async start({ loginDelay }: { loginDelay: number }): Promise<string> {
		vault = await startSimulator({
			loginDelay,
			loginBurstLimit: 20,
			// Vault delays calls beyond this one; that would measure Vault.
			burstLimit: Number.MAX_SAFE_INTEGER,
			// The peer sends none.
			requireClientId: false,
		});
		return vault.url(vault.hosts.promoMats, '');
	},

	/** @returns how many calls have arrived: the log itself would be much to send */
	async calls(): Promise<number> {
		return vault.calls.length;
	},
};
export type VaultTasks = typeof tasks;

serve(tasks);
