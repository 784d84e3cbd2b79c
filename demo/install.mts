import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { Failure } from './failure.mts';
import { NpmError, npmErrors, runNpm } from './npm.mts';
import { type Report, withProgress } from './progress.mts';

/** The folder whose package.json names the n8n to run: this one. */
export const DEMO_FOLDER = import.meta.dirname;

const NODE_MODULES = join(DEMO_FOLDER, 'node_modules');
const LOCK_FILE = join(DEMO_FOLDER, 'package-lock.json');
/** Written after everything else, so an install that was cut short has none. */
const STAMP_FILE = join(NODE_MODULES, '.veeva-vault-demo.json');
/**
 * Where n8n keeps its data between starts, and where the log of the installation is. Not in the project's folder: n8n
 * puts scripts there, which are none of the project's and not for its checks.
 */
export const USER_FOLDER = join(homedir(), '.veeva-vault-demo');

const LOG_FILE = join(USER_FOLDER, 'install.log');

const NO_NETWORK =
	/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/;

/**
 * Installs n8n into this folder's `node_modules`, if that has not been done yet for this lock file. Later calls return
 * at once.
 *
 * @param options.signal stops the install; the next call starts it anew
 * @throws {Failure} when npm cannot install it, with the reason and npm's errors
 * @throws {Interrupted} when stopped by the signal
 */
export async function installN8n(options: { signal?: AbortSignal } = {}): Promise<void> {
	if (isInstalled()) return;
	const place = existsSync(NODE_MODULES)
		? 'demo/node_modules, replacing what is there'
		: 'demo/node_modules';
	console.log(
		`n8n is not completely installed yet. It goes to ${place}.\n` +
			'This is done once, and takes about 5 minutes and 3 GB of disk.',
	);
	rmSync(STAMP_FILE, { force: true });
	const npm = { cwd: DEMO_FOLDER, logFile: LOG_FILE, signal: options.signal };
	try {
		// n8n's optional native add-ons need compilers that many machines lack, and the demo does without them. All but
		// the database's, which is built on its own below.
		await withProgress('Downloading n8n', (report) =>
			watchingDownloads(report, () =>
				runNpm(
					[
						'ci',
						'--ignore-scripts',
						'--no-legacy-peer-deps',
						'--no-audit',
						'--no-fund',
						'--loglevel=http',
					],
					npm,
				),
			),
		);
		await withProgress('Preparing its database (SQLite; up to 2 minutes)', () =>
			runNpm(['rebuild', 'sqlite3'], npm),
		);
	} catch (error) {
		if (error instanceof NpmError) throw explained(error);
		throw error;
	}
	writeFileSync(STAMP_FILE, `${JSON.stringify(stamp())}\n`);
}

/** Tells whether n8n has been installed completely, for this lock file and this kind of machine. */
export function isInstalled(): boolean {
	try {
		return readFileSync(STAMP_FILE, 'utf8').trim() === JSON.stringify(stamp());
	} catch {
		return false;
	}
}

function stamp() {
	const lock = createHash('sha256').update(readFileSync(LOCK_FILE)).digest('hex');
	return { lock, platform: process.platform, arch: process.arch };
}

/** npm itself is silent while it downloads; its log has a line for each answer of the registry. */
async function watchingDownloads(report: Report, work: () => Promise<void>): Promise<void> {
	const timer = setInterval(() => {
		const log = existsSync(LOG_FILE) ? readFileSync(LOG_FILE, 'utf8') : '';
		const downloads = log.match(/^npm http fetch /gm) ?? [];
		report(`${downloads.length} downloads`);
	}, 1000);
	try {
		await work();
	} finally {
		clearInterval(timer);
	}
}

function explained(error: NpmError): Failure {
	const log = readFileSync(LOG_FILE, 'utf8');
	const network = NO_NETWORK.exec(log);
	if (network !== null) {
		return new Failure(
			`n8n could not be installed: the npm registry cannot be reached (${network[1]}).\n` +
				'Check the network connection and run npm start again; only the first start needs it.',
		);
	}
	if (/\bENOSPC\b/.test(log)) {
		return new Failure(
			'n8n could not be installed: the disk is full. It needs about 3 GB. Run npm start again once there is room.',
		);
	}
	return new Failure(
		`n8n could not be installed: ${error.message}. See ${LOG_FILE}.\n` + npmErrors(LOG_FILE),
	);
}
