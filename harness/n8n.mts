import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Child, logTail, startChild } from './child.mts';
import { Failure, Interrupted } from './failure.mts';
import { NEWEST_FOLDER } from './install.mts';
import { freePorts } from './ports.mts';

/** How to run an n8n. */
export interface N8nOptions {
	/** `N8N_USER_FOLDER`: database, encryption key and installed packages. n8n makes what is missing. */
	userFolder: string;
	/** The port of the editor and the REST interface, or of a worker's health check, on 127.0.0.1. */
	port: number;
	/** The folder into whose `node_modules` n8n has been installed; the newest when not given. */
	folder?: string;
	/** `start` (default) for a whole n8n, `worker` for one that only executes, in queue mode. */
	command?: 'start' | 'worker';
	/** More arguments for n8n, e.g. `['--concurrency=5']`. */
	args?: string[];
	/** Environment variables that add to or replace those set here, e.g. `DB_TYPE`. */
	env?: Record<string, string>;
	/** Gets n8n's output; `n8n.log` in the user folder when not given. */
	logFile?: string;
	/** How long n8n may take to get ready, in milliseconds; 120,000 when not given. */
	readyWithinMs?: number;
	/** Stops n8n while it is getting ready, and makes {@link startN8n} throw. */
	signal?: AbortSignal;
}

/** A running n8n. */
export interface N8n extends Child {
	/** The address of the REST interface, e.g. `http://127.0.0.1:5678`. */
	readonly url: string;
	/** The address to open in a browser, e.g. `http://localhost:5678`. */
	readonly editorUrl: string;
	/** Where its output goes. */
	readonly logFile: string;
	/** The last lines of its output, for an error message. */
	logTail(): string;
}

/** What a program needs from the environment; n8n's own settings there would change the n8n that is started. */
const INHERITED =
	/^(PATH|HOME|USER|SHELL|TMPDIR|TEMP|TMP|TZ|LANG|LC_\w+|SystemRoot|SystemDrive|ComSpec|PATHEXT|APPDATA|LOCALAPPDATA|USERPROFILE)$/i;

/**
 * Starts a real n8n, reachable from this machine only, and waits until it is ready. It asks nothing of the network.
 * n8n makes an encryption key for a new user folder and keeps it there.
 *
 * @param options which n8n, where, and how long to wait
 * @returns the running n8n, ready for REST calls; stop it with `stop()`
 * @throws {Failure} when n8n ends before it is ready, or is not ready in time, with the end of its log; it does not run
 *   any more then
 * @throws {Interrupted} when stopped by the signal; it does not run any more then
 */
export async function startN8n(options: N8nOptions): Promise<N8n> {
	const {
		userFolder,
		port,
		folder = NEWEST_FOLDER,
		command = 'start',
		readyWithinMs = 120_000,
		signal,
	} = options;
	if (signal?.aborted) throw new Interrupted();
	const logFile = options.logFile ?? join(userFolder, 'n8n.log');
	const [brokerPort] = await freePorts(1);
	const child = await startChild({
		command: nodeOf(folder),
		args: [programOf(folder), command, ...(options.args ?? [])],
		cwd: userFolder,
		env: {
			...inheritedEnvironment(),
			N8N_USER_FOLDER: userFolder,
			N8N_PORT: String(port),
			N8N_LISTEN_ADDRESS: '127.0.0.1',
			N8N_RUNNERS_BROKER_PORT: String(brokerPort),
			// Safari refuses secure cookies from http://localhost.
			N8N_SECURE_COOKIE: 'false',
			N8N_DIAGNOSTICS_ENABLED: 'false',
			N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
			N8N_DYNAMIC_BANNERS_ENABLED: 'false',
			N8N_TEMPLATES_ENABLED: 'false',
			N8N_VERIFIED_PACKAGES_ENABLED: 'false',
			N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
			N8N_PERSONALIZATION_ENABLED: 'false',
			N8N_HIRING_BANNER_ENABLED: 'false',
			...(command === 'worker' ? workerEnvironment(port) : {}),
			...options.env,
		},
		logFile,
	});
	const n8n: N8n = {
		...child,
		url: `http://127.0.0.1:${port}`,
		editorUrl: `http://localhost:${port}`,
		logFile,
		logTail: () => logTail(logFile),
	};
	try {
		await untilReady(n8n, command, readyWithinMs, signal);
	} catch (error) {
		await n8n.stop();
		throw error;
	}
	return n8n;
}

/** @returns n8n's own command, to be run by Node, of the n8n that is installed in a folder */
export function programOf(folder: string): string {
	return join(folder, 'node_modules', 'n8n', 'bin', 'n8n');
}

/** @returns the Node.js that is installed beside an n8n, for one that does not run on this one */
function nodeOf(folder: string): string {
	const own = join(folder, 'node_modules', 'node', 'bin', 'node');
	return existsSync(own) ? own : process.execPath;
}

function inheritedEnvironment(): NodeJS.ProcessEnv {
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => INHERITED.test(name)));
}

/** Makes a worker tell on its port whether it is ready, which it does not do unless asked. */
function workerEnvironment(port: number): Record<string, string> {
	return {
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(port),
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
	};
}

async function untilReady(
	n8n: N8n,
	command: 'start' | 'worker',
	withinMs: number,
	signal?: AbortSignal,
): Promise<void> {
	// A worker has no REST interface.
	const paths = ['/healthz/readiness', ...(command === 'start' ? ['/rest/settings'] : [])];
	const deadline = Date.now() + withinMs;
	let exit: string | undefined;
	void n8n.exited.then(({ code, signal: name }) => (exit = name ?? `code ${code}`));
	while (!(await answers(n8n.url, paths))) {
		if (signal?.aborted) throw new Interrupted();
		if (exit !== undefined) {
			throw new Failure(
				`n8n ended while it was starting (${exit}). The end of its log:\n${n8n.logTail()}`,
			);
		}
		if (Date.now() > deadline) {
			throw new Failure(
				`n8n was not ready after ${withinMs / 1000} seconds. The end of its log:\n${n8n.logTail()}`,
			);
		}
		await sleep(200);
	}
}

/** Ready means database and routes: n8n answers its health check before it has registered the REST routes. */
async function answers(url: string, paths: string[]): Promise<boolean> {
	for (const path of paths) {
		try {
			const response = await fetch(url + path, { signal: AbortSignal.timeout(5000) });
			await response.arrayBuffer();
			if (!response.ok) return false;
		} catch {
			return false;
		}
	}
	return true;
}
