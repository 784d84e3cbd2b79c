import { contenderNames, type ContenderName } from './contenders.mts';
import type { Cost } from './n8n.worker.mts';
import { withContenders, type Processes } from './processes.mts';
import type { Progress } from './progress.mts';
import { summary, type Summary } from './summary.mts';
import type { BenchVault } from './vault.mts';

/** How items reach Vault, and the name of each mode in the tables. */
export const MODES = {
	turn: '200 executions, 1 item each',
	paced: '1 execution, 1,000 items, HTTP Request node in batches',
	once: '1 execution, 1,000 items, HTTP Request node all at once',
} as const;
export type Mode = keyof typeof MODES;

/** What an item costs; {@link Summary}s are ratios to the HTTP Request node with the peer's credential. */
export interface ItemResult {
	mode: Mode;
	contender: ContenderName;
	/** Milliseconds of each round */
	wallMs: number[];
	wall: Summary;
	cpu: Summary;
	/** Calls to Vault, the most in a round */
	callsPerItem: number;
	failed: number;
}

const USER = 'items@veepharm.com';
const BASE: ContenderName = 'peer';
/** The Veeva Vault node's own default. */
const CONCURRENCY = 10;

/** n8n's smallest pause between two requests is 1 ms. */
const RUNS: Record<Mode, { executions: number; items: number; pacedMs: number; rounds: number }> = {
	turn: { executions: 200, items: 1, pacedMs: 0, rounds: 15 },
	paced: { executions: 1, items: 1000, pacedMs: 1, rounds: 15 },
	once: { executions: 1, items: 1000, pacedMs: 0, rounds: 15 },
};

export const ITEM_STEPS = Object.keys(MODES).length;

/**
 * Measures wall and CPU time per item on a warm session, for every contender and mode. The contenders take turns,
 * so that anything else that the machine does slows down all of them. A ratio is that of one round.
 */
export async function measureItems(progress: Progress): Promise<ItemResult[]> {
	return await withContenders(USER, async (vault, workers) => {
		const results: ItemResult[] = [];
		for (const mode of Object.keys(MODES) as Mode[]) {
			await progress.step(`Per item, ${MODES[mode]}`, async (report) => {
				results.push(...(await measureMode(vault, workers, mode, report)));
			});
		}
		return results;
	});
}

async function measureMode(
	vault: BenchVault,
	workers: Processes,
	mode: Mode,
	report: (detail: string) => void,
): Promise<ItemResult[]> {
	const { rounds, ...run } = RUNS[mode];
	const measured: Array<Map<ContenderName, Cost & { calls: number }>> = [];
	// The first round is not counted: in it the code is compiled, and whoever has to logs in.
	for (let round = 0; round <= rounds; round += 1) {
		report(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
		const costs: (typeof measured)[number] = new Map();
		for (const [contender, n8n] of rotated([...workers], round)) {
			const before = await vault.calls();
			const cost = await n8n.ask('inTurn', { username: USER, concurrency: CONCURRENCY, ...run });
			costs.set(contender, { ...cost, calls: (await vault.calls()) - before });
		}
		if (round > 0) measured.push(costs);
	}
	return contenderNames.map((contender) => {
		const own = measured.map((costs) => costOf(costs, contender));
		const ratios = (of: 'wall' | 'cpu') =>
			own.map((cost, round) => cost[of] / costOf(measured[round], BASE)[of]);
		return {
			mode,
			contender,
			wallMs: own.map(({ wall }) => wall),
			wall: summary(ratios('wall')),
			cpu: summary(ratios('cpu')),
			callsPerItem: Math.max(...own.map(({ calls }) => calls)) / (run.executions * run.items),
			failed: own.reduce((sum, { failed }) => sum + failed, 0),
		};
	});
}

/** Each round begins with another one: who comes first in a round gains or loses nothing by it. */
function rotated<T>(values: readonly T[], by: number): T[] {
	const start = by % values.length;
	return [...values.slice(start), ...values.slice(0, start)];
}

function costOf<T>(costs: ReadonlyMap<ContenderName, T>, contender: ContenderName): T {
	const cost = costs.get(contender);
	if (cost === undefined) throw new Error(`${contender} was not measured`);
	return cost;
}
