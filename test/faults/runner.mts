import { setTimeout as wait } from 'node:timers/promises';

import { clock } from '../fixture/clock.mts';
import { keepAlive, OLIVIA } from '../fixture/data.mts';
import { matches } from '../simulator/journal.mts';
import type { CallRecord } from '../simulator/types.mts';
import type { EntryPoint } from './entry-points.mts';
import type { CaseFixture, CaseFixtures } from './fixture.mts';
import type { FaultCase } from './matrix.mts';
import { allFit, describeAll, type Result } from './results.mts';

/** What happened in a case. */
export interface Verdict {
	results: Result[];
	logins: number;
	changes: number;
	/** What is not as it must be; nothing when all is well */
	wrong: string[];
}

const AUTH = { method: 'POST', path: /^\/api\/[^/]+\/auth$/ };
const END = { method: 'DELETE', path: '/session' };

/** How long to wait for the first two items of five, in ms. Only a defect makes it wait so long. */
const PATIENCE_MS = 10_000;

/** Lets the fault of a case happen, and looks at what becomes of it. What cannot be looked at is wrong too. */
export async function runCase(fixtures: CaseFixtures, one: FaultCase): Promise<Verdict> {
	const fixture = await fixtures.prepare(one.row.fault);
	return await inject(fixture, one).catch((error: unknown) => ({
		results: [],
		logins: 0,
		changes: 0,
		wrong: [String(error)],
	}));
}

async function inject(fixture: CaseFixture, one: FaultCase): Promise<Verdict> {
	const { row, entryPoint, moment } = one;
	const { engine, vault } = fixture;
	try {
		if (moment === 'warm call') await warmUp(fixture);
		const amid = moment === 'third of five';

		if ('onCall' in row.fault) {
			const { onCall } = row.fault;
			const fault = typeof onCall === 'function' ? onCall(fixture) : onCall;
			vault.fail({ ...fault, on: entryPoint.call, after: amid ? 2 : 0 });
		}
		if ('happens' in row.fault) {
			const { happens } = row.fault;
			if (amid) {
				beforeThirdItem(fixture, async () => {
					await twoAnswered(fixture, entryPoint);
					await happens(fixture);
				});
			} else await happens(fixture);
		}

		const before = { calls: vault.calls.length, changes: vault.changes };
		const { results, saved } = await entryPoint.run(fixture, amid ? 5 : 1);
		const calls = vault.calls.slice(before.calls);

		const logins = calls.filter((call) => matches(AUTH, call)).length;
		const changes = vault.changes - before.changes - sessionChanges(calls, entryPoint);
		return {
			results,
			logins,
			changes,
			wrong: [
				...unexpected(one, { results, logins, changes }),
				...repeated(calls, entryPoint, results.length),
				...leaked(fixture, saved),
				...leftOver(fixture, row.sessionsLeft),
			],
		};
	} finally {
		Reflect.deleteProperty(engine.credentials, 'getDecrypted');
		clock.restore();
	}
}

/** Makes a session, and uses it. */
async function warmUp({ engine, credential }: CaseFixture): Promise<void> {
	const { error } = await engine.vault(keepAlive, { credential });
	if (error !== undefined) throw error;
}

/** Lets something happen before n8n reads the credential for the third item; that one and the rest wait for it. */
function beforeThirdItem({ engine }: CaseFixture, happens: () => Promise<void>): void {
	const { credentials } = engine;
	const getDecrypted = credentials.getDecrypted.bind(credentials);
	let happened: Promise<void> | undefined;
	credentials.getDecrypted = async (...args) => {
		const itemIndex = args[6]?.itemIndex ?? 0;
		if (itemIndex >= 2) await (happened ??= happens());
		return await getDecrypted(...args);
	};
}

/** The HTTP Request node sends all items at once: waits until the first two have their answers. */
async function twoAnswered({ vault }: CaseFixture, { call }: EntryPoint): Promise<void> {
	const deadline = performance.now() + PATIENCE_MS;
	const answered = () => vault.count({ ...call, outcome: 'SUCCESS' });
	while (answered() < 2) {
		if (performance.now() > deadline) throw new Error('The first two items were not answered');
		await wait(5);
	}
	// The answer is on its way through this process's own loop: after a few turns it has been read.
	for (let turn = 0; turn < 5; turn++) await wait(5);
}

/** Changes that the entry point's own call did not make: sessions that logins opened, and that others than End ended. */
function sessionChanges(calls: readonly CallRecord[], { rules }: EntryPoint): number {
	return calls.filter(
		(call) =>
			// Only a login that was carried out has a user.
			(matches(AUTH, call) && call.userId !== undefined) ||
			(rules !== 'end' && matches(END, call) && call.outcome === 'SUCCESS'),
	).length;
}

function unexpected(
	{ entryPoint, results, logins, changes }: FaultCase,
	seen: Omit<Verdict, 'wrong'>,
): string[] {
	const wrong: string[] = [];
	if (!allFit(results, seen.results, entryPoint.rules !== 'http')) {
		wrong.push(`result ${describeAll(seen.results)}, expected ${describeAll(results)}`);
	}
	if (seen.logins !== logins) wrong.push(`${seen.logins} logins, expected ${logins}`);
	if (seen.changes !== changes) wrong.push(`${seen.changes} changes, expected ${changes}`);
	return wrong;
}

/** A call is made once for each item, and once more only where Vault has said that it did not run. */
function repeated(calls: readonly CallRecord[], { call }: EntryPoint, items: number): string[] {
	const own = calls.filter((record) => matches(call, record));
	const notRun = own.filter(({ outcome }) => outcome === 'INVALID_SESSION_ID').length;
	return own.length > items + notRun
		? [`the call was made ${own.length} times for ${items} items, ${notRun} of which did not run`]
		: [];
}

/** Neither another host nor a saved execution may hold what is secret. */
function leaked({ vault, recorder, untrusted, password }: CaseFixture, saved: unknown): string[] {
	const secrets = [
		password,
		...vault.calls.flatMap(({ headers }) => headers.authorization ?? []),
		...vault
			.sessions()
			.filter(({ delegateUserId }) => delegateUserId === undefined)
			.map(({ id }) => id),
	];
	const holds = (text: string) => secrets.some((secret) => text.includes(secret));
	return [
		...(recorder.received.some(holds) ? ['a secret reached another host'] : []),
		...(untrusted.received.length > 0 ? ['something was sent to an untrusted host'] : []),
		...(holds(serialized(saved)) ? ['a secret is in what n8n saves'] : []),
	];
}

/** Everything in it as one text; what contains itself is named once. */
function serialized(value: unknown): string {
	const seen = new Set<unknown>();
	return JSON.stringify(value, (_key, inner: unknown) => {
		if (typeof inner !== 'object' || inner === null) return inner;
		if (seen.has(inner)) return undefined;
		seen.add(inner);
		return inner instanceof Error
			? { ...inner, message: inner.message, stack: inner.stack }
			: inner;
	});
}

function leftOver({ vault }: CaseFixture, allowed: number | undefined): string[] {
	const left = vault.sessions().filter(({ username, delegateUserId }) => {
		return username === OLIVIA && delegateUserId === undefined;
	}).length;
	return allowed !== undefined && left > allowed
		? [`${left} sessions are left, expected ${allowed}`]
		: [];
}
