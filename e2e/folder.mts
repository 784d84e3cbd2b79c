import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A user of this machine. */
export interface User {
	uid: number;
	gid: number;
}

/** A folder for the data of a server or an n8n, gone with it. */
export interface DataFolder {
	path: string;
	remove: () => void;
}

/**
 * Makes a folder for the data of a server or an n8n.
 *
 * @param name what it is for, as part of the folder's name
 * @param owner who must be able to write there, if not this process's user
 * @returns the folder; it is removed when this process ends, if not before
 */
export function makeDataFolder(name: string, owner?: User): DataFolder {
	const path = mkdtempSync(join(tmpdir(), `veeva-vault-${name}-`));
	if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
	const remove = () => {
		process.off('exit', remove);
		removeFolder(path);
	};
	process.on('exit', remove);
	return { path, remove };
}

/** A program that is just ending may still write there. */
function removeFolder(path: string): void {
	rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
