import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Child, type ChildOptions, logTail, startChild } from '../../demo/child.mts';
import { Failure, messageOf } from '../../demo/failure.mts';

/** A server that the scenario needs is not here, and could not be provided. The message says what to do. */
export class Missing extends Failure {
	override name = 'Missing';
}

/** A user of this machine. */
export interface User {
	uid: number;
	gid: number;
}

/** A folder for a server's data, gone with it. */
export interface DataFolder {
	path: string;
	remove(): void;
}

/**
 * Makes a folder for a server's data.
 *
 * @param name what it is for, as part of the folder's name
 * @param owner who must be able to write there, if not this process's user
 * @returns the folder; it is removed when this process ends, if not before
 */
export function makeDataFolder(name: string, owner?: User): DataFolder {
	const path = mkdtempSync(join(tmpdir(), `veeva-vault-${name}-`));
	if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
	const remove = () => {
		process.off('exit', remove);
		removeFolder(path);
	};
	process.on('exit', remove);
	return { path, remove };
}

/** Removes a folder in which somebody who is just ending may still write. */
export function removeFolder(path: string): void {
	rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/**
 * Starts a server, and waits until it answers.
 *
 * @param name what the person at the terminal calls it
 * @param options how to run it
 * @param ask a call that succeeds as soon as the server is ready
 * @param stopSignal what makes it end in order
 * @returns the running server
 * @throws {Failure} when it ends before it is ready, or is not ready after two minutes, with the end of its log; it does
 *   not run any more then
 */
export async function startServer(
	name: string,
	options: ChildOptions,
	ask: () => Promise<unknown>,
	stopSignal: NodeJS.Signals = 'SIGTERM',
): Promise<Child> {
	const child = await startChild(options);
	let ended = false;
	void child.exited.then(() => (ended = true));
	const stop = async () => {
		if (!ended) process.kill(child.pid, stopSignal);
		await Promise.race([child.exited, sleep(30_000, undefined, { ref: false })]);
		await child.stop();
	};
	const deadline = Date.now() + 120_000;
	for (;;) {
		try {
			await ask();
			return { ...child, stop };
		} catch (error) {
			if (!ended && Date.now() < deadline) {
				await sleep(100);
				continue;
			}
			await stop();
			throw new Failure(
				`${name} did not start (${messageOf(error)}). The end of its log:\n${logTail(options.logFile)}`,
			);
		}
	}
}

/**
 * @param name a user of this machine
 * @returns `undefined` when there is no such user
 */
export function findUser(name: string): User | undefined {
	const [, , uid, gid] =
		readFileSync('/etc/passwd', 'utf8')
			.split('\n')
			.map((line) => line.split(':'))
			.find(([user]) => user === name) ?? [];
	return uid === undefined || gid === undefined ? undefined : { uid: +uid, gid: +gid };
}

/** The value of an environment variable; `undefined` when it is empty, too. */
export function setting(name: string): string | undefined {
	const value = process.env[name];
	return value === '' ? undefined : value;
}
