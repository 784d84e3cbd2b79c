/** Prints which login method works at which entry point. Every case is tried in n8n's real engine; 1 ends it if one failed. */

import { aligned, markdown, type Table } from '../bench/tables.mts';
import { startProviderFixture } from '../fixture/provider.mts';
import { COLUMNS } from './columns.mts';
import { METHODS } from './methods.mts';
import { sameMoment, startProcesses } from './rotation.mts';

const failures: string[] = [];
const table: Table = [['method', ...COLUMNS.map(({ title }) => title)]];
for (const method of METHODS) {
	const row = [method.name];
	for (const column of COLUMNS) {
		const fixture = await startProviderFixture();
		try {
			row.push(await column.show(fixture, method));
		} catch (error) {
			row.push('FAILED');
			failures.push(`${method.name}, ${column.title}: ${String(error)}`);
		} finally {
			await fixture.close();
		}
	}
	table.push(row);
}
const show = process.argv.includes('--markdown') ? markdown : aligned;
console.log(show(table));

const rounds = 20;
const moments: Table = [
	['rotation', 'second process starts', 'rounds', 'an execution failed', 'grant lost'],
];
for (const [title, rotation] of [
	['strict', true],
	['30 seconds of grace', 'graceful'],
] as const) {
	for (const apartMs of [0, 20, 1000]) {
		const processes = await startProcesses(rotation);
		try {
			const { failed, lost } = await sameMoment(processes, { rounds, apartMs });
			moments.push([title, `${apartMs} ms later`, `${rounds}`, `${failed}`, `${lost}`]);
			if (rotation === 'graceful' && failed + lost > 0) failures.push(`${title}, ${apartMs} ms`);
		} finally {
			await processes.close();
		}
	}
}
console.log(`\nTwo processes renew with one refresh token that rotates:\n\n${show(moments)}`);
for (const failure of failures) console.error(`\n${failure}`);
// n8n's engine keeps timers.
process.exit(failures.length === 0 ? 0 : 1);
