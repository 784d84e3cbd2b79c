import { readFileSync, rmSync, writeFileSync } from 'node:fs';

import { Failure } from './failure.mts';

/**
 * Makes sure that one process at a time uses a folder: two n8n on one database would damage each other's data.
 *
 * @param file where to note who uses it; a note of a process that has ended does not count
 * @returns gives the folder free again
 * @throws {Failure} when another process uses it
 */
export function claim(file: string): () => void {
	const holder = runningHolder(file);
	if (holder !== undefined) {
		throw new Failure(
			`npm start is running already, as process ${holder}. Stop it first, with Ctrl-C where it runs.\n` +
				`(If process ${holder} is something else, delete ${file}.)`,
		);
	}
	writeFileSync(file, String(process.pid));
	return () => rmSync(file, { force: true });
}

function runningHolder(file: string): number | undefined {
	try {
		const pid = Number(readFileSync(file, 'utf8'));
		// Signal 0 only asks whether the process is there.
		process.kill(pid, 0);
		return pid;
	} catch {
		return undefined;
	}
}
