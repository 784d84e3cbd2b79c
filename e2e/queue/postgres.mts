import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import postgres from 'postgres';

import { type Child, logTail, startChild } from '../../harness/child.mts';
import { Failure, messageOf } from '../../harness/failure.mts';
import { freePorts } from '../../harness/ports.mts';
import { withProgress } from '../../harness/progress.mts';
import { aptInstall, mayInstall } from '../apt.mts';
import { makeDataFolder, type DataFolder, type User } from '../folder.mts';
import { isProgram, isRoot } from '../programs.mts';
import { findUser, Missing, setting, startServer } from './server.mts';

/** An empty PostgreSQL database, for one n8n. */
export interface Postgres {
	/** Asks the database. */
	sql: postgres.Sql;
	/** The settings with which n8n uses it. */
	env: Record<string, string>;
	/** Removes the database, and ends the server if it was started here. */
	close(): Promise<void>;
}

/** Folders that hold a folder for each version, with the programs in its `bin`. Debian keeps them off the PATH. */
const VERSIONS = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'];

/** One that n8n's own settings know, so that no other is needed. */
const OWNER = 'n8n';

/**
 * Provides a database: on the server that POSTGRES_URL names (its user must be allowed to create databases), else on one
 * that is started from installed programs, which are installed first where that may be done.
 *
 * @returns the empty database
 * @throws {Missing} when there is no PostgreSQL here, and it may not be installed
 * @throws {Failure} when the server cannot be started or reached
 */
export async function providePostgres(): Promise<Postgres> {
	const url = setting('POSTGRES_URL');
	if (url !== undefined) return await createDatabase(url, 'POSTGRES_URL');
	const programs = await providePostgresPrograms();
	return await withProgress('Starting PostgreSQL', async () => {
		const server = await start(programs);
		try {
			return await createDatabase(server.url, 'PostgreSQL', server.close);
		} catch (error) {
			await server.close();
			throw error;
		}
	});
}

/**
 * Installs PostgreSQL's programs where there are none and it may be done.
 *
 * @returns the folder of the programs
 * @throws {Missing} when there are none, and they may not be installed
 */
export async function providePostgresPrograms(): Promise<string> {
	const found = findPrograms();
	if (found !== undefined) return found;
	if (!mayInstall()) {
		throw new Missing(
			'There is no PostgreSQL here. Install it (on Debian: apt-get install postgresql), or name a server: ' +
				'POSTGRES_URL=postgres://user:password@host:5432/postgres',
		);
	}
	await aptInstall('PostgreSQL', ['postgresql'], 'set POSTGRES_URL');
	const installed = findPrograms();
	if (installed !== undefined) return installed;
	throw new Missing('The package postgresql has no programs where they are expected.');
}

function findPrograms(): string | undefined {
	const versions = VERSIONS.filter((folder) => existsSync(folder)).flatMap((folder) =>
		readdirSync(folder)
			.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
			.map((version) => join(folder, version, 'bin')),
	);
	return [...(process.env.PATH ?? '').split(delimiter), ...versions].find((folder) =>
		['initdb', 'postgres'].every((program) => isProgram(join(folder, program))),
	);
}

/** Starts a server with data of its own, reachable from this machine only. */
async function start(programs: string): Promise<{ url: string; close: () => Promise<void> }> {
	const user = unprivileged();
	const folder = makeDataFolder('postgres', user);
	try {
		const child = await startIn(folder, programs, user);
		return {
			url: child.url,
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

async function startIn(
	{ path }: DataFolder,
	programs: string,
	user: User | undefined,
): Promise<Child & { url: string }> {
	const data = join(path, 'data');
	const common = { cwd: path, user, env: { PATH: process.env.PATH, LC_ALL: 'C' } };
	const initdb = await startChild({
		...common,
		command: join(programs, 'initdb'),
		args: [
			`--pgdata=${data}`,
			`--username=${OWNER}`,
			'--auth=trust',
			'--encoding=UTF8',
			'--no-sync',
		],
		logFile: join(path, 'initdb.log'),
	});
	if ((await initdb.exited).code !== 0) {
		throw new Failure(`initdb failed:\n${logTail(join(path, 'initdb.log'))}`);
	}
	const [port] = await freePorts(1);
	const url = `postgres://${OWNER}@127.0.0.1:${port}/postgres`;
	const settings = {
		listen_addresses: '127.0.0.1',
		port,
		unix_socket_directories: path,
		max_connections: 200,
		// What is lost in a crash is of no interest here.
		fsync: 'off',
		full_page_writes: 'off',
		synchronous_commit: 'off',
	};
	const child = await startServer(
		'PostgreSQL',
		{
			...common,
			command: join(programs, 'postgres'),
			args: ['-D', data, ...Object.entries(settings).flatMap((pair) => ['-c', pair.join('=')])],
			logFile: join(path, 'postgres.log'),
		},
		() => withClient(url, (sql) => sql`SELECT 1`),
		// "Fast": it does not wait for its clients to leave.
		'SIGINT',
	);
	return { ...child, url };
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): User | undefined {
	if (!isRoot()) return undefined;
	const user = findUser('postgres') ?? findUser('nobody');
	if (user !== undefined) return user;
	throw new Missing(
		'PostgreSQL does not run as root, and there is no user postgres or nobody here.',
	);
}

/**
 * @param url a server, and a user who may create databases
 * @param named how the person at the terminal knows the server
 * @param stop ends the server
 */
async function createDatabase(
	url: string,
	named: string,
	stop: () => Promise<void> = async () => {},
): Promise<Postgres> {
	const name = `veeva_vault_e2e_${randomBytes(6).toString('hex')}`;
	await withClient(url, (sql) => sql`CREATE DATABASE ${sql(name)}`).catch((error: unknown) => {
		throw new Failure(`No database could be created at ${named}: ${messageOf(error)}`);
	});
	const sql = postgres(url, { database: name, max: 2, onnotice: () => {} });
	const { host, port, user, pass } = sql.options;
	return {
		sql,
		env: {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: host[0],
			DB_POSTGRESDB_PORT: String(port[0]),
			DB_POSTGRESDB_DATABASE: name,
			DB_POSTGRESDB_USER: user,
			DB_POSTGRESDB_PASSWORD: String(pass ?? ''),
		},
		async close() {
			await sql.end();
			await withClient(
				url,
				(client) => client`DROP DATABASE IF EXISTS ${client(name)} WITH (FORCE)`,
			);
			await stop();
		},
	};
}

async function withClient<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
	const sql = postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {} });
	try {
		return await work(sql);
	} finally {
		await sql.end({ timeout: 5 });
	}
}
