import { providePostgres, providePostgresPrograms, type Postgres } from './postgres.mts';
import { provideRedis, provideRedisProgram, type Queue } from './redis.mts';
import { Missing, setting } from './server.mts';

/** What n8n's queue mode needs besides n8n. */
export interface Services {
	postgres: Postgres;
	queue: Queue;
	close(): Promise<void>;
}

/**
 * Provides PostgreSQL and Redis.
 *
 * @returns the running services; a notice of what is missing when they cannot be provided here
 * @throws {Failure} when something went wrong; and when something is missing on a machine that is to test everything
 *   (environment variable CI)
 */
export async function provideServices(): Promise<Services | string> {
	try {
		const postgres = await providePostgres();
		try {
			const queue = await provideRedis();
			return {
				postgres,
				queue,
				async close() {
					await queue.close();
					await postgres.close();
				},
			};
		} catch (error) {
			await postgres.close();
			throw error;
		}
	} catch (error) {
		if (!(error instanceof Missing) || setting('CI') !== undefined) throw error;
		console.log(`The scenarios of n8n's queue mode are skipped. ${error.message}`);
		return error.message;
	}
}

/**
 * Installs the programs that {@link provideServices} starts, where there are none and it may be done. What cannot be
 * installed is left to it.
 *
 * @throws {Failure} when an installation fails
 */
export async function installServices(): Promise<void> {
	try {
		if (setting('POSTGRES_URL') === undefined) await providePostgresPrograms();
		if (setting('REDIS_URL') === undefined) await provideRedisProgram();
	} catch (error) {
		if (!(error instanceof Missing)) throw error;
	}
}
