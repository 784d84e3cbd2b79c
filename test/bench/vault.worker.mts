/** The Vault of a measurement, in a process of its own so that its CPU time does not count. */
import { startSimulator, type Simulator } from '../simulator/simulator.mts';
import type { SimulatorOptions } from '../simulator/types.mts';
import { serve } from './rpc.mts';

let vault: Simulator;

const tasks = {
	/**
	 * @param options what is to be other than in most measurements
	 * @returns the Vault's origin, which is also that of the simulator's control
	 */
	async start({ options }: { options: SimulatorOptions }): Promise<string> {
		vault = await startSimulator({
			loginBurstLimit: 20,
			// Vault delays calls beyond this one; that would measure Vault.
			burstLimit: 1_000_000_000,
			// The peer sends none.
			requireClientId: false,
			...options,
		});
		return vault.url(vault.hosts.promoMats, '');
	},

	/** @returns how many calls have arrived: the log itself would be much to send */
	async calls(): Promise<number> {
		return vault.calls.length;
	},

	/** Adds a document with a file of so many bytes, of Vault's own making. */
	async addDocument({ size }: { size: number }): Promise<void> {
		vault.addDocument({ file: { fileName: 'large.bin', mimeType: 'application/x-bench', size } });
	},

	/** @returns the size of the last file that was uploaded, in bytes */
	async uploaded(): Promise<number> {
		return vault.calls.at(-1)?.files?.file?.size ?? 0;
	},

	/** @returns the most calls other than logins in one of Vault's windows, of so many ms */
	async mostInWindow({ windowMs }: { windowMs: number }): Promise<number> {
		const windows = new Map<number, number>();
		for (const { at, path } of vault.calls) {
			if (path.endsWith('/auth')) continue;
			const window = Math.floor(at / windowMs);
			windows.set(window, (windows.get(window) ?? 0) + 1);
		}
		return Math.max(0, ...windows.values());
	},
};
export type VaultTasks = typeof tasks;

serve(tasks);
