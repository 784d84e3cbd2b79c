/** One process of n8n, as far as it runs executions: its real engine with one contender. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { startEngine, type Engine } from '../engine/engine.mts';
import { clock } from '../fixture/clock.mts';
import { contenders, failed, type Contender, type ContenderName } from './contenders.mts';
import { PEER, PeerVaultApi } from './peer.mts';
import { serve } from './rpc.mts';

/** What executions cost this process, in milliseconds */
export interface Cost {
	wall: number;
	cpu: number;
	failed: number;
}

let engine: Engine;
let contender: Contender;
let origin: string;

const tasks = {
	async start(given: { contender: ContenderName; origin: string }): Promise<void> {
		engine = await startEngine({ credentials: { [PEER]: new PeerVaultApi() } });
		contender = contenders[given.contender];
		origin = given.origin;
	},

	/** Sets this process's clock, so that it goes with the simulator's. */
	async setClock({ aheadMs }: { aheadMs: number }): Promise<void> {
		clock.setAhead(aheadMs);
	},

	/**
	 * Saves a credential for a user under the user's name.
	 *
	 * @param stored what another process has left in the database of this credential; without it, a new one
	 */
	async save(given: { username: string; stored?: ICredentialDataDecryptedObject }): Promise<void> {
		const { username, stored = contender.credential(origin, username) } = given;
		await engine.saveCredential(stored, { id: username, type: contender.credentialType });
	},

	/** @returns what is stored of the credential now */
	async stored({ username }: { username: string }): Promise<ICredentialDataDecryptedObject> {
		return await engine.credentialData(username);
	},

	/** Starts executions of one item, at once or one every so many milliseconds, and waits for all. */
	async atOnce(given: { username: string; executions: number; everyMs?: number }): Promise<Cost> {
		const { username, executions, everyMs = 0 } = given;
		return await costOf(() =>
			Array.from({ length: executions }, async (_, index) => {
				if (everyMs > 0) await sleep(index * everyMs);
				return await execute(username, { items: 1 });
			}),
		);
	},

	/** Runs executions one after the other. */
	async inTurn(given: {
		username: string;
		executions: number;
		items: number;
		pacedMs?: number;
		concurrency?: number;
	}): Promise<Cost> {
		const { username, executions, ...call } = given;
		return await costOf(async () => {
			const outcomes: boolean[] = [];
			while (outcomes.length < executions) outcomes.push(await execute(username, call));
			return outcomes;
		});
	},
};
export type N8nTasks = typeof tasks;

/** @returns whether the execution failed */
async function execute(
	username: string,
	{
		items,
		pacedMs = 0,
		concurrency = 1,
	}: { items: number; pacedMs?: number; concurrency?: number },
): Promise<boolean> {
	const call = { credential: username, origin, items, pacedMs, concurrency };
	const outcome = await contender.execute(engine, call);
	return failed(outcome, items);
}

async function costOf(work: () => Array<Promise<boolean>> | Promise<boolean[]>): Promise<Cost> {
	const cpuBefore = process.cpuUsage();
	const before = performance.now();
	const failures = await Promise.all(await work());
	const wall = performance.now() - before;
	const { user, system } = process.cpuUsage(cpuBefore);
	return { wall, cpu: (user + system) / 1000, failed: failures.filter(Boolean).length };
}

serve(tasks);
