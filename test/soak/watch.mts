import { matches } from '../simulator/journal.mts';
import type { Simulator } from '../simulator/simulator.mts';
import type { CallRecord, SessionView } from '../simulator/types.mts';
import { ABSOLUTE_MS, IDLE_MS } from './scale.mts';

/** How a session came to its end. */
export type Death = 'killed' | 'forgotten in a restart' | 'past its absolute timeout' | 'idled out';

/** Why a login was made. */
export type Reason =
	| 'first'
	| Death
	/** An outage cut the connection of the login before: its session, if any, never came to be known */
	| 'answer of the last login lost'
	/** There is none: a session lived, and was known */
	| 'none';

interface Life extends SessionView {
	/** Whether it ever signed a call: then it is known */
	used: boolean;
	/** Ended by hand: how, and when */
	ended?: { how: Death; at: number };
}

interface LoginSeen {
	record: CallRecord;
	/** Sessions that lived when the login arrived */
	living: ReadonlySet<string>;
}

const AUTH = { method: 'POST', path: /^\/api\/[^/]+\/auth$/ };

/**
 * Looks at every call that arrives at the simulator, and at the sessions that live at that moment. It takes the place
 * of the simulator's log, which would grow with each call, and so hide whether n8n's memory does.
 */
export class Watch {
	calls = 0;

	readonly #vault: Simulator;

	readonly #lives = new Map<string, Life>();

	readonly #logins: LoginSeen[] = [];

	/** Signed calls since the last {@link takeSigned} */
	#signed: CallRecord[] = [];

	constructor(vault: Simulator) {
		this.#vault = vault;
		vault.calls.push = (...records) => {
			for (const record of records) this.#arrived(record);
			return 0;
		};
	}

	get logins(): number {
		return this.#logins.length;
	}

	/** Ends sessions by hand, and remembers that it was so. */
	end(how: Death, ids: readonly string[]): void {
		this.#look();
		for (const id of ids) {
			const life = this.#lives.get(id);
			if (life !== undefined) life.ended ??= { how, at: this.#vault.clock.now() };
		}
	}

	/** The signed calls that have arrived since this was asked the last time. */
	takeSigned(): CallRecord[] {
		const signed = this.#signed;
		this.#signed = [];
		return signed;
	}

	/**
	 * When and how a session died.
	 *
	 * @param id what a call was signed with
	 * @returns `undefined` while it lives, and for what never was a session
	 */
	death(id: string): { how: Death; at: number } | undefined {
		const life = this.#lives.get(id);
		if (life === undefined) return undefined;
		if (life.ended !== undefined) return life.ended;
		const now = this.#vault.clock.now();
		const absolute = life.createdAt + ABSOLUTE_MS;
		const idle = life.lastActivity + IDLE_MS;
		if (Math.min(absolute, idle) > now) return undefined;
		return absolute <= idle
			? { how: 'past its absolute timeout', at: absolute }
			: { how: 'idled out', at: idle };
	}

	/**
	 * Why each login was made. A session serves all executions of its user in a process, so that only the first login
	 * is necessary, and one after each death: needless is one that arrived while a session of the user lived which had
	 * signed a call before, for then this process knew it. So logins are at most users + deaths + logins that were cut.
	 */
	reasons(): Reason[] {
		const before = new Map<string, LoginSeen>();
		return this.#logins.map((login) => {
			const username = login.record.form?.username ?? '';
			const last = before.get(username);
			before.set(username, login);
			if (last === undefined) return 'first';

			const mine = [...this.#lives.values()].filter(
				(life) => life.username === username && life.createdAt < login.record.at,
			);
			if (mine.some(({ id, used }) => used && login.living.has(id))) return 'none';
			// The session that the login before this one opened. Deaths are told by the simulator's own clock and record.
			const opened = mine.findLast(({ createdAt }) => createdAt >= last.record.at);
			if (!opened?.used) return 'answer of the last login lost';
			return this.death(opened.id)?.how ?? 'none';
		});
	}

	#arrived(record: CallRecord): void {
		this.calls += 1;
		const living = this.#look();
		if (matches(AUTH, record)) {
			this.#logins.push({ record, living: new Set(living.map(({ id }) => id)) });
			return;
		}
		this.#signed.push(record);
		const life = this.#lives.get(record.headers.authorization ?? '');
		if (life !== undefined) life.used = true;
	}

	/** Notes what the living sessions are like now. */
	#look(): SessionView[] {
		const living = this.#vault.sessions();
		for (const view of living) {
			const known = this.#lives.get(view.id);
			if (known === undefined) this.#lives.set(view.id, { ...view, used: false });
			else known.lastActivity = view.lastActivity;
		}
		return living;
	}
}
