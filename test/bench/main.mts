/** The benchmark: `npm run bench`. Prints what it measures and writes docs/benchmarks.md. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { bars } from './bars.mts';
import { CROWD_STEPS, measureCrowds } from './crowds.mts';
import { document } from './document.mts';
import { ITEM_STEPS, measureItems } from './items.mts';
import { measurePackage, PACKAGE_STEPS } from './package.mts';
import { Progress } from './progress.mts';
import { aligned, barTable, crowdTable, itemTable, packageTable } from './tables.mts';
import { measureThroughput, THROUGHPUT_STEPS } from './throughput.mts';

const FILE = 'docs/benchmarks.md';

async function main(): Promise<void> {
	const progress = new Progress(PACKAGE_STEPS + ITEM_STEPS + THROUGHPUT_STEPS + CROWD_STEPS);
	const results = {
		package: await measurePackage(progress),
		items: await measureItems(progress),
		throughput: await measureThroughput(progress),
		crowds: await measureCrowds(progress),
	};
	console.log(`
Many executions at once: logins / failed executions
${aligned(crowdTable(results))}

Per item, as ratio to the HTTP Request node with the peer
${aligned(itemTable(results))}

The package
${aligned(packageTable(results))}

The targets
${aligned(barTable(results))}
`);
	mkdirSync(dirname(FILE), { recursive: true });
	writeFileSync(FILE, await document(results, FILE));
	console.log(`Written to ${FILE}.`);
	const missed = bars(results).filter(({ met, kind }) => !met && kind === 'count');
	if (missed.length === 0) return;
	console.error(`Missed: ${missed.map(({ what }) => what).join('; ')}.`);
	process.exitCode = 1;
}

// The processes of n8n share one folder and its key, and leave nothing behind.
const folder = mkdtempSync(join(tmpdir(), 'n8n-bench-'));
process.env.N8N_USER_FOLDER = folder;
process.env.N8N_ENCRYPTION_KEY = randomBytes(16).toString('hex');
try {
	await main();
} finally {
	rmSync(folder, { recursive: true, force: true });
}
