import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { NEWEST_FOLDER, OLDEST_FOLDER, USER_FOLDER } from '../harness/install.mts';

/** An n8n to test with. */
export interface Installation {
	/** E.g. `n8n 2.40.7, the newest`. */
	name: string;
	/** The folder whose package.json names it; it need not be installed yet. */
	folder: string;
}

interface PackageJson {
	dependencies: Record<string, string>;
}

/**
 * Says with which versions of n8n the package has to work.
 *
 * @returns the one that the environment variable `N8N_VERSION` names; without it the oldest that is supported and the
 *   newest that installs
 */
export function installations(): Installation[] {
	const wanted = process.env.N8N_VERSION?.trim();
	if (wanted) return [{ name: `n8n ${wanted}`, folder: provideFolder(wanted) }];
	return [
		{ name: `n8n ${versionIn(OLDEST_FOLDER)}, the oldest`, folder: OLDEST_FOLDER },
		{ name: `n8n ${versionIn(NEWEST_FOLDER)}, the newest`, folder: NEWEST_FOLDER },
	];
}

/** Outside the project, and without a lock file: npm chooses what goes with that version. */
function provideFolder(version: string): string {
	// n8n 1 runs on earlier versions of Node.js, and needs other replacements.
	const template = packageIn(version.startsWith('1.') ? OLDEST_FOLDER : NEWEST_FOLDER);
	const folder = join(USER_FOLDER, `n8n-${version}`);
	mkdirSync(folder, { recursive: true });
	const content = { ...template, dependencies: { ...template.dependencies, n8n: version } };
	writeFileSync(join(folder, 'package.json'), `${JSON.stringify(content)}\n`);
	return folder;
}

function versionIn(folder: string): string {
	return packageIn(folder).dependencies.n8n;
}

function packageIn(folder: string): PackageJson {
	return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
}
