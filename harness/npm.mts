import { readFileSync } from 'node:fs';

import { logTail, startChild } from './child.mts';
import { Interrupted } from './failure.mts';

/** How to run npm. */
export interface NpmOptions {
	/** The folder whose package npm works on. */
	cwd: string;
	/** Gets npm's output. */
	logFile: string;
	/** Stops npm, and makes {@link runNpm} throw. */
	signal?: AbortSignal;
}

/** npm ended with an error; its log says why. */
export class NpmError extends Error {
	override name = 'NpmError';
}

/**
 * Runs npm and waits for its end. It is the npm that runs this process, if one does, with this process's Node.
 *
 * @param args npm's arguments, e.g. `['ci', '--ignore-scripts']`
 * @param options where, and where to the output
 * @throws {NpmError} when npm fails
 * @throws {Interrupted} when `options.signal` was aborted; npm has ended by then
 */
export async function runNpm(args: string[], options: NpmOptions): Promise<void> {
	if (options.signal?.aborted) throw new Interrupted();
	const npmScript = process.env.npm_execpath;
	const viaNode = npmScript !== undefined && /npm-cli\.c?js$/.test(npmScript);
	const child = await startChild({
		command: viaNode ? process.execPath : 'npm',
		args: [...(viaNode ? [npmScript] : []), ...args],
		cwd: options.cwd,
		env: process.env,
		logFile: options.logFile,
	});
	// npm finishes its downloads before it obeys. The next run replaces what it leaves.
	const stop = () => void child.stop(1000);
	options.signal?.addEventListener('abort', stop, { once: true });
	// Aborted while npm was being started.
	if (options.signal?.aborted) stop();
	const { code, signal } = await child.exited;
	options.signal?.removeEventListener('abort', stop);
	if (options.signal?.aborted) throw new Interrupted();
	if (code !== 0) throw new NpmError(`npm ${args[0]} ended with ${signal ?? `code ${code}`}`);
}

/**
 * Picks what matters from npm's log.
 *
 * @param logFile the log of a failed {@link runNpm}
 * @returns the first of npm's own errors, which come before its advice; the log's end if there are none
 */
export function npmErrors(logFile: string): string {
	const errors = readFileSync(logFile, 'utf8')
		.split('\n')
		.filter((line) => /^npm error \S/.test(line));
	if (errors.length === 0) return logTail(logFile);
	return errors
		.slice(0, 10)
		.map((line) => `    ${line}`)
		.join('\n');
}
