import { bars, verdict, type Results } from './bars.mts';
import { contenderNames, contenders } from './contenders.mts';
import { CASES, type Case } from './crowds.mts';
import { MODES, type Mode } from './items.mts';
import type { Summary } from './summary.mts';

/** Rows of cells, the first being the headings. */
export type Table = string[][];

export function barTable(results: Results): Table {
	return [
		['What', 'Target', 'Measured', ''],
		...bars(results).map((bar) => [bar.what, bar.bar, bar.measured, verdict(bar)]),
	];
}

/** Logins and failed executions. */
export function crowdTable({ crowds }: Results): Table {
	const rows = Object.keys(CASES).flatMap((state) => {
		const sizes = crowds.filter((result) => result.case === state).map((r) => r.executions);
		return [...new Set(sizes)].map((executions) => ({ state: state as Case, executions }));
	});
	return [
		['Session', 'Executions', ...contenderNames.map((name) => contenders[name].label)],
		...rows.map(({ state, executions }) => [
			CASES[state],
			executions.toLocaleString('en'),
			...contenderNames.map((name) => {
				const result = crowds.find(
					(r) => r.case === state && r.executions === executions && r.contender === name,
				);
				return result === undefined
					? '–'
					: [result.logins, result.failed].map((count) => count.toLocaleString('en')).join(' / ');
			}),
		]),
	];
}

/** Ratios of wall and CPU time per item. */
export function itemTable({ items }: Results): Table {
	return [
		['How', 'Setup', 'Wall time', 'CPU time', 'Calls per item'],
		...(Object.keys(MODES) as Mode[]).flatMap((mode) =>
			contenderNames.map((name) => {
				const result = items.find((item) => item.mode === mode && item.contender === name);
				if (result === undefined) throw new Error(`${mode} of ${name} was not measured`);
				const ratio = (of: Summary) => (name === 'peer' ? '1' : spread(of));
				return [
					MODES[mode],
					contenders[name].label,
					ratio(result.wall),
					ratio(result.cpu),
					String(result.callsPerItem),
				];
			}),
		),
	];
}

/** Size and load time. */
export function packageTable({ package: own }: Results): Table {
	return [
		['What', 'Measured'],
		['packed size', `${(own.packedBytes / 1000).toFixed(1)} kB, ${own.files} files`],
		['load time, as ratio to n8n-workflow', spread(own.loadRatio)],
	];
}

/** A table in columns, for the terminal. */
export function aligned(table: Table): string {
	const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
	const line = (row: string[]) =>
		`  ${row.map((cell, column) => cell.padEnd(widths[column])).join('   ')}`.trimEnd();
	const rule = `  ${widths.map((width) => '─'.repeat(width)).join('   ')}`;
	return [line(table[0]), rule, ...table.slice(1).map(line)].join('\n');
}

export function markdown([head, ...rows]: Table): string {
	const line = (row: string[]) => `| ${row.join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function spread({ median, least, most }: Summary): string {
	return `${median.toFixed(2)} × (${least.toFixed(2)}–${most.toFixed(2)})`;
}
