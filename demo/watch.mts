import { cpSync, existsSync, mkdirSync, readdirSync, statSync, watch } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';

import { type Child, startChild } from '../harness/child.mts';
import { Failure, Interrupted } from '../harness/failure.mts';
import { emptyNodesFolder, PACKAGE_FOLDER, UNBUILT_FILES } from '../harness/package.mts';

const require = createRequire(import.meta.url);

/*
 * Why not `n8n-node dev --external-n8n`: it links this whole repository into n8n's folder of custom nodes. There n8n
 * loads each `*.node.js` below the link, and so those of all installed packages: it ends at `brotli-wasm/index.node.js`,
 * which belongs to n8n itself, installed in `harness/`. At each change, it would also forget its own modules. Besides, the
 * node type would be `CUSTOM.veevaVault`, which the examples don't use, and `dist` gets the 1,880 pictures of installed
 * packages, but not the codex file.
 *
 * So the compiler writes to a folder of n8n's own. Only that folder is watched by n8n, `dist` stays as the tests need
 * it, and the node finds n8n's modules, as an installed package does. Without a link, nothing that empties n8n's folder
 * can reach the repository.
 */

/** What starts n8n's own reload of packages that change. */
export const RELOAD_ENVIRONMENT = { N8N_DEV_RELOAD: 'true' };

/** The text of `tsc --watch` when it has written its files. */
const COMPILED = /Found \d+ errors?\. Watching for file changes\./;

/** What the compiler doesn't write: icons and codex files. See also `gulpfile.js`. */
const ASSET = /\.(svg|json)$/;

const ASSETS_FOLDER = join(PACKAGE_FOLDER, 'nodes');

/** The compiler that keeps an n8n's package as its sources are. It ends when the signal is aborted, too. */
export type Compiler = Pick<Child, 'pid' | 'exited' | 'stop'>;

/**
 * Gives one n8n the package as its sources are now, and again at each change. Shows the compiler's messages on standard
 * output. A change of `package.json` needs another start.
 *
 * @param userFolder the n8n's user folder (`N8N_USER_FOLDER`); the packages that are installed there go
 * @param signal stops it
 * @returns the compiler, after it has written all files once, whether it found type errors or not
 * @throws {Failure} when the compiler ends by itself
 * @throws {Interrupted} when stopped by the signal; the compiler has ended by then
 */
export async function watchPackage(userFolder: string, signal: AbortSignal): Promise<Compiler> {
	const { name } = require('../package.json') as { name: string };
	const folder = join(emptyNodesFolder(userFolder), 'node_modules', name);
	mkdirSync(folder, { recursive: true });
	for (const file of UNBUILT_FILES) cpSync(join(PACKAGE_FOLDER, file), join(folder, file));
	const output = join(folder, 'dist');
	copyAssets(output);
	const stopAssets = watchAssets(output);
	try {
		const compiler = await startCompiler(output, signal);
		return {
			...compiler,
			async stop() {
				stopAssets();
				await compiler.stop();
			},
		};
	} catch (error) {
		stopAssets();
		throw error;
	}
}

/** @returns the compiler, after its first round */
async function startCompiler(output: string, signal: AbortSignal): Promise<Child> {
	if (signal.aborted) throw new Interrupted();
	let compiled = () => {};
	const firstRound = new Promise<void>((resolve) => (compiled = resolve));
	const compiler = await startChild({
		command: process.execPath,
		args: [
			require.resolve('typescript/bin/tsc'),
			...['--project', PACKAGE_FOLDER],
			...['--outDir', output],
			'--watch',
			// Otherwise each round clears the terminal.
			'--preserveWatchOutput',
			...(process.stdout.isTTY ? ['--pretty'] : []),
		],
		cwd: PACKAGE_FOLDER,
		env: process.env,
		onLine(line) {
			console.log(line);
			if (COMPILED.test(line)) compiled();
		},
	});
	const stop = () => void compiler.stop();
	signal.addEventListener('abort', stop, { once: true });
	// Aborted while the compiler was being started.
	if (signal.aborted) stop();
	const exit = await Promise.race([firstRound, compiler.exited]);
	if (signal.aborted) {
		await compiler.stop();
		throw new Interrupted();
	}
	if (exit === undefined) return compiler;
	throw new Failure(`The compiler ended at once (${exit.signal ?? `code ${exit.code}`}).`);
}

/** @returns stops watching */
function watchAssets(output: string): () => void {
	// Each folder by itself: Node's recursive watch on Linux loses a file that an editor replaces by another one.
	const watchers = foldersIn(ASSETS_FOLDER).map((folder) =>
		watch(folder, (_event, name) => {
			if (name === null || !ASSET.test(name)) return;
			// A file that an editor replaces may be missing for a moment. It comes with an event of its own.
			if (!existsSync(join(folder, name))) return;
			copyAssets(output);
			console.log(`Copied ${relative(PACKAGE_FOLDER, join(folder, name))}.`);
		}),
	);
	return () => watchers.forEach((watcher) => watcher.close());
}

function foldersIn(root: string): string[] {
	const folders = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
		entry.isDirectory(),
	);
	return [root, ...folders.map(({ parentPath, name }) => join(parentPath, name))];
}

function copyAssets(output: string): void {
	cpSync(ASSETS_FOLDER, join(output, 'nodes'), {
		recursive: true,
		filter: (path) => ASSET.test(path) || statSync(path).isDirectory(),
	});
}
