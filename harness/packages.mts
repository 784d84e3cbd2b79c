import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { Failure } from './failure.mts';
import { NpmError, npmErrors, runNpm } from './npm.mts';
import { withProgress } from './progress.mts';

interface PackageJson {
	version?: string;
	devDependencies?: Record<string, string>;
}

/**
 * Installs a folder's development dependencies, unless they are there in the versions that its package.json names.
 *
 * @param folder the folder with a package.json and a lock file
 * @throws {Failure} when npm cannot install them, with its errors
 */
export async function providePackages(folder: string): Promise<void> {
	if (hasPackages(folder)) return;
	const name = basename(folder);
	const logFile = join(tmpdir(), `npm-ci-${name}-${process.pid}.log`);
	try {
		await withProgress(`Installing the packages of ${name}`, () =>
			runNpm(['ci', '--no-audit', '--no-fund'], { cwd: folder, logFile }),
		);
	} catch (error) {
		if (!(error instanceof NpmError)) throw error;
		throw new Failure(`The packages of ${name} could not be installed.\n${npmErrors(logFile)}`);
	}
}

function hasPackages(folder: string): boolean {
	const read = (...path: string[]) =>
		JSON.parse(readFileSync(join(folder, ...path, 'package.json'), 'utf8')) as PackageJson;
	const { devDependencies = {} } = read();
	try {
		return Object.entries(devDependencies).every(
			([name, version]) => read('node_modules', name).version === version,
		);
	} catch {
		return false;
	}
}
