import type { Simulator } from '../../test/simulator/simulator.mts';
import type { CallRecord } from '../../test/simulator/types.mts';
import { MARK } from './proxy.mts';

const LOGIN = /^\/api\/[^/]+\/auth$/;

/** A part of the simulator's journal: from one event to the next. */
export interface Chapter {
	/** What happened at its beginning. */
	event: string;
	calls: CallRecord[];
}

/** The simulator's calls, divided by what was done to n8n and Vault meanwhile. */
export class Journal {
	readonly #vault: Simulator;
	readonly #marks: Array<{ event: string; from: number }>;

	/** @param event what begins the first chapter */
	constructor(vault: Simulator, event: string) {
		this.#vault = vault;
		this.#marks = [{ event, from: vault.calls.length }];
	}

	/** Begins a chapter. */
	begin(event: string): void {
		this.#marks.push({ event, from: this.#vault.calls.length });
	}

	chapters(): Chapter[] {
		return this.#marks.map(({ event, from }, index) => ({
			event,
			calls: this.#vault.calls.slice(from, this.#marks[index + 1]?.from),
		}));
	}

	/** All calls since the first chapter began. */
	calls(): CallRecord[] {
		return this.#vault.calls.slice(this.#marks[0].from);
	}
}

/** The calls that logged in. */
export function logins(calls: CallRecord[]): CallRecord[] {
	return calls.filter(({ method, path }) => method === 'POST' && LOGIN.test(path));
}

/** The calls that checked whether a session is valid. */
export function keepAlives(calls: CallRecord[]): CallRecord[] {
	return calls.filter(({ path }) => path.endsWith('/keep-alive'));
}

/**
 * Counts calls by the process that made them.
 *
 * @returns by the name of the worker; what did not come from a worker is under `main`
 */
export function byProcess(calls: CallRecord[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { headers } of calls) {
		const name = headers[MARK] ?? 'main';
		counts[name] = (counts[name] ?? 0) + 1;
	}
	return counts;
}

/**
 * Text for counts.
 *
 * @returns e.g. `3 (worker 1: 2, worker 2: 1)`
 */
export function countsOf(calls: CallRecord[]): string {
	const counts = Object.entries(byProcess(calls)).sort(([a], [b]) => a.localeCompare(b, 'en'));
	const parts = counts.map(([name, count]) => `${name}: ${count}`).join(', ');
	return parts === '' ? '0' : `${calls.length} (${parts})`;
}
