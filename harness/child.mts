import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

/** How to run a program. */
interface ProgramOptions {
	command: string;
	args: string[];
	/** The working directory. */
	cwd: string;
	env: NodeJS.ProcessEnv;
	/** As whom to run it; as this process's user when not given. Only root may choose. */
	user?: { uid: number; gid: number };
}

/** How to run a program whose output goes to a log file. */
export interface ChildOptions extends ProgramOptions {
	/** Gets standard output and standard error; what it held before is lost. */
	logFile: string;
}

/** How to run a program whose output is read while it runs. */
export interface ReadChildOptions extends ProgramOptions {
	/** Gets each line of standard output and standard error. */
	onLine(line: string): void;
}

/** How a program ended: by itself with a code, or by a signal. */
export interface Exit {
	code: number | null;
	signal: NodeJS.Signals | null;
}

/** A running program with everything that it starts. */
export interface Child {
	readonly pid: number;
	/** Settles when the program has ended; never rejects. */
	readonly exited: Promise<Exit>;
	/**
	 * Ends the program and whatever it started. Safe to call again.
	 *
	 * @param graceMs what it gets to end by itself before it is killed, in milliseconds; 15,000 when not given
	 */
	stop(graceMs?: number): Promise<void>;
}

/**
 * Starts a program in a process group of its own, so that Ctrl-C reaches this process alone (which then stops the
 * program in order), and so that nothing the program started can outlive it.
 *
 * @param options what to run, and where its output goes
 * @returns the running program
 * @throws when the program cannot be started at all
 */
export async function startChild(options: ChildOptions | ReadChildOptions): Promise<Child> {
	const output = 'logFile' in options ? openLog(options.logFile) : 'pipe';
	const child = spawn(options.command, options.args, {
		cwd: options.cwd,
		env: options.env,
		detached: true,
		stdio: ['ignore', output, output],
		windowsHide: true,
		...options.user,
	});
	if (output !== 'pipe') closeSync(output);
	if ('onLine' in options) {
		for (const stream of [child.stdout, child.stderr]) {
			if (stream !== null) createInterface(stream).on('line', (line) => options.onLine(line));
		}
	}
	await once(child, 'spawn');

	const killNow = () => signalGroup(child, 'SIGKILL');
	// The last resort, should this process end without having stopped the program; before its files are removed.
	process.prependListener('exit', killNow);
	const exited = new Promise<Exit>((resolve) => {
		child.on('exit', (code, signal) => {
			killNow();
			process.off('exit', killNow);
			resolve({ code, signal });
		});
	});

	return {
		pid: child.pid!,
		exited,
		async stop(graceMs = 15_000) {
			if (child.exitCode !== null || child.signalCode !== null) return;
			child.kill('SIGTERM');
			const timer = setTimeout(killNow, graceMs);
			await exited;
			clearTimeout(timer);
		},
	};
}

/**
 * Reads the end of a log.
 *
 * @param logFile the file; it need not exist
 * @param lines how many lines at most
 * @returns the last lines that are not empty, indented for showing below a message
 */
export function logTail(logFile: string, lines = 15): string {
	try {
		const all = readFileSync(logFile, 'utf8').split('\n');
		const filled = all.filter((line) => line.trim() !== '');
		return filled
			.slice(-lines)
			.map((line) => `    ${line}`)
			.join('\n');
	} catch {
		return '';
	}
}

/** A file rather than a pipe: it is complete even when this process ends first. */
function openLog(file: string): number {
	mkdirSync(dirname(file), { recursive: true });
	return openSync(file, 'w');
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
	try {
		// A negative pid means the group, which Windows does not have.
		if (process.platform === 'win32') child.kill(signal);
		else process.kill(-child.pid!, signal);
	} catch {
		// Nothing is left of the group.
	}
}
