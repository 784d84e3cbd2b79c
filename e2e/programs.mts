import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * Finds a program.
 *
 * @param place its whole path, or a name to look for on the PATH
 * @returns its whole path; `undefined` when it is not there, or cannot be run
 */
export function findProgram(place: string): string | undefined {
	if (isAbsolute(place)) return isProgram(place) ? place : undefined;
	return (process.env.PATH ?? '')
		.split(delimiter)
		.map((folder) => join(folder, place))
		.find(isProgram);
}

/** Tells whether there is a file that this user may run. */
export function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/** Tells whether this process may do anything on this machine. */
export function isRoot(): boolean {
	return process.getuid?.() === 0;
}
