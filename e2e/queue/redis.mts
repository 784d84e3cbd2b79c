import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { Redis } from 'ioredis';

import { Failure, messageOf } from '../../harness/failure.mts';
import { freePorts } from '../../harness/ports.mts';
import { withProgress } from '../../harness/progress.mts';
import { aptInstall, mayInstall } from '../apt.mts';
import { makeDataFolder } from '../folder.mts';
import { findProgram } from '../programs.mts';
import { Missing, setting, startServer } from './server.mts';

/** A job that a worker of n8n has taken from the queue and not finished. */
export interface ActiveJob {
	id: string;
	executionId: string;
}

/** A queue for one n8n. */
export interface Queue {
	/** The settings with which n8n uses it. */
	env: Record<string, string>;
	/** The jobs that some worker has taken. A worker that has died keeps its jobs until n8n notices. */
	activeJobs(): Promise<ActiveJob[]>;
	/** All that has been sent to Redis since the queue was provided. */
	readonly traffic: string[];
	/** Removes what n8n has left, and ends the server if it was started here. */
	close(): Promise<void>;
}

const PROGRAM = 'redis-server';

/**
 * Provides a queue: on the server that REDIS_URL names, else on one that is started from the installed program, which is
 * installed first where that may be done.
 *
 * @returns the empty queue
 * @throws {Missing} when there is no Redis here, and it may not be installed
 * @throws {Failure} when the server cannot be started or reached
 */
export async function provideRedis(): Promise<Queue> {
	const url = setting('REDIS_URL');
	if (url !== undefined) return await makeQueue(url, 'REDIS_URL');
	const program = await provideRedisProgram();
	return await withProgress('Starting Redis', async () => {
		const server = await start(program);
		try {
			return await makeQueue(server.url, 'Redis', server.close);
		} catch (error) {
			await server.close();
			throw error;
		}
	});
}

/**
 * Installs Redis where there is none and it may be done.
 *
 * @returns the program
 * @throws {Missing} when there is none, and it may not be installed
 */
export async function provideRedisProgram(): Promise<string> {
	const found = findProgram(PROGRAM);
	if (found !== undefined) return found;
	if (!mayInstall()) {
		throw new Missing(
			'There is no Redis here. Install it (on Debian: apt-get install redis-server), or name a server: ' +
				'REDIS_URL=redis://user:password@host:6379/0',
		);
	}
	await aptInstall('Redis', ['redis-server'], 'set REDIS_URL');
	const installed = findProgram(PROGRAM);
	if (installed !== undefined) return installed;
	throw new Missing('The package redis-server has no program where it is expected.');
}

/** Starts a server that keeps everything in memory, reachable from this machine only. */
async function start(command: string): Promise<{ url: string; close: () => Promise<void> }> {
	const folder = makeDataFolder('redis');
	try {
		const [port] = await freePorts(1);
		const url = `redis://127.0.0.1:${port}/0`;
		const child = await startServer(
			'Redis',
			{
				command,
				args: ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder.path],
				cwd: folder.path,
				env: { PATH: process.env.PATH },
				logFile: join(folder.path, 'redis.log'),
			},
			async () => (await connect(url)).disconnect(),
		);
		return {
			url,
			async close() {
				await child.stop();
				folder.remove();
			},
		};
	} catch (error) {
		folder.remove();
		throw error;
	}
}

/**
 * @param url the server, and the number of its database
 * @param named how the person at the terminal knows the server
 * @param stop ends the server
 */
async function makeQueue(
	url: string,
	named: string,
	stop: () => Promise<void> = async () => {},
): Promise<Queue> {
	const prefix = `veeva-vault-e2e-${randomBytes(6).toString('hex')}`;
	const redis = await connect(url).catch((error: unknown) => {
		throw new Failure(`${named} cannot be reached: ${messageOf(error)}`);
	});
	const monitor = await redis.monitor();
	const traffic: string[] = [];
	monitor.on('monitor', (_time: string, args: string[]) => {
		const text = args.join(' ');
		if (text.includes(prefix)) traffic.push(text);
	});
	const { host = '', port = 6379, db = 0, username, password } = redis.options;
	const key = (...names: string[]) => [`{${prefix}}`, 'jobs', ...names].join(':');
	return {
		env: {
			QUEUE_BULL_REDIS_HOST: host,
			QUEUE_BULL_REDIS_PORT: String(port),
			QUEUE_BULL_REDIS_DB: String(db),
			QUEUE_BULL_REDIS_USERNAME: username ?? '',
			QUEUE_BULL_REDIS_PASSWORD: password ?? '',
			QUEUE_BULL_REDIS_TLS: String(url.startsWith('rediss:')),
			QUEUE_BULL_PREFIX: `{${prefix}}`,
			N8N_REDIS_KEY_PREFIX: prefix,
		},
		traffic,
		async activeJobs() {
			const ids = await redis.lrange(key('active'), 0, -1);
			const jobs = await Promise.all(ids.map(async (id) => await redis.hget(key(id), 'data')));
			return jobs.flatMap((data, index) => {
				// It has ended between the two questions.
				if (data === null) return [];
				const { executionId } = JSON.parse(data) as { executionId: string };
				return [{ id: ids[index], executionId }];
			});
		},
		async close() {
			monitor.disconnect();
			for await (const keys of redis.scanStream({ match: `*${prefix}*` })) {
				if ((keys as string[]).length > 0) await redis.del(keys as string[]);
			}
			redis.disconnect();
			await stop();
		},
	};
}

/** @throws the reason why the server cannot be reached */
async function connect(url: string): Promise<Redis> {
	const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
	let reason: Error | undefined;
	redis.on('error', (error: Error) => (reason ??= error));
	await redis.connect().catch((error: unknown) => {
		throw reason ?? error;
	});
	return redis;
}
