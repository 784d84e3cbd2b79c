import { matches } from '../simulator/journal.mts';
import type { CallRecord } from '../simulator/types.mts';
import type { Deeds } from './adversary.mts';
import { LEASE_MS } from './scale.mts';
import type { Watch } from './watch.mts';
import { DOCUMENTS, type Execution } from './workload.mts';

/** In the node's words, and in n8n's. */
const UNREACHABLE =
	/refused the connection|closed the connection|closed unexpectedly|ECONNREFUSED|ECONNRESET|aborted/;

/** Counts how executions ended, and finds those that must not have ended so. */
export class Judge {
	executions = 0;
	ok = 0;
	/** Failed because no server listened, and said so */
	unreachable = 0;
	/** HTTP Request node, a killed session, the lease not over yet: the refusal is passed on as data */
	withinLease = 0;
	/** The longest time between a session's death and a call that was still signed with it, in ms */
	latest = 0;
	/** The longest execution, in ms */
	longest = 0;
	readonly wrong: string[] = [];

	readonly #watch: Watch;

	readonly #deeds: Deeds;

	constructor(watch: Watch, deeds: Deeds) {
		this.#watch = watch;
		this.#deeds = deeds;
	}

	/** Judges a burst of executions, once it is over. */
	add(burst: readonly Execution[]): void {
		this.executions += burst.length;
		this.longest = Math.max(this.longest, ...burst.map(({ from, to }) => to - from));
		const refused = this.#watch
			.takeSigned()
			.filter(
				(call) =>
					call.outcome === 'INVALID_SESSION_ID' &&
					matches({ method: 'GET', path: DOCUMENTS }, call),
			);
		let bodies = 0;
		for (const execution of burst) {
			const { end, by } = execution;
			if (end.is === 'ok') this.ok += 1;
			else if (end.is === 'body' && end.type === 'INVALID_SESSION_ID') bodies += 1;
			else if (end.is === 'error' && UNREACHABLE.test(end.message) && this.#isOutage(execution)) {
				this.unreachable += 1;
			} else {
				this.wrong.push(`${by}: ${end.is === 'error' ? end.message : `body with ${end.type}`}`);
			}
		}
		for (const call of refused) this.#judgeRefused(call);
		// One whose answer an outage has cut is refused without a body.
		if (bodies > refused.length)
			this.wrong.push(`${bodies - refused.length} bodies out of nowhere`);
		this.withinLease += bodies;
	}

	/**
	 * The HTTP Request node may use a session without asking for one lease after it was last known alive, which was
	 * before it died. On its way from signing to Vault a call takes less than an execution does, and so does the
	 * answer by which the session was known alive.
	 */
	#judgeRefused(call: CallRecord): void {
		const death = this.#watch.death(call.headers.authorization ?? '');
		const late = call.at - (death?.at ?? NaN);
		this.latest = Math.max(this.latest, late);
		if (death === undefined || death.how === 'idled out' || late > LEASE_MS + this.longest) {
			this.wrong.push(
				`HTTP Request node: signed with a session ${death?.how ?? 'that never was'}, ${late} ms later`,
			);
		}
	}

	#isOutage({ from, to }: Execution): boolean {
		return this.#deeds.outages.some(([start, end]) => from <= end && start <= to);
	}
}
