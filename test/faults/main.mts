/** Prints the fault matrix as a table: `npm run test:faults`. Ends with 1 when a case is wrong. */

import { startCaseFixtures } from './fixture.mts';
import { CALLS } from './matrix/calls.mts';
import { LOGINS } from './matrix/logins.mts';
import { SESSIONS } from './matrix/sessions.mts';
import { casesOf } from './matrix.mts';
import { describeAll } from './results.mts';
import { runCase } from './runner.mts';

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

const fixtures = await startCaseFixtures();
const wrong: string[] = [];
console.log(line('fault', 'entry point', 'moment', 'result', 'logins', 'changes', 'verdict'));
let last = '';
const cases = casesOf([...CALLS, ...SESSIONS, ...LOGINS]);
for (const one of cases) {
	const { row, entryPoint, moment } = one;
	const verdict = await runCase(fixtures, one);
	console.log(
		line(
			row.title === last ? '' : row.title,
			entryPoint.name,
			moment,
			shortened(describeAll(verdict.results)),
			verdict.logins,
			entryPoint.changes ? verdict.changes : '–',
			verdict.wrong.length === 0 ? 'ok' : 'WRONG',
		),
	);
	last = row.title;
	if (verdict.wrong.length > 0) {
		wrong.push(`${row.title} | ${entryPoint.name} | ${moment}: ${verdict.wrong.join('; ')}`);
	}
}
await fixtures.close();

console.log(`\n${cases.length} cases, ${wrong.length} wrong`);
for (const one of wrong) console.log(`  ${one}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
