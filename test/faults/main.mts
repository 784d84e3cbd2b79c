/** Prints the fault matrix as a table: `npm run test:faults`. Ends with 1 when a cell is wrong. */

import { startBenches } from './bench.mts';
import { MATRIX } from './matrix.mts';
import { describeAll } from './results.mts';
import { runCell } from './runner.mts';

const WIDTHS = [43, 20, 14, 66, 7, 8];
const RESULT_WIDTH = WIDTHS[3];

function line(...columns: Array<string | number>): string {
	return columns
		.map((column, index) => String(column).padEnd(WIDTHS[index] ?? 0))
		.join(' ')
		.trimEnd();
}

function shortened(text: string): string {
	return text.length <= RESULT_WIDTH ? text : `${text.slice(0, RESULT_WIDTH - 1)}…`;
}

const benches = await startBenches();
const wrong: string[] = [];
console.log(line('fault', 'way in', 'moment', 'result', 'logins', 'changes', 'verdict'));
let last = '';
for (const cell of MATRIX) {
	const { row, way, moment } = cell;
	const verdict = await runCell(benches, cell);
	console.log(
		line(
			row.fault === last ? '' : row.fault,
			way.name,
			moment,
			shortened(describeAll(verdict.results)),
			verdict.logins,
			way.changes ? verdict.changes : '–',
			verdict.wrong.length === 0 ? 'ok' : 'WRONG',
		),
	);
	last = row.fault;
	if (verdict.wrong.length > 0) {
		wrong.push(`${row.fault} | ${way.name} | ${moment}: ${verdict.wrong.join('; ')}`);
	}
}
await benches.close();

console.log(`\n${MATRIX.length} cells, ${wrong.length} wrong`);
for (const cell of wrong) console.log(`  ${cell}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
