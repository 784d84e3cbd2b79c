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

import { logTail } from './child.mts';
import { Failure } from './failure.mts';
import { NpmError, runNpm } from './npm.mts';

/** The folder of the package that is shown and tested: the repository's. */
export const PACKAGE_FOLDER = dirname(import.meta.dirname);

/** Everything that what is packed depends on. */
const SOURCES = [
	'credentials',
	'nodes',
	'packages/shared',
	'index.js',
	'package.json',
	'tsconfig.json',
	'gulpfile.js',
];

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
	const folder = resolve(PACKED_FOLDER);
	const rest = /^-\d.*\.tgz$/;
	const files = existsSync(folder) ? readdirSync(folder) : [];
	const found = files.filter((file) => file.startsWith(name) && rest.test(file.slice(name.length)));
	if (found.length !== 1) {
		throw new Failure(
			`PACKED_FOLDER must hold one ${name}-<version>.tgz. ${folder} holds ${found.length}.`,
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
	const nodesFolder = join(userFolder, '.n8n', 'nodes');
	// Always afresh: npm takes a tarball of the same name and version for the one that it has.
	rmSync(nodesFolder, { recursive: true, force: true });
	mkdirSync(nodesFolder, { recursive: true });
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
	const stampFile = join(userFolder, '.n8n', 'nodes', '.veeva-vault-sources');
	const packed = packedFile('n8n-nodes-veeva-vault');
	const digest = packed === undefined ? digestOfSources() : digestOf(packed);
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

function digestOfSources(): string {
	const hash = createHash('sha256');
	for (const source of SOURCES) {
		for (const file of filesOf(source).sort()) {
			hash
				.update(`${file}\0`)
				.update(readFileSync(join(PACKAGE_FOLDER, file)))
				.update('\0');
		}
	}
	return hash.digest('hex');
}

function digestOf(file: string): string {
	return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** The files of a folder, or the file itself, as paths from the package's folder. */
function filesOf(source: string): string[] {
	const path = join(PACKAGE_FOLDER, source);
	try {
		return readdirSync(path, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry) => join(entry.parentPath, entry.name).slice(PACKAGE_FOLDER.length + 1));
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return [source];
		throw error;
	}
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
