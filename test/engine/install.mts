import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(process.cwd(), 'test/engine/n8n-nodes-base');
const modules = join(folder, 'node_modules');

/** Where the parts are put together: on the same disk, and out of the way of tools that look through the project. */
const workshop = join(process.cwd(), 'node_modules/.cache/n8n-nodes-base', String(process.pid));

/** n8n's own nodes that the tests run. Another one needs its name here, and in package.json the packages that it loads. */
export const BASE_NODES = ['HttpRequest', 'ManualTrigger', 'NoOp', 'Set', 'StickyNote'];

/** The files of these nodes, out of almost 30,000. */
const PARTS = [
	'package.json',
	'LICENSE.md',
	'LICENSE_EE.md',
	'dist/credentials/OAuth2Api.credentials.js',
	'dist/utils',
	...BASE_NODES.map((name) => `dist/nodes/${name}`),
];

interface Manifest {
	nodes: { package: string; integrity: string };
}

/**
 * Installs n8n's own nodes that the engine tests run, if that has not been done yet for this package.json and lock
 * file. They have no copies of n8n-workflow and n8n-core, and so use the ones of the engine: the classes must be the
 * same. Processes that do this at the same time do not disturb each other.
 *
 * @throws Error when npm or tar fails, or when the package is not the one that package.json names
 */
export default async function installNodes(): Promise<void> {
	if (isInstalled()) return;
	console.log("Installing n8n's own nodes for the engine tests (once, a few seconds)…");
	rmSync(workshop, { recursive: true, force: true });
	mkdirSync(workshop, { recursive: true });
	try {
		for (const name of ['package.json', 'package-lock.json']) {
			writeFileSync(join(workshop, name), readFileSync(join(folder, name)));
		}
		await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
		await unpackNodes();
		writeFileSync(join(workshop, 'node_modules/.complete'), digest());
		putInPlace();
	} finally {
		rmSync(workshop, { recursive: true, force: true });
	}
}

function isInstalled(): boolean {
	const stamp = join(modules, '.complete');
	return existsSync(stamp) && readFileSync(stamp, 'utf8') === digest();
}

function digest(): string {
	const hash = createHash('sha256').update(JSON.stringify(PARTS));
	for (const name of ['package.json', 'package-lock.json']) {
		hash.update(readFileSync(join(folder, name)));
	}
	return hash.digest('hex');
}

async function unpackNodes(): Promise<void> {
	const { nodes } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
	const tarball = `${nodes.package.replace('@', '-')}.tgz`;
	await run('npm', ['pack', nodes.package, '--silent']);
	const content = readFileSync(join(workshop, tarball));
	const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
	if (integrity !== nodes.integrity) {
		throw new Error(
			`${nodes.package} has the integrity ${integrity}. Expected ${nodes.integrity}.`,
		);
	}
	const target = 'node_modules/n8n-nodes-base';
	mkdirSync(join(workshop, target));
	await run('tar', [
		...['-xzf', tarball, '-C', target, '--strip-components=1'],
		...PARTS.map((part) => `package/${part}`),
	]);
}

/** Moves the finished folder to its place in one step. */
function putInPlace(): void {
	if (isInstalled()) return;
	if (existsSync(modules)) renameSync(modules, join(workshop, 'former'));
	renameSync(join(workshop, 'node_modules'), modules);
}

async function run(command: string, args: string[]): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		const child = spawn(command, args, {
			cwd: workshop,
			stdio: ['ignore', 'ignore', 'inherit'],
			shell: process.platform === 'win32',
		});
		child.once('error', reject);
		child.once('exit', (code) => {
			if (code === 0) resolve();
			else reject(new Error(`${command} ${args[0]} ended with code ${code}`));
		});
	});
}
