import { createHash } from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { digestOfSources, isBuilt } from './build.mts';
import { logTail } from './child.mts';
import { Failure } from './failure.mts';
import { NpmError, runNpm } from './npm.mts';

/** The folder of the package that is shown and tested: the repository's. */
export const PACKAGE_FOLDER = dirname(import.meta.dirname);

/** What is packed without being built. README.md and the like don't change what n8n does. */
export const UNBUILT_FILES = ['package.json', 'index.js'];

/**
 * Packs a package as it would be published. Builds it before, where its `dist` does not match its sources.
 *
 * @param to where to put the tarball; the folder must exist
 * @param options.folder the package's folder; the repository's own package when not given
 * @param options.signal stops it
 * @returns the tarball's path
 * @throws {Failure} when the build or the packing fails, with the end of its log
 * @throws {Interrupted} when stopped by the signal
 */
export async function packPackage(
	to: string,
	options: { folder?: string; signal?: AbortSignal } = {},
): Promise<string> {
	const { folder = PACKAGE_FOLDER, signal } = options;
	const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
		name: string;
	};
	const npm = { cwd: folder, logFile: join(to, `${name}.log`), signal };
	if (!isBuilt(folder)) {
		await orExplain('built', npm.logFile, () => runNpm(['run', 'build'], npm));
	}
	await orExplain('packed', npm.logFile, () =>
		runNpm(['pack', '--ignore-scripts', `--pack-destination=${to}`], npm),
	);
	return onlyFileIn(to, name);
}

/**
 * Finds the packed file to use instead of one made from the sources: in the folder that the environment variable
 * `PACKED_FOLDER` names. A release is tested as the file that will be published.
 *
 * @param name the package's name, e.g. `n8n-nodes-dfns`
 * @returns the file's path; undefined when the variable is not set
 * @throws {Failure} when the folder does not hold exactly one file of that package
 */
export function packedFile(name: string): string | undefined {
	const { PACKED_FOLDER } = process.env;
	if (!PACKED_FOLDER) return undefined;
	return onlyFileIn(resolve(PACKED_FOLDER), name);
}

function onlyFileIn(folder: string, name: string): string {
	const rest = /^-\d.*\.tgz$/;
	const files = existsSync(folder) ? readdirSync(folder) : [];
	const found = files.filter((file) => file.startsWith(name) && rest.test(file.slice(name.length)));
	if (found.length !== 1) {
		throw new Failure(
			`A folder of packed files must hold one ${name}-<version>.tgz. ${folder} holds ${found.length}.`,
		);
	}
	return join(folder, found[0]);
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
 * Makes one n8n have the package as its sources are now, or as {@link packedFile} says. Does nothing when it has it
 * already.
 *
 * @param userFolder the n8n's user folder (`N8N_USER_FOLDER`); made when missing
 * @param options.signal stops it
 * @throws {Failure} when the package cannot be found, built, packed or installed
 * @throws {Interrupted} when stopped by the signal
 */
export async function providePackage(
	userFolder: string,
	options: { signal?: AbortSignal } = {},
): Promise<void> {
	const stampFile = join(nodesFolderOf(userFolder), '.veeva-vault-sources');
	const packed = packedFile('n8n-nodes-veeva-vault');
	const digest = packed === undefined ? digestOfPackage() : digestOf(packed);
	if (readIfThere(stampFile) === digest) return;
	const folder = mkdtempSync(join(tmpdir(), 'veeva-vault-package-'));
	try {
		const tarball = packed ?? (await packPackage(folder, options));
		await installPackage(tarball, userFolder, options);
		writeFileSync(stampFile, digest);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function nodesFolderOf(userFolder: string): string {
	return join(userFolder, '.n8n', 'nodes');
}

/** Sums up everything that the packed package depends on. */
function digestOfPackage(): string {
	const hash = createHash('sha256').update(digestOfSources(PACKAGE_FOLDER));
	for (const file of UNBUILT_FILES) hash.update(readFileSync(join(PACKAGE_FOLDER, file)));
	return hash.digest('hex');
}

function digestOf(file: string): string {
	return createHash('sha256').update(readFileSync(file)).digest('hex');
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
