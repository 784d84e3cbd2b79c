import type { Deeds } from './adversary.mts';
import type { Judge } from './judge.mts';
import type { Memory } from './memory.mts';
import { LEASE_MS } from './scale.mts';
import type { Reason, Watch } from './watch.mts';

/** By how much the heap may be larger in the second half of a run than in the first: a bit more than half a kilobyte an execution. */
const GROWTH = 0.015;

interface Figures {
	judge: Judge;
	watch: Watch;
	memory: Memory;
	deeds: Deeds;
	gaps: number;
	seconds: number;
}

/**
 * Prints what a soak came to.
 *
 * @returns whether all is as it must be
 */
export function printFigures({ judge, watch, memory, deeds, gaps, seconds }: Figures): boolean {
	const { executions, ok, unreachable, withinLease, wrong } = judge;
	const reasons = watch.reasons();
	const count = (wanted: string) => reasons.filter((reason) => reason === wanted).length;
	const needless = count('none');
	const { first, second } = memory.halves();
	const growth = second / first - 1;

	print([
		['executions', executions],
		['  per second', (executions / seconds).toFixed(0)],
		['  longest', `${judge.longest} ms`],
		['  good', ok],
		['  Vault unreachable, and said so', unreachable],
		['  HTTP Request node, session dead within the lease', withinLease],
		['    longest after its death', `${judge.latest} ms`, `lease ${LEASE_MS} ms + execution`],
		['  wrong', wrong.length, 'must be 0'],
		['seconds', seconds.toFixed(0)],
		['sessions killed', deeds.kills],
		['restarts', `${deeds.restarts}, ${deeds.forgetful} of them forgetful`],
		['refusals', deeds.refusals],
		['idle gaps', gaps],
		['requests at Vault', watch.calls],
		['  per execution', (watch.calls / executions).toFixed(2)],
		['logins', watch.logins],
		...Object.entries(REASONS).map(([reason, told]): Figure => [`  ${told}`, count(reason)]),
		['  needless', needless, 'must be 0'],
		['heap, first half', megabytes(first)],
		[
			'heap, second half',
			megabytes(second),
			`${(growth * 100).toFixed(1)} %, must be ≤ ${GROWTH * 100} %`,
		],
	]);
	for (const message of new Set(wrong)) {
		console.log(`WRONG ${wrong.filter((each) => each === message).length} × ${message}`);
	}
	return wrong.length === 0 && needless === 0 && !(growth > GROWTH);
}

const REASONS: Record<Exclude<Reason, 'none'>, string> = {
	first: 'first of a user',
	killed: 'the session before was killed',
	'forgotten in a restart': 'the session before was forgotten in a restart',
	'idled out': 'the session before had idled out',
	'past its absolute timeout': 'the session before was past its absolute timeout',
	'answer of the last login lost': 'an outage cut the login before',
};

type Figure = readonly [what: string, value: string | number, note?: string];

function print(figures: readonly Figure[]): void {
	const width = Math.max(...figures.map(([what]) => what.length));
	const valueWidth = Math.max(...figures.map(([, value]) => String(value).length));
	console.log('');
	for (const [what, value, note = ''] of figures) {
		console.log(`${what.padEnd(width)}  ${String(value).padEnd(valueWidth)}  ${note}`.trimEnd());
	}
}

function megabytes(bytes: number): string {
	return `${(bytes / 1e6).toFixed(1)} MB`;
}
