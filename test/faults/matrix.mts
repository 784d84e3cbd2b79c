import { ENTRY_POINTS, type EntryPoint } from './entry-points.mts';
import type { Expectation, Moment, Row } from './matrix/row.mts';
import type { Expected } from './results.mts';

/** One case of the matrix, with what must happen in it. */
export interface FaultCase {
	row: Row;
	entryPoint: EntryPoint;
	moment: Moment;
	results: readonly Expected[];
	logins: number;
	changes: number;
}

/**
 * The cases of some faults: each fault, at every entry point, at every moment at which it can come. What must happen is
 * written by hand, from what the design says of the life of a session, signing and errors. See the rows.
 */
export function casesOf(rows: readonly Row[]): FaultCase[] {
	return rows.flatMap((row) =>
		ENTRY_POINTS.flatMap((entryPoint) =>
			entryPoint.moments.flatMap((moment) => {
				const expectation = expectationOf(row, entryPoint, moment);
				if (expectation === undefined) return [];
				const [result, logins, changes] = expectation;
				return [
					{
						row,
						entryPoint,
						moment,
						results: 'is' in result ? [result] : result,
						logins,
						changes: entryPoint.changes ? changes : 0,
					},
				];
			}),
		),
	);
}

function expectationOf(
	{ node, http, end, test }: Row,
	{ rules }: EntryPoint,
	moment: Moment,
): Expectation | undefined {
	return { node, list: node, http, end, test }[rules]?.[moment];
}
