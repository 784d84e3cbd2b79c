import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import type { INodeProperties, INodeTypeDescription } from 'n8n-workflow';

import { isRunning, pidsIn } from '../demo/claim.mts';
import { type Child, startChild } from '../harness/child.mts';
import { installN8n } from '../harness/install.mts';
import { signIn } from '../harness/owner.mts';
import { PACKAGE_FOLDER } from '../harness/package.mts';
import { freePorts } from '../harness/ports.mts';
import { N8nRest } from '../harness/rest.mts';
import { makeDataFolder } from './folder.mts';
import { until } from './workflows.mts';

/**
 * `npm run dev` and then `npm start`, as in a terminal: with a copy of the repository, which these tests edit, and a home
 * folder of their own, which n8n's data goes to. One scenario in order, for each test continues where the last one ended.
 */

const NODE_TYPE = 'n8n-nodes-veeva-vault.veevaVault';
const OPERATION = 'nodes/VeevaVault/operations/query/run.ts';
const CODEX = 'nodes/VeevaVault/VeevaVault.node.json';

const folder = makeDataFolder('dev');
const copy = join(folder.path, 'repository');
const home = join(folder.path, 'home');
const userFolder = join(home, '.veeva-vault-demo');
/** Names the command itself, and then the compiler and n8n. */
const claimFile = join(userFolder, 'running.pid');

let ports: number[];
let rest: N8nRest;
let command: Child | undefined;
let output: string[];

before(async () => {
	// Or the copy would install it, through the link, into the repository.
	await installN8n();
	copyRepository();
	ports = await freePorts(2);
	rest = new N8nRest(`http://127.0.0.1:${ports[0]}`);
	await run('dev');
});

after(async () => {
	const pids = pidsIn(claimFile);
	if (command && isRunning(command.pid)) await Promise.race([pressCtrlC(), sleep(30_000)]);
	// What has not obeyed.
	for (const pid of pids.filter(isRunning)) process.kill(pid, 'SIGKILL');
	folder.remove();
});

function copyRepository(): void {
	const left = ['.git', 'node_modules', 'dist', 'coverage'];
	cpSync(PACKAGE_FOLDER, copy, {
		recursive: true,
		filter: (path) => !left.includes(basename(path)),
	});
	for (const modules of ['node_modules', 'harness/newest/node_modules']) {
		symlinkSync(join(PACKAGE_FOLDER, modules), join(copy, modules));
	}
}

/** Runs a script of the copy's package.json. */
async function start(script: string, lines: string[]): Promise<Child> {
	const [n8n, simulator] = ports;
	return await startChild({
		command: 'npm',
		args: ['run', script, '--', `--port=${n8n}`, `--simulator-port=${simulator}`],
		cwd: copy,
		// The copy's own package, not the one that was packed for all scenarios.
		env: { ...process.env, HOME: home, PACKED_FOLDER: '' },
		onLine: (line) => lines.push(line),
	});
}

/** Runs a script of the copy's package.json until n8n is ready, and signs in. */
async function run(script: string): Promise<void> {
	output = [];
	command = await start(script, output);
	let ended = false;
	void command.exited.then(() => (ended = true));
	await until(`npm run ${script} says that n8n is running`, () => {
		assert.ok(!ended, output.join('\n'));
		return outputHas('Press Ctrl-C to stop');
	});
	await signIn(rest);
}

/** Ends it as a terminal does: the signal goes to npm and to the script, and not to the programs that have their own groups. */
async function pressCtrlC(): Promise<void> {
	assert.ok(command);
	process.kill(-command.pid, 'SIGINT');
	await command.exited;
}

function outputHas(text: string): boolean {
	return output.some((line) => line.includes(text));
}

/** Saves as many editors do: the changed file replaces the other one. */
function edit(file: string, change: (text: string) => string): void {
	const path = join(copy, file);
	const before = readFileSync(path, 'utf8');
	const changed = change(before);
	assert.notEqual(changed, before, `${file} is changed`);
	writeFileSync(`${path}~`, changed);
	renameSync(`${path}~`, path);
}

/** The node as the editor reads it: from a file that n8n writes again at each reload. */
async function offeredNode(): Promise<INodeTypeDescription> {
	return await until(`n8n offers ${NODE_TYPE}`, async () => {
		try {
			return (await rest.nodeTypes()).find(({ name }) => name === NODE_TYPE);
		} catch (error) {
			// Half a file, for n8n is writing it. The editor is told to read it afterwards.
			if (error instanceof SyntaxError) return undefined;
			throw error;
		}
	});
}

async function labelsOfQueryOperations(): Promise<string[]> {
	const { properties } = await offeredNode();
	const operation = properties.find(
		({ name, displayOptions }: INodeProperties) =>
			name === 'operation' && displayOptions?.show?.resource?.includes('query'),
	);
	return (operation?.options ?? []).map(({ name }) => name);
}

/** Waits until n8n offers a change that has just been saved, and says how long that took. */
async function untilOffered(
	context: TestContext,
	what: string,
	check: () => Promise<boolean>,
): Promise<void> {
	const saved = Date.now();
	await until(what, check);
	context.diagnostic(`${what}: ${(Date.now() - saved) / 1000} s after saving`);
}

test('npm run dev: n8n offers the changed label of an operation without a restart', async (context) => {
	const pids = pidsIn(claimFile);
	assert.deepEqual(await labelsOfQueryOperations(), ['Run VQL', 'Custom API Call']);

	edit(OPERATION, (text) => text.replace("name: 'Run VQL'", "name: 'Run a changed VQL'"));
	await untilOffered(context, 'the label', async () =>
		(await labelsOfQueryOperations()).includes('Run a changed VQL'),
	);

	assert.equal(pids.length, 3);
	assert.deepEqual(pidsIn(claimFile), pids);
	assert.ok(pids.every(isRunning), 'the same n8n is running');
});

test('npm run dev: n8n offers the changed codex file', async (context) => {
	// Twice: after the first time it's another file on the disk.
	for (const [before, alias] of [
		['eTMF', 'Changed Alias'],
		['Changed Alias', 'Changed Again'],
	]) {
		edit(CODEX, (text) => text.replace(`"${before}"`, `"${alias}"`));
		await untilOffered(context, `the alias "${alias}"`, async () =>
			Boolean((await offeredNode()).codex?.alias?.includes(alias)),
		);
	}
});

test('npm run dev: shows a type error, and reloads after its correction', async (context) => {
	edit(OPERATION, (text) => `${text}\nexport const wrong: number = 'text';\n`);
	await until('the error', () => outputHas(`${OPERATION}(`) && outputHas('error TS2322'));

	edit(OPERATION, (text) =>
		text
			.replace("\nexport const wrong: number = 'text';\n", '')
			.replace('Run a changed VQL', 'Run a corrected VQL'),
	);
	await untilOffered(context, 'the label', async () =>
		(await labelsOfQueryOperations()).includes('Run a corrected VQL'),
	);
});

test('npm start while npm run dev is running: refused, because both use the same data', async () => {
	const lines: string[] = [];
	const second = await start('start', lines);
	assert.equal((await second.exited).code, 1);
	await until('the reason', () => lines.some((line) => line.includes('is running already')));
});

test('npm run dev: leaves dist to npm run build', () => {
	assert.ok(!existsSync(join(copy, 'dist')));
});

test('npm run dev: Ctrl-C ends n8n, the compiler and the command', async () => {
	const pids = pidsIn(claimFile);
	await pressCtrlC();
	await until('their end', () => !pids.some(isRunning));
	assert.ok(!existsSync(claimFile));
});

test('npm start after npm run dev: n8n has the packed package, and the same workflows', async () => {
	await run('start');
	assert.deepEqual(await labelsOfQueryOperations(), ['Run a corrected VQL', 'Custom API Call']);
	const { dependencies } = JSON.parse(
		readFileSync(join(userFolder, '.n8n/nodes/package.json'), 'utf8'),
	) as { dependencies: Record<string, string> };
	assert.match(dependencies['n8n-nodes-veeva-vault'], /\.tgz$/);

	const names = (await rest.workflows()).map(({ name }) => name);
	assert.ok(names.length > 0);
	assert.equal(new Set(names).size, names.length, 'the examples are there once');
	await pressCtrlC();
});
