import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { digestOfSources } from './build.mts';
import { logTail } from './child.mts';
import { Failure } from './failure.mts';
import { NpmError, runNpm } from './npm.mts';

/** The folder of the package that is shown and tested: the repository's. */
export const PACKAGE_FOLDER = dirname(import.meta.dirname);

/** What is packed without being built. README.md and the like don't change what n8n does. */
export const UNBUILT_FILES = ['package.json', 'index.js'];

/**
 * Builds the package and packs it as it would be published.
 *
 * @param folder where to put the tarball; it must exist
 * @param options.signal stops it
 * @returns the tarball's path
 * @throws {Failure} when the build or the packing fails, with the end of its log
 * @throws {Interrupted} when stopped by the signal
 */
export async function packPackage(
	folder: string,
	options: { signal?: AbortSignal } = {},
): Promise<string> {
	const npm = { cwd: PACKAGE_FOLDER, logFile: join(folder, 'npm.log'), signal: options.signal };
	await orExplain('built', npm.logFile, () => runNpm(['run', 'build'], npm));
	await orExplain('packed', npm.logFile, () =>
		runNpm(['pack', '--ignore-scripts', `--pack-destination=${folder}`], npm),
	);
	const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
	if (tarball === undefined) throw new Error(`npm pack left no tarball in ${folder}`);
	return join(folder, tarball);
}

/**
 * Installs a packed package for one n8n, the way n8n itself installs a community package.
 *
 * @param tarball what {@link packPackage} returned
 * @param userFolder the n8n's user folder (`N8N_USER_FOLDER`); made when missing
 * @param options.signal stops it
 * @throws {Failure} when npm cannot install it, with the end of its log
 * @throws {Interrupted} when stopped by the signal
 */
export async function installPackage(
	tarball: string,
	userFolder: string,
	options: { signal?: AbortSignal } = {},
): Promise<void> {
	// Always empty: npm takes a tarball of the same name and version for the one that it has.
	const nodesFolder = emptyNodesFolder(userFolder);
	writeFileSync(
		join(nodesFolder, 'package.json'),
		`${JSON.stringify({ name: 'installed-nodes', private: true })}\n`,
	);
	const logFile = join(userFolder, 'npm.log');
	// Without the peer dependency on n8n-workflow, which n8n brings, there is nothing to download.
	const args = [
		'install',
		tarball,
		'--legacy-peer-deps',
		'--ignore-scripts',
		'--no-audit',
		'--no-fund',
	];
	await orExplain('installed', logFile, () =>
		runNpm(args, { cwd: nodesFolder, logFile, signal: options.signal }),
	);
}

/**
 * Removes the packages that are installed for one n8n, and what {@link providePackage} knows of them.
 *
 * @param userFolder the n8n's user folder (`N8N_USER_FOLDER`); made when missing
 * @returns the folder into whose `node_modules` packages are installed
 */
export function emptyNodesFolder(userFolder: string): string {
	const nodesFolder = nodesFolderOf(userFolder);
	rmSync(nodesFolder, { recursive: true, force: true });
	mkdirSync(nodesFolder, { recursive: true });
	return nodesFolder;
}

/**
 * Makes one n8n have the package as its sources are now. Does nothing when it has it already.
 *
 * @param userFolder the n8n's user folder (`N8N_USER_FOLDER`); made when missing
 * @param options.signal stops it
 * @throws {Failure} when the package cannot be built, packed or installed
 * @throws {Interrupted} when stopped by the signal
 */
export async function providePackage(
	userFolder: string,
	options: { signal?: AbortSignal } = {},
): Promise<void> {
	const stampFile = join(nodesFolderOf(userFolder), '.veeva-vault-sources');
	const digest = digestOfPackage();
	if (readIfThere(stampFile) === digest) return;
	const folder = mkdtempSync(join(tmpdir(), 'veeva-vault-package-'));
	try {
		await installPackage(await packPackage(folder, options), userFolder, options);
		writeFileSync(stampFile, digest);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function nodesFolderOf(userFolder: string): string {
	return join(userFolder, '.n8n', 'nodes');
}

function digestOfPackage(): string {
	const hash = createHash('sha256').update(digestOfSources(PACKAGE_FOLDER));
	for (const file of UNBUILT_FILES) hash.update(readFileSync(join(PACKAGE_FOLDER, file)));
	return hash.digest('hex');
}

function readIfThere(file: string): string | undefined {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return undefined;
	}
}

async function orExplain(done: string, logFile: string, work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		if (!(error instanceof NpmError)) throw error;
		throw new Failure(`The package could not be ${done}: ${error.message}.\n${logTail(logFile)}`);
	}
}
