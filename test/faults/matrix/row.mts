import type { Expected } from '../results.mts';
import type { Strike } from '../strikes.mts';

/** When the fault comes: at the first call ever, on a session in use, or amid a batch that began without one. */
export type Moment = 'first call' | 'warm call' | 'third of five';

/**
 * What must happen in one cell: the result (of each item), the logins that reach Vault, and how often the way's own
 * call changes data, where it is one that does.
 */
export type Cell = readonly [
	result: Expected | readonly Expected[],
	logins: number,
	changes: number,
];

export type Cells = Partial<Record<Moment, Cell>>;

/** One fault, and what must happen in each way in. A moment left out is one at which the fault cannot come. */
export interface Row {
	fault: string;
	strike: Strike;
	/** Veeva Vault node; without changes also for its list in the editor */
	node: Cells;
	/** HTTP Request node */
	http: Cells;
	/** Veeva Vault node, Session › End */
	end?: Cells;
	/** Credential test */
	test: Cells;
	/** How many sessions of the user may live afterwards, where that matters */
	sessionsLeft?: number;
}

/** A cell of the credential test, on whichever session: it logs in afresh. */
export function always(...cell: Cell): Cells {
	return { 'first call': cell, 'warm call': cell };
}
