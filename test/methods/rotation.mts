import type { TestContext } from 'node:test';

import { startWorker, type Worker } from '../bench/rpc.mts';
import { SAM } from '../fixture/data.mts';
import { type ProviderFixture, startProviderFixture } from '../fixture/provider.mts';
import { startDatabase, type Database } from './database.mts';
import { oAuth2Fields } from './methods.mts';
import type { N8nTasks } from './n8n.worker.mts';

/** Processes of n8n that share their credentials. */
export interface Processes {
	fixture: ProviderFixture;
	database: Database;
	n8n: Array<Worker<N8nTasks>>;
	/** Saves a credential with a refresh token of its own. */
	credential: () => Promise<string>;
	/** Another process, as after a restart */
	another: () => Promise<Worker<N8nTasks>>;
	close(): Promise<void>;
}

/**
 * Starts a Vault, a provider that rotates refresh tokens, and two processes of n8n.
 *
 * @param rotateRefreshTokens `'graceful'`: a token that was used may be used again for 30 seconds
 */
export async function startProcesses(rotateRefreshTokens: true | 'graceful'): Promise<Processes> {
	const fixture = await startProviderFixture({
		provider: { rotateRefreshTokens },
		vault: { burstLimit: 100_000 },
	});
	const database = await startDatabase();
	const n8n: Array<Worker<N8nTasks>> = [];
	let credentials = 0;
	const another = async () => {
		const worker = startWorker<N8nTasks>(new URL('n8n.worker.mts', import.meta.url).href);
		n8n.push(worker);
		await worker.ask('start', { database: database.origin });
		return worker;
	};
	await Promise.all([another(), another()]);
	return {
		fixture,
		database,
		n8n,
		another,
		async credential() {
			credentials += 1;
			const id = `credential-${credentials}`;
			database.credentials.set(id, {
				vaultDns: fixture.promoMats,
				loginHost: fixture.vault.url(fixture.vault.hosts.login, ''),
				...(await oAuth2Fields(fixture, 'refreshToken')),
			});
			return id;
		},
		async close() {
			await Promise.all(n8n.map(async (worker) => await worker.stop()));
			await database.close();
			await fixture.close();
		},
	};
}

/** {@link startProcesses} for one test. */
export async function processesFor(
	t: TestContext,
	rotateRefreshTokens: true | 'graceful' = true,
): Promise<Processes> {
	const processes = await startProcesses(rotateRefreshTokens);
	t.after(async () => await processes.close());
	return processes;
}

/** What came of two processes that renew in the very same moment. */
export interface SameMoment {
	rounds: number;
	/** Rounds in which an execution failed */
	failed: number;
	/** Rounds after which the grant was lost: a new process cannot log in any more */
	lost: number;
	/** What the failed executions said, without the port */
	errors: string[];
}

/**
 * Ends the session of both, lets both run at once, and then sees with a third process whether the grant still lives.
 *
 * @param apartMs how much later the second one starts
 */
export async function sameMoment(
	{ fixture, n8n: [first, second], credential, another }: Processes,
	{ rounds, apartMs = 0 }: { rounds: number; apartMs?: number },
): Promise<SameMoment> {
	const third = await another();
	const result: SameMoment = { rounds, failed: 0, lost: 0, errors: [] };
	for (let round = 0; round < rounds; round++) {
		const id = await credential();
		await first.ask('run', { credential: id });
		await second.ask('run', { credential: id });
		fixture.vault.killSessions();
		const users = await Promise.all([
			first.ask('run', { credential: id }),
			new Promise<void>((resolve) => setTimeout(resolve, apartMs)).then(
				async () => await second.ask('run', { credential: id }),
			),
		]);
		const failures = users.flat().filter((user) => user !== SAM);
		if (failures.length > 0) result.failed += 1;
		result.errors.push(
			...failures.map((text) => text.replace(/:\d+/, '').split(':').slice(0, 2).join(':')),
		);
		// Not the two, which may not try a refused token again for five minutes.
		fixture.vault.killSessions();
		const [later] = await third.ask('run', { credential: id });
		if (later !== SAM) result.lost += 1;
	}
	return result;
}
