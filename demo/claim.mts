import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

import { Failure } from '../harness/failure.mts';

/** A folder that is this process's until it is given free. */
export interface Claim {
	/** Makes another process hold the folder too: it may outlive this one, if this one is killed. */
	extendTo(pid: number): void;
	/** Gives the folder free again. */
	release(): void;
}

/**
 * Makes sure that one process at a time uses a folder: two n8n on one database would damage each other's data.
 *
 * @param file where to note who uses it; a note of a process that has ended does not count
 * @returns the claim
 * @throws {Failure} when another process uses it
 */
export function claim(file: string): Claim {
	const [holder] = pidsIn(file).filter(isRunning);
	if (holder !== undefined) {
		throw new Failure(
			'npm start or npm run dev is running already, or has been killed and has left a program running: ' +
				`process ${holder}.\n` +
				'Stop it first, with Ctrl-C where it runs, or with kill.\n' +
				`(If process ${holder} is something else, delete ${file}.)`,
		);
	}
	writeFileSync(file, `${process.pid}\n`);
	return {
		extendTo: (pid) => appendFileSync(file, `${pid}\n`),
		release: () => rmSync(file, { force: true }),
	};
}

/**
 * @param file what {@link claim} wrote; it need not exist
 * @returns the process that claimed, and then those that its claim was extended to
 */
export function pidsIn(file: string): number[] {
	if (!existsSync(file)) return [];
	return readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number);
}

/** Tells whether there is such a process. */
export function isRunning(pid: number): boolean {
	try {
		// Signal 0 only asks whether the process is there.
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
