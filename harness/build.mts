import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

import { Failure } from './failure.mts';

/** Written by the last step of a build. The published package leaves it out. */
const STAMP = 'dist/.sources';

interface TsConfig {
	extends?: string;
	include?: string[];
}

/**
 * Notes which sources a package was built from. `npm run build` ends with it.
 *
 * @param folder the package's folder, with its `dist`
 */
export function markBuilt(folder: string): void {
	writeFileSync(join(folder, STAMP), `${digestOfSources(folder)}\n`);
}

/**
 * Says whether a package's `dist` was built from its sources as they are now. It compares contents: git changes the
 * times of files.
 *
 * @param folder the package's folder
 */
export function isBuilt(folder: string): boolean {
	const stamp = join(folder, STAMP);
	return existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === digestOfSources(folder);
}

/**
 * Makes sure that what is tested is what the sources say.
 *
 * @param folder the package's folder
 * @throws {Failure} when its `dist` is missing or was built from other sources, with the command that builds it
 */
export function assertBuilt(folder: string): void {
	if (isBuilt(folder)) return;
	const place = relative(process.cwd(), folder).split(sep).join('/');
	const command = place === '' ? 'npm run build' : `npm --prefix ${place} run build`;
	const dist = place === '' ? 'dist' : `${place}/dist`;
	const reason = existsSync(join(folder, 'dist')) ? 'does not match the sources' : 'does not exist';
	throw new Failure(`${dist} ${reason}. Run "${command}": these tests run what is in ${dist}.`);
}

/**
 * Sums up everything that the result of a build depends on, apart from the tools.
 *
 * @param folder the package's folder
 * @returns a digest, in hexadecimal
 */
export function digestOfSources(folder: string): string {
	const hash = createHash('sha256');
	const steps = filesBelow(folder, 'gulpfile.js');
	const names = [...compilerOptions(folder), ...steps, ...includedIn(folder)];
	for (const name of names.sort()) {
		hash
			.update(`${name}\0`)
			.update(readFileSync(join(folder, name)))
			.update('\0');
	}
	return hash.digest('hex');
}

/** The package's tsconfig.json, and those that it builds on. */
function compilerOptions(folder: string, name = 'tsconfig.json'): string[] {
	const { extends: base } = readConfig(folder, name);
	return [name, ...(base === undefined ? [] : compilerOptions(folder, join(name, '..', base)))];
}

/** The files below the folders that tsconfig.json includes: sources, icons and codex files. */
function includedIn(folder: string): string[] {
	const { include = [] } = readConfig(folder, 'tsconfig.json');
	const roots = include.map((pattern) => pattern.replace(/\/?\*.*$/, ''));
	return roots.flatMap((root) => filesBelow(folder, root));
}

function filesBelow(folder: string, root: string): string[] {
	const path = join(folder, root);
	if (!existsSync(path)) return [];
	if (statSync(path).isFile()) return [root];
	return readdirSync(path, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

function readConfig(folder: string, name: string): TsConfig {
	return JSON.parse(readFileSync(join(folder, name), 'utf8')) as TsConfig;
}
