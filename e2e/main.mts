import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';

import { Failure } from '../demo/failure.mts';
import { installN8n } from '../demo/install.mts';
import { runNpm } from '../demo/npm.mts';
import { withProgress } from '../demo/progress.mts';

const HELP = `Proves the package where users run it: in the full n8n, from the packed tarball.

  npm run test:e2e                   every scenario
  npm run test:e2e -- queue editor   the scenarios of these files: ${scenarios().join(', ')}

N8N_VERSION=2.40.7 npm run test:e2e  the smoke scenarios on another n8n

Sets up what it needs by itself: n8n (5 minutes and 3 GB, once for each version), Chromium, PostgreSQL and Redis.`;

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
		await setUp();
		return await runScenarios(chosen(positionals));
	} catch (error) {
		console.error(error instanceof Failure ? `\n${error.message}` : error);
		return 1;
	}
}

/** Before the scenarios, so that what takes minutes shows its progress. */
async function setUp(): Promise<void> {
	if (!existsSync(join(import.meta.dirname, 'node_modules', 'playwright-core'))) {
		const logFile = join(import.meta.dirname, 'node_modules', 'install.log');
		await withProgress("Installing the tests' own packages", () =>
			runNpm(['ci', '--no-audit', '--no-fund'], { cwd: import.meta.dirname, logFile }),
		);
	}
	await installN8n();
}

/** @returns whether any has failed, as an exit code */
async function runScenarios(names: string[]): Promise<number> {
	let failed = 0;
	// One file at a time: each has an n8n of its own.
	const events = run({
		files: names.map((name) => join(import.meta.dirname, `${name}.test.mts`)),
		concurrency: false,
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
	return names.length > 0 ? names : known;
}

function scenarios(): string[] {
	return readdirSync(import.meta.dirname)
		.filter((name) => name.endsWith('.test.mts'))
		.map((name) => name.replace('.test.mts', ''));
}
