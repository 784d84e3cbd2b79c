import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { withProgress } from '../harness/progress.mts';
import { OLIVIA, PASSWORD } from '../test/fixture/data.mts';
import type { Simulator } from '../test/simulator/simulator.mts';
import { startFixture, type Fixture } from './fixture.mts';
import { endWithParent } from './queue/ending.mts';
import { assertNoneIn, dump, filesOf, isIdle, statusesOf, untilIdle } from './queue/evidence.mts';
import { byProcess, countsOf, Journal, keepAlives, logins } from './queue/journal.mts';
import { callMany, publishChecks, type Answer, type Target } from './queue/load.mts';
import type { ActiveJob } from './queue/redis.mts';
import { provideServices, type Services } from './queue/services.mts';
import { startWorker, type Worker } from './queue/worker.mts';

/**
 * n8n's queue mode: a main process that takes the webhooks, and two workers that execute, on PostgreSQL and Redis. Each
 * worker is a process of its own, so that what they know of a session they know from the credential alone.
 *
 * The workers reach Vault through a proxy each, which marks their calls: the journal tells who logged in.
 */

const EXECUTIONS = 1000;
/** Executions under way at the same time: enough to keep both workers busy when something is killed. */
const AT_ONCE = 40;
/** After so many executions all sessions of the Vault are killed. */
const SESSIONS_KILLED_AT = [150, 350, 650, 850];
/** After so many a worker is killed, and started again. */
const WORKER_KILLED_AT = 500;
/** Long enough for many executions to find that there is no session while the first one logs in. */
const LOGIN_MS = 1500;
/** A worker's share of 200 executions is to be under way at once. */
const CONCURRENCY = 100;
const WORKERS = 2;
const RESTARTED = 'worker 1 restarted';
/** n8n notices within one and a half minutes that a worker has died; a busy machine takes longer. */
const SETTLED_WITHIN_MS = 30 * 60_000;

let services: Services;
let fixture: Fixture;
let vault: Simulator;
let workers: Worker[];

endWithParent();
const provided = await provideServices();
const skip = typeof provided === 'string' ? provided : false;

/** Everything that must not be found afterwards. */
const secrets = new Set<string>();

before(async () => {
	if (typeof provided === 'string') return;
	services = provided;
	fixture = await withProgress('Starting n8n on PostgreSQL and Redis', () =>
		startFixture({
			n8n: { env: environment(), readyWithinMs: 600_000 },
			vault: { loginDelay: LOGIN_MS },
		}),
	);
	({ vault } = fixture);
	workers = await withProgress('Starting two workers', () =>
		Promise.all([start('worker 1'), start('worker 2')]),
	);
});

after(async () => {
	await Promise.all((workers ?? []).map((worker) => worker.stop()));
	await fixture?.close();
	await services?.close();
});

let tests = 0;
beforeEach(() => {
	if (skip !== false) return;
	rememberSecrets();
	vault.reset();
	// Another password for each test, and so a login of which the workers know nothing yet.
	vault.user(OLIVIA).password = `${PASSWORD} ${++tests}`;
});

/** The settings that all processes of this n8n share. */
function environment(): Record<string, string> {
	return {
		...services.postgres.env,
		...services.queue.env,
		EXECUTIONS_MODE: 'queue',
		N8N_ENCRYPTION_KEY: 'the key of the end-to-end tests',
		N8N_LOG_LEVEL: 'debug',
		// n8n's default of two connections is not meant for a hundred executions at once …
		DB_POSTGRESDB_POOL_SIZE: '25',
		DB_POSTGRESDB_CONNECTION_TIMEOUT: '600000',
		// … and n8n throws its connections away, and with them what is executed, when a ping takes five seconds.
		DB_PING_TIMEOUT_MS: '600000',
	};
}

/** Starts a worker, or starts it again under another name. */
async function start(name: string): Promise<Worker> {
	return await startWorker({
		name,
		folder: join(fixture.userFolder, name.split(' ', 2).join('-')),
		mainFolder: fixture.userFolder,
		env: environment(),
		concurrency: CONCURRENCY,
	});
}

async function publish(): Promise<Target> {
	return await publishChecks(fixture, services.postgres.sql, `queue-${tests}`);
}

function killSessions(): void {
	rememberSecrets();
	vault.killSessions();
}

function rememberSecrets(): void {
	for (const { headers, form } of vault.calls) {
		if (headers.authorization !== undefined) secrets.add(headers.authorization);
		for (const password of [form?.password].filter((text) => text !== undefined)) {
			secrets.add(password).add(encodeURIComponent(password));
		}
	}
	for (const { id } of vault.sessions()) secrets.add(id);
}

function isRight({ status, user, http }: Answer): boolean {
	return status === 200 && user === OLIVIA && http === 'SUCCESS';
}

/** Each process logged in once at the most: all executions in it share one login. */
function assertOneLoginEach(calls: Simulator['calls'], event: string): void {
	for (const [name, count] of Object.entries(byProcess(logins(calls)))) {
		assert.notEqual(name, 'main', 'the main process executes nothing');
		assert.equal(count, 1, `logins of ${name} after this: ${event}`);
	}
}

test(
	'queue mode: 200 executions at once without a session cause at most one login per worker',
	{ skip },
	async () => {
		const target = await publish();
		const journal = new Journal(vault, 'the beginning');
		const answers = await withProgress('200 executions at once', () =>
			callMany(target, many(200, 200)),
		);
		assert.deepEqual(
			answers.filter((answer) => !isRight(answer)),
			[],
		);
		const calls = journal.calls();
		assertOneLoginEach(calls, 'the beginning');
		assert.ok(logins(calls).length <= WORKERS);
		console.log(`  200 executions at once, without a session: logins ${countsOf(logins(calls))}`);
	},
);

test(
	'queue mode: 1,000 executions succeed while sessions are killed and a worker dies',
	{ skip },
	async () => {
		const target = await publish();
		const journal = new Journal(vault, 'the beginning');
		const [victim, survivor] = workers;
		let held: ActiveJob[] = [];
		let atWork: Worker[] = [victim, survivor];

		const { answers, statuses } = await withProgress(`${EXECUTIONS} executions`, async (report) => {
			let count = 0;
			const reached = async (number: number) => {
				while (count < number) await sleep(20);
			};
			const killing = async () => {
				for (const number of SESSIONS_KILLED_AT) {
					await reached(number);
					journal.begin(`sessions killed after ${count} executions`);
					killSessions();
				}
			};
			const dying = async () => {
				await reached(WORKER_KILLED_AT);
				await victim.killWhileBusy();
				journal.begin(`worker killed after ${count} executions`);
				// Until the next worker is there, only the surviving one takes jobs.
				held = await services.queue.activeJobs();
				const next = await start(RESTARTED);
				workers = [survivor, next];
				atWork = [victim, survivor, next];
			};
			const [all] = await Promise.all([
				callMany(target, {
					...many(EXECUTIONS, AT_ONCE),
					onAnswer: (answered) => report(`${(count = answered)} done`),
				}),
				killing(),
				dying(),
			]);
			const { sql } = services.postgres;
			await untilIdle(sql, SETTLED_WITHIN_MS);
			return { answers: all, statuses: await statusesOf(sql, target.workflowId) };
		});

		// What was in work when the worker was dead, and is not in the survivor's log, was the dead worker's.
		const survived = survivor.started();
		const lost = new Set(
			held.map(({ executionId }) => executionId).filter((id) => !survived.has(id)),
		);
		const failed = [...statuses].filter(([, status]) => status !== 'success');
		const refused = answers.filter(({ status, http }) => status === 200 && http !== 'SUCCESS');
		const unanswered = answers.filter(({ status }) => status !== 200);
		const calls = journal.calls();
		console.log(
			table([
				['executions', `${statuses.size}, ${AT_ONCE} at a time`],
				['succeeded', `${statuses.size - failed.length}`],
				['held by the killed worker', `${lost.size}`],
				[
					'  of those not succeeded',
					`${failed.length} (${summary(failed.map(([, status]) => status))})`,
				],
				['other executions lost', `${failed.filter(([id]) => !lost.has(id)).length}`],
				['callers without an answer', `${unanswered.length}`],
				['HTTP Request node told of a dead session', `${refused.length}`],
				...journal
					.chapters()
					.map(({ event, calls: part }) => [`logins: ${event}`, countsOf(logins(part))]),
				['logins in total', countsOf(logins(calls))],
				['keep-alives', countsOf(keepAlives(calls))],
				['requests to Vault per execution', (calls.length / statuses.size).toFixed(3)],
				...atWork.map(({ name, started }) => [
					`executions begun by ${name}`,
					`${[...started()].filter((id) => statuses.has(id)).length}`,
				]),
			]),
		);

		assert.equal(statuses.size, EXECUTIONS);
		assert.ok(lost.size > 0, 'the worker was killed while it was executing');
		for (const [id, status] of failed) assert.ok(lost.has(id), `execution ${id}: ${status}`);
		// The dead worker may have finished an execution, and died before it told n8n, and n8n the caller.
		assert.ok(unanswered.length <= AT_ONCE, `${unanswered.length} callers got no answer`);
		for (const answer of answers.filter(({ status }) => status === 200)) {
			assert.equal(answer.user, OLIVIA);
			// Between the two steps: n8n's HTTP Request node cannot tell that a session was refused (README).
			if (answer.http !== 'SUCCESS') assert.equal(answer.reason, 'INVALID_SESSION_ID');
		}
		assert.ok(refused.length <= AT_ONCE * SESSIONS_KILLED_AT.length);
		for (const { event, calls: part } of journal.chapters()) {
			assertOneLoginEach(part, event);
			assert.ok(logins(part).length <= WORKERS);
		}
		// Until the next sessions are killed, the restarted worker has that of the others.
		const [death] = journal.chapters().filter(({ event }) => event.startsWith('worker killed'));
		assert.equal(byProcess(logins(death.calls))[RESTARTED], undefined);
	},
);

test('queue mode: every worker uses the session that another saved', { skip }, async () => {
	const { call } = await publish();
	const names = workers.map(({ name }) => name);

	const first = new Journal(vault, 'the beginning');
	await untilAllServed(first, call, names);
	assert.equal(logins(first.calls()).length, 1, 'one logs in');
	assert.equal(keepAlives(first.calls()).length, 1, 'the other one asks once');

	killSessions();
	const second = new Journal(vault, 'sessions killed');
	await untilAllServed(second, call, names);
	assert.equal(logins(second.calls()).length, 1, 'one logs in again');
	assert.ok(keepAlives(second.calls()).length <= names.length);
});

test('queue mode: a new worker uses the session of a worker that is gone', { skip }, async () => {
	const target = await publish();
	const [leaver, other] = workers;
	await other.stop();
	workers = [leaver];
	const before = new Journal(vault, 'one worker');
	assert.ok(isRight(await target.call()));
	assert.deepEqual(byProcess(logins(before.calls())), { [leaver.name]: 1 });

	const [newcomer] = await Promise.all([start('worker 3'), leaver.stop()]);
	workers = [newcomer];
	const then = new Journal(vault, 'another worker');
	const answers = await callMany(target, many(20, 20));
	assert.ok(answers.every(isRight));
	assert.equal(logins(then.calls()).length, 0);
	assert.deepEqual(byProcess(keepAlives(then.calls())), { [newcomer.name]: 1 });
});

test(
	"afterwards, n8n's database, queue and logs hold no password and no session",
	{ skip },
	async () => {
		rememberSecrets();
		assert.ok(secrets.size > 10, `only ${secrets.size} secrets to look for`);
		assertNoneIn('the database', await dump(services.postgres.sql), secrets, 'queue-1');
		assertNoneIn('the queue', services.queue.traffic.join('\n'), secrets, 'executionId');
		assertNoneIn('the logs', filesOf(fixture.userFolder), secrets, 'Worker finished execution');
	},
);

function many(total: number, atOnce: number) {
	return { total, atOnce, isIdle: async () => await isIdle(services.postgres.sql) };
}

/** Runs one execution after the other until each worker has had one. */
async function untilAllServed(
	journal: Journal,
	call: () => Promise<Answer>,
	names: string[],
): Promise<void> {
	const served = () => Object.keys(byProcess(journal.calls()));
	for (let times = 0; !names.every((name) => served().includes(name)); times++) {
		assert.ok(times < 500, `${names.join(' and ')} are running; it was always ${served().join()}`);
		assert.ok(isRight(await call()));
	}
}

/** @returns e.g. `3 crashed, 1 error` */
function summary(statuses: string[]): string {
	return [...new Set(statuses)]
		.map((status) => `${statuses.filter((other) => other === status).length} ${status}`)
		.join(', ');
}

function table(rows: string[][]): string {
	const width = Math.max(...rows.map(([label]) => label.length));
	return rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`).join('\n');
}
