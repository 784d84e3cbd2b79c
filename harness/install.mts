import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';

import { Failure } from './failure.mts';
import { NpmError, npmErrors, runNpm } from './npm.mts';
import { type Report, withProgress } from './progress.mts';

/** The folder whose package.json names the newest n8n that the package is tested with; `npm start` runs it too. */
export const NEWEST_FOLDER = join(import.meta.dirname, 'newest');

/** The folder whose package.json names the oldest n8n that the package supports. */
export const OLDEST_FOLDER = join(import.meta.dirname, 'oldest');

const PROJECT_FOLDER = dirname(import.meta.dirname);

/**
 * Where n8n keeps its data between starts, and where the log of the installation is. Not in the project's folder: n8n
 * puts scripts there, which are none of the project's and not for its checks.
 */
export const USER_FOLDER = join(homedir(), '.veeva-vault-demo');

const NO_NETWORK =
	/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/;

/**
 * Installs an n8n into a folder's `node_modules`, if that has not been done yet for its package.json and lock file.
 * Later calls return at once.
 *
 * @param options.folder the folder whose package.json names the n8n; without a lock file npm chooses what fits. The
 *   newest when not given
 * @param options.signal stops the install; the next call starts it again
 * @throws {Failure} when npm cannot install it, with the reason and npm's errors
 * @throws {Interrupted} when stopped by the signal
 */
export async function installN8n(
	options: { folder?: string; signal?: AbortSignal } = {},
): Promise<void> {
	const { folder = NEWEST_FOLDER, signal } = options;
	if (isInstalled(folder)) return;
	const modules = nodeModulesOf(folder);
	const place = relative(PROJECT_FOLDER, modules);
	console.log(
		`n8n is not completely installed yet. It goes to ${place.startsWith('..') ? modules : place}` +
			(existsSync(modules) ? ', replacing what is there.\n' : '.\n') +
			'This is done once, and takes about 5 minutes and 3 GB of disk.',
	);
	rmSync(stampFileOf(folder), { force: true });
	mkdirSync(USER_FOLDER, { recursive: true });
	const npm = { cwd: folder, logFile: logFileOf(folder), signal };
	const locked = existsSync(lockFileOf(folder));
	try {
		// n8n's optional native add-ons need compilers that many machines lack, and nothing here needs them. All but
		// the database's, which is built on its own below.
		await withProgress('Downloading n8n', (report) =>
			watchingDownloads(npm.logFile, report, () =>
				runNpm(
					[
						locked ? 'ci' : 'install',
						'--ignore-scripts',
						'--no-legacy-peer-deps',
						'--no-audit',
						'--no-fund',
						'--loglevel=http',
						...(locked ? [] : ['--no-package-lock']),
					],
					npm,
				),
			),
		);
		await withProgress('Preparing its database (SQLite; up to 2 minutes)', () =>
			// A Node.js of its own, where the folder names one, needs its install script too.
			runNpm(['rebuild', 'node', 'sqlite3'], npm),
		);
	} catch (error) {
		if (error instanceof NpmError) throw explained(error, npm.logFile);
		throw error;
	}
	writeFileSync(stampFileOf(folder), stamp(folder));
}

/** Tells whether an n8n has been installed completely, for this lock file and this kind of machine. */
function isInstalled(folder: string): boolean {
	try {
		return readFileSync(stampFileOf(folder), 'utf8') === stamp(folder);
	} catch {
		return false;
	}
}

function stamp(folder: string): string {
	const hash = createHash('sha256').update(readFileSync(join(folder, 'package.json')));
	if (existsSync(lockFileOf(folder))) hash.update(readFileSync(lockFileOf(folder)));
	const { platform, arch } = process;
	return `${JSON.stringify({ files: hash.digest('hex'), platform, arch })}\n`;
}

/** Written after everything else, so an install that was cut short has none. */
function stampFileOf(folder: string): string {
	return join(nodeModulesOf(folder), '.veeva-vault-demo.json');
}

function nodeModulesOf(folder: string): string {
	return join(folder, 'node_modules');
}

function lockFileOf(folder: string): string {
	return join(folder, 'package-lock.json');
}

function logFileOf(folder: string): string {
	return join(USER_FOLDER, `install-${basename(folder)}.log`);
}

/** npm itself is silent while it downloads; its log has a line for each answer of the registry. */
async function watchingDownloads(
	logFile: string,
	report: Report,
	work: () => Promise<void>,
): Promise<void> {
	const timer = setInterval(() => {
		const log = existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
		const downloads = log.match(/^npm http fetch /gm) ?? [];
		report(`${downloads.length} downloads`);
	}, 1000);
	try {
		await work();
	} finally {
		clearInterval(timer);
	}
}

function explained(error: NpmError, logFile: string): Failure {
	const log = readFileSync(logFile, 'utf8');
	const network = NO_NETWORK.exec(log);
	if (network !== null) {
		return new Failure(
			`n8n could not be installed: the npm registry cannot be reached (${network[1]}).\n` +
				'Check the network connection and try again; only the first start needs it.',
		);
	}
	if (/\bENOSPC\b/.test(log)) {
		return new Failure(
			'n8n could not be installed: the disk is full. It needs about 3 GB. Try again once there is room.',
		);
	}
	return new Failure(
		`n8n could not be installed: ${error.message}. See ${logFile}.\n` + npmErrors(logFile),
	);
}
