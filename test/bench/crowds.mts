import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { MINUTE } from '../fixture/data.mts';
import { contenderNames, contenders, type ContenderName } from './contenders.mts';
import type { N8nTasks } from './n8n.worker.mts';
import type { Progress } from './progress.mts';
import { startWorker, type Worker } from './rpc.mts';
import { startVault, type BenchVault } from './vault.mts';

/** In what state a crowd of executions finds the stored session, and the name of each case in the tables. */
export const CASES = {
	none: 'no session',
	spread: 'no session, one execution every 50 ms',
	stale: 'timed out, saved by another process',
	killed: 'ended in Vault while in use',
	later: 'ended in Vault, second run 6 minutes later',
} as const;
export type Case = keyof typeof CASES;

/** What a crowd of executions came to. */
export interface CrowdResult {
	case: Case;
	contender: ContenderName;
	executions: number;
	logins: number;
	failed: number;
}

export const LOGIN_MS = 1500;
const SIZES = [1, 50, 200, 1000];
const SPREAD = { executions: 200, everyMs: 50 };
/** Vault ends idle sessions after 20 */
const IDLE_MS = 21 * MINUTE;
/** Longer than a lease: for so long at the most a process uses a session without asking */
const LATER_MS = 6 * MINUTE;

export const CROWD_STEPS = 4 * contenderNames.length;

/** Counts logins and failed executions for every contender, number of executions and state of the session. */
export async function measureCrowds(progress: Progress): Promise<CrowdResult[]> {
	const vault = await startVault({ loginDelay: LOGIN_MS });
	const results: CrowdResult[] = [];
	try {
		for (const [title, measure] of [
			['no session', withoutSession],
			['no session, one execution every 50 ms', spreadOut],
			['stale session', withStaleSession],
			['killed session', withKilledSession],
		] as const) {
			for (const contender of contenderNames) {
				await progress.step(`At once, ${title}: ${contenders[contender].label}`, async (report) => {
					await vault.reset();
					results.push(...(await measure(vault, contender, report)));
				});
			}
		}
	} finally {
		await vault.stop();
	}
	return results;
}

type Measure = (
	vault: BenchVault,
	contender: ContenderName,
	report: (detail: string) => void,
) => Promise<CrowdResult[]>;

const withoutSession: Measure = async (vault, contender, report) =>
	await inProcess(vault, contender, async (n8n) => {
		const results: CrowdResult[] = [];
		for (const executions of SIZES) {
			report(`${executions} executions`);
			const username = await newUser(vault, executions);
			await n8n.ask('save', { username });
			results.push(await crowd(vault, n8n, { case: 'none', contender, username, executions }));
		}
		return results;
	});

const spreadOut: Measure = async (vault, contender) =>
	await inProcess(vault, contender, async (n8n) => {
		const username = await newUser(vault, SPREAD.executions);
		await n8n.ask('save', { username });
		return [await crowd(vault, n8n, { case: 'spread', contender, username, ...SPREAD })];
	});

const withStaleSession: Measure = async (vault, contender, report) => {
	report('another process logs in');
	const left = new Map<string, ICredentialDataDecryptedObject>();
	await inProcess(vault, contender, async (n8n) => {
		const logIns = SIZES.map(async (executions) => {
			const username = await newUser(vault, executions);
			await n8n.ask('save', { username });
			await n8n.ask('inTurn', { username, executions: 1, items: 1 });
			left.set(username, await n8n.ask('stored', { username }));
		});
		await Promise.all(logIns);
	});
	return await inProcess(vault, contender, async (n8n) => {
		const results: CrowdResult[] = [];
		for (const executions of SIZES) {
			report(`${executions} executions`);
			const username = userFor(executions);
			await n8n.ask('save', { username, stored: left.get(username) });
			const given = { contender, username, executions, afterMs: IDLE_MS };
			results.push(await crowd(vault, n8n, { case: 'stale', ...given }));
		}
		return results;
	});
};

const withKilledSession: Measure = async (vault, contender, report) =>
	await inProcess(vault, contender, async (n8n) => {
		const results: CrowdResult[] = [];
		for (const executions of SIZES) {
			report(`${executions} executions`);
			const username = await newUser(vault, executions);
			await n8n.ask('save', { username });
			await n8n.ask('inTurn', { username, executions: 1, items: 1 });
			await vault.killSessions();
			const given = { contender, username, executions };
			results.push(await crowd(vault, n8n, { case: 'killed', ...given }));
			results.push(await crowd(vault, n8n, { case: 'later', ...given, afterMs: LATER_MS }));
		}
		return results;
	});

/** Gives a fresh process of n8n to work with. */
async function inProcess<T>(
	vault: BenchVault,
	contender: ContenderName,
	work: (n8n: Worker<N8nTasks>) => Promise<T>,
): Promise<T> {
	const n8n = startWorker<N8nTasks>('n8n.worker.mts');
	try {
		await n8n.ask('start', { contender, origin: vault.origin });
		return await work(n8n);
	} finally {
		await n8n.stop();
	}
}

/** What is needed to let a crowd loose */
type Crowd = Omit<CrowdResult, 'logins' | 'failed'> & {
	username: string;
	everyMs?: number;
	/** Time to pass before, at the Vault and in the process */
	afterMs?: number;
};

async function crowd(
	vault: BenchVault,
	n8n: Worker<N8nTasks>,
	{ username, everyMs, afterMs = 0, ...result }: Crowd,
): Promise<CrowdResult> {
	await vault.passTime(n8n, afterMs);
	const before = await vault.logins();
	const { executions } = result;
	const { failed } = await n8n.ask('atOnce', { username, executions, everyMs });
	return { ...result, logins: (await vault.logins()) - before, failed };
}

/** Each crowd has a user of its own: Vault counts logins by user, and this package shares sessions by user. */
async function newUser(vault: BenchVault, executions: number): Promise<string> {
	const username = userFor(executions);
	await vault.addUser({ username, vaultIds: [1776] });
	return username;
}

function userFor(executions: number): string {
	return `crowd-of-${executions}@veepharm.com`;
}
