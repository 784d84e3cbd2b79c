/** One process of n8n, as far as it runs executions: its real engine on a database that others use too. */
import { serve } from '../bench/rpc.mts';
import { startEngine, type Engine } from '../engine/engine.mts';
import { validate } from '../fixture/data.mts';
import { userOf } from '../fixture/fixture.mts';
import { useDatabase } from './database.mts';

let engine: Engine;

const tasks = {
	async start({ database }: { database: string }): Promise<void> {
		engine = await startEngine();
		useDatabase(engine, database);
	},

	/** @returns for each execution the user whom Vault named, or what went wrong */
	async run(given: { credential: string; executions?: number }): Promise<string[]> {
		const { credential, executions = 1 } = given;
		return await Promise.all(
			Array.from({ length: executions }, async () =>
				userOf(await engine.vault(validate, { credential })),
			),
		);
	},
};
export type N8nTasks = typeof tasks;

serve(tasks);
