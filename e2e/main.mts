import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';

import { Failure } from '../harness/failure.mts';
import { NEWEST_FOLDER, installN8n } from '../harness/install.mts';
import { PACKAGE_FOLDER, packPackage } from '../harness/package.mts';
import { providePackages } from '../harness/packages.mts';
import { withProgress } from '../harness/progress.mts';
import { installations } from './installations.mts';

const HELP = `Proves the package where users run it: in the full n8n, from the packed tarball.

  npm run test:e2e                   every scenario
  npm run test:e2e -- queue editor   the scenarios of these files: ${scenarios().join(', ')}

N8N_VERSION=2.40.7 npm run test:e2e  the smoke scenarios on another n8n
PACKED_FOLDER=packed npm run test:e2e            the packed files in that folder instead of the sources
UPDATE_SCREENSHOTS=1 npm run test:e2e -- editor   takes the pictures in docs/images again

Sets up what it needs by itself: n8n (5 minutes and 3 GB, once for each version), Chromium, PostgreSQL and Redis. To use
those that are there: CHROMIUM_PATH=/path/to/chrome, POSTGRES_URL=postgres://user:password@host:5432/postgres (a user who
may create databases), REDIS_URL=redis://host:6379/0. What can be neither found nor installed is skipped with a notice,
and fails in CI.`;

/** The scenarios that run with several versions of n8n. */
const WITH_VERSIONS = ['dfns', 'versions'];

/** The longest ones: they start first, so that no core waits for one of them at the end. */
const LONG = ['versions', 'queue', 'dfns'];

/** How many scenarios run side by side at most. Each has an n8n of its own, of about 1 GB. */
const SIDE_BY_SIDE = Math.min(availableParallelism(), 4);

/** Programs that scenarios need. Scenarios that run side by side must not install them at the same time. */
const PROGRAMS: Record<string, () => Promise<unknown>> = {
	editor: async () => await (await import('./browser.mts')).provideChromium(),
	'sign-in': async () => await (await import('./browser.mts')).provideChromium(),
	queue: async () => await (await import('./queue/services.mts')).installServices(),
};

process.exitCode = await main();

async function main(): Promise<number> {
	try {
		const { values, positionals } = parseArgs({
			allowPositionals: true,
			options: { help: { type: 'boolean', short: 'h', default: false } },
		});
		if (values.help) {
			console.log(HELP);
			return 0;
		}
		const names = chosen(positionals);
		await setUp(names);
		return await withPackedFiles(async () => await runScenarios(names));
	} catch (error) {
		console.error(error instanceof Failure ? `\n${error.message}` : error);
		return 1;
	}
}

/** Before the scenarios, so that what takes minutes shows its progress. */
async function setUp(names: string[]): Promise<void> {
	await providePackages(import.meta.dirname);
	const others = names.some((name) => !WITH_VERSIONS.includes(name))
		? [{ folder: NEWEST_FOLDER }]
		: [];
	const versions = names.some((name) => WITH_VERSIONS.includes(name)) ? installations() : [];
	for (const { folder } of [...others, ...versions]) await installN8n({ folder });
	for (const name of names) await PROGRAMS[name]?.();
}

/** Packs both packages once for all scenarios, unless `PACKED_FOLDER` names packed files. */
async function withPackedFiles(work: () => Promise<number>): Promise<number> {
	if (process.env.PACKED_FOLDER) return await work();
	const folder = mkdtempSync(join(tmpdir(), 'packed-'));
	try {
		await withProgress('Packing the packages', async () => {
			await packPackage(folder);
			await packPackage(folder, { folder: join(PACKAGE_FOLDER, 'packages', 'n8n-nodes-dfns') });
		});
		process.env.PACKED_FOLDER = folder;
		return await work();
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** @returns whether any has failed, as an exit code */
async function runScenarios(names: string[]): Promise<number> {
	let failed = 0;
	const longFirst = [...LONG.filter((name) => names.includes(name)), ...names];
	const events = run({
		files: [...new Set(longFirst)].map((name) => join(import.meta.dirname, `${name}.test.mts`)),
		concurrency: SIDE_BY_SIDE,
	});
	events.on('test:fail', () => (failed += 1));
	events.compose(spec).pipe(process.stdout);
	await new Promise((resolve) => events.once('end', resolve));
	return failed === 0 ? 0 : 1;
}

function chosen(names: string[]): string[] {
	const known = scenarios();
	const unknown = names.filter((name) => !known.includes(name));
	if (unknown.length > 0) {
		throw new Failure(`There is no ${unknown.join(', ')}; there are ${known.join(', ')}.`);
	}
	if (names.length > 0) return names;
	// Another n8n is for these alone: the others are written for the editor of one version.
	return process.env.N8N_VERSION ? WITH_VERSIONS : known;
}

function scenarios(): string[] {
	return readdirSync(import.meta.dirname)
		.filter((name) => name.endsWith('.test.mts'))
		.map((name) => name.replace('.test.mts', ''));
}
