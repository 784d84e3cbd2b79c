import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Child, type ChildOptions, logTail, startChild } from '../../harness/child.mts';
import { Failure, messageOf } from '../../harness/failure.mts';
import type { User } from '../folder.mts';

/** A server that the scenario needs is not here, and could not be provided. The message says what to do. */
export class Missing extends Failure {
	override name = 'Missing';
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
