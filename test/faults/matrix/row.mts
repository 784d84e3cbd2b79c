import type { Fault } from '../faults.mts';
import type { Expected } from '../results.mts';

/** When the fault comes: at the first call ever, on a session in use, or amid a batch that began without one. */
export type Moment = 'first call' | 'warm call' | 'third of five';

/**
 * What must happen in one case: the result (of each item), the logins that reach Vault, and how often the entry point's own
 * call changes data, where it is one that does.
 */
export type Expectation = readonly [
	result: Expected | readonly Expected[],
	logins: number,
	changes: number,
];

export type Expectations = Partial<Record<Moment, Expectation>>;

/** One fault, and what must happen at each entry point. At a moment left out, the fault cannot come. */
export interface Row {
	title: string;
	fault: Fault;
	/** Veeva Vault node; without changes also for its list in the editor */
	node: Expectations;
	/** HTTP Request node */
	http: Expectations;
	/** Veeva Vault node, Session › End */
	end?: Expectations;
	/** Credential test */
	test: Expectations;
	/** How many sessions of the user may live afterwards, where that matters */
	sessionsLeft?: number;
}

/** What the credential test must do, on whichever session: it always logs in. */
export function always(...expectation: Expectation): Expectations {
	return { 'first call': expectation, 'warm call': expectation };
}
