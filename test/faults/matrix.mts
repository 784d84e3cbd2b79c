import { CALLS } from './matrix/calls.mts';
import { LOGINS } from './matrix/logins.mts';
import type { Cell, Moment, Row } from './matrix/row.mts';
import { SESSIONS } from './matrix/sessions.mts';
import type { Expected } from './results.mts';
import { WAYS, type Way } from './ways.mts';

/** One cell of the matrix, with what must happen there. */
export interface MatrixCell {
	row: Row;
	way: Way;
	moment: Moment;
	results: readonly Expected[];
	logins: number;
	changes: number;
}

/**
 * Every fault, in every way in, at every moment at which it can come. What must happen is written by hand, from what
 * the design says of the life of a session, signing and errors; see the rows.
 */
export const MATRIX: readonly MatrixCell[] = [...CALLS, ...SESSIONS, ...LOGINS].flatMap((row) =>
	WAYS.flatMap((way) =>
		way.moments.flatMap((moment) => {
			const cell = cellOf(row, way, moment);
			if (cell === undefined) return [];
			const [result, logins, changes] = cell;
			return [
				{
					row,
					way,
					moment,
					results: 'is' in result ? [result] : result,
					logins,
					changes: way.changes ? changes : 0,
				},
			];
		}),
	),
);

function cellOf({ node, http, end, test }: Row, { rules }: Way, moment: Moment): Cell | undefined {
	return { node, list: node, http, end, test }[rules]?.[moment];
}
