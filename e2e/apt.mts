import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { logTail, startChild } from '../harness/child.mts';
import { Failure } from '../harness/failure.mts';
import { withProgress } from '../harness/progress.mts';
import { findProgram, isRoot } from './programs.mts';

/** Debian asks this script whether a package may start its services. */
const POLICY = '/usr/sbin/policy-rc.d';
const FORBIDDEN = '#!/bin/sh\nexit 101\n';

/** Tells whether packages of the distribution can be installed here: on a Debian or one of its relatives, as root. */
export function mayInstall(): boolean {
	return isRoot() && findProgram('apt-get') !== undefined;
}

/**
 * Installs packages of the distribution, without those that they merely recommend. Services that they bring are not
 * started.
 *
 * @param name what is installed, for the person at the terminal, e.g. `Chromium`
 * @param packages the packages' names
 * @param otherwise what else the person may do, for the message when it fails, e.g. `set CHROMIUM_PATH`
 * @throws {Failure} when it fails, with the end of apt-get's output
 */
export async function aptInstall(
	name: string,
	packages: string[],
	otherwise: string,
): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'veeva-vault-apt-'));
	const logFile = join(folder, 'apt-get.log');
	const aptGet = async (...args: string[]) => {
		const { exited } = await startChild({
			command: 'apt-get',
			args,
			cwd: folder,
			env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
			logFile,
		});
		if ((await exited).code === 0) return;
		throw new Failure(
			`${name} could not be installed: apt-get ${args[0]} failed. Install it by hand, or ${otherwise}.\n` +
				logTail(logFile),
		);
	};
	try {
		await withProgress(`Installing ${name}`, async (report) => {
			report('apt-get update');
			await aptGet('update');
			report('apt-get install');
			await withoutServices(() =>
				aptGet('install', '--yes', '--no-install-recommends', ...packages),
			);
		});
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** An existing policy stays as it is. */
async function withoutServices(work: () => Promise<void>): Promise<void> {
	if (existsSync(POLICY)) return await work();
	const remove = () => rmSync(POLICY, { force: true });
	writeFileSync(POLICY, FORBIDDEN, { mode: 0o755 });
	process.on('exit', remove);
	try {
		await work();
	} finally {
		remove();
		process.off('exit', remove);
	}
}
