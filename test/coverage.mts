/**
 * Reports which lines of both packages the tests run: `npm run coverage`. It covers what `npm test` runs in its own
 * processes, not the end-to-end tests. It is a report and not a bar: a line that runs is not a line that is checked.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import { mergeProcessCovs, type ProcessCov } from '@bcoe/v8-coverage';
import istanbulCoverage, {
	type CoverageMap,
	type CoverageMapData,
	type Range,
} from 'istanbul-lib-coverage';
import { createContext } from 'istanbul-lib-report';
import { create } from 'istanbul-reports';
import ts from 'typescript';
import v8ToIstanbul from 'v8-to-istanbul';

const root = join(import.meta.dirname, '..');
/** Where no linter looks. */
const results = join(root, 'node_modules/.cache/coverage');
const ofJest = join(results, 'jest');
const ofNode = join(results, 'node');

/** Where each package is, and what the paths in its source maps start from. */
const PACKAGES = [
	{ folder: root, sourceRoot: root },
	{ folder: join(root, 'packages/n8n-nodes-dfns'), sourceRoot: join(root, 'packages') },
];
const SOURCES = [
	'nodes',
	'credentials',
	'packages/shared',
	'packages/*/nodes',
	'packages/*/credentials',
];
const COMPILED = ['dist', 'packages/*/dist'];

rmSync(results, { recursive: true, force: true });
mkdirSync(ofNode, { recursive: true });
try {
	for (const { folder, sourceRoot } of PACKAGES) buildWithSourceMaps(folder, sourceRoot);
	const passed = [runJest(), runNode()];
	await report();
	if (passed.includes(false)) {
		console.error('\nNot all tests passed. What they did not reach is missing in this report.');
		process.exitCode = 1;
	}
} finally {
	// Source maps do not belong into a package.
	for (const { folder } of PACKAGES) run('npm', ['run', 'build'], { cwd: folder });
}

/** Engine tests run what is compiled. Its source maps lead back to the sources. */
function buildWithSourceMaps(folder: string, sourceRoot: string): void {
	const maps = ['--inlineSourceMap', '--inlineSources', '--sourceRoot', sourceRoot];
	const done =
		run('npm', ['run', 'build'], { cwd: folder }) &&
		run('npx', ['tsc', '-p', 'tsconfig.json', ...maps], { cwd: folder }) &&
		run('npx', ['gulp'], { cwd: folder });
	if (!done) throw new Error(`${folder} cannot be built`);
}

function runJest(): boolean {
	const from = [
		...SOURCES.map((folder) => `${folder}/**/*.ts`),
		...COMPILED.map((folder) => `${folder}/**/*.js`),
	];
	return run('npx', [
		'jest',
		'--coverage',
		'--coverageProvider=v8',
		'--coverageReporters=json',
		`--coverageDirectory=${ofJest}`,
		...from.map((pattern) => `--collectCoverageFrom=${pattern}`),
	]);
}

function runNode(): boolean {
	const env = { ...process.env, NODE_V8_COVERAGE: ofNode };
	return run(process.execPath, [join(import.meta.dirname, 'run.mts')], { env });
}

function run(
	command: string,
	args: string[],
	options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): boolean {
	const shell = process.platform === 'win32';
	const { status, error } = spawnSync(command, args, {
		cwd: root,
		stdio: 'inherit',
		shell,
		...options,
	});
	if (error !== undefined) throw error;
	return status === 0;
}

async function report(): Promise<void> {
	const coverageMap = istanbulCoverage.createCoverageMap(
		JSON.parse(readFileSync(join(ofJest, 'coverage-final.json'), 'utf8')) as CoverageMapData,
	);
	await addRunsOfNode(coverageMap);
	coverageMap.filter((path) => path.endsWith('.ts') && !hasOnlyTypes(path));
	for (const path of coverageMap.files()) uniteByLines(coverageMap, path);
	const context = createContext({ dir: results, coverageMap });
	create('html').execute(context);
	create('text', { skipFull: true }).execute(context);
	console.log(`\nLine by line: ${join(results, 'index.html')}`);
}

/** Adds what V8 counted in the processes of Node's test runner. */
async function addRunsOfNode(coverageMap: CoverageMap): Promise<void> {
	const processes = readdirSync(ofNode).map((file) => {
		const { result } = JSON.parse(readFileSync(join(ofNode, file), 'utf8')) as ProcessCov;
		return { result: result.filter(({ url }) => isCompiled(url)) };
	});
	for (const { url, functions } of mergeProcessCovs(processes).result) {
		const script = v8ToIstanbul(fileURLToPath(url));
		await script.load();
		script.applyCoverage(functions);
		coverageMap.merge(script.toIstanbul());
	}
}

/**
 * Unit tests run the sources, other tests what is compiled. Both lead to the same lines, but not to the same columns, and
 * so to two entries for one function or branch.
 */
function uniteByLines(coverageMap: CoverageMap, path: string): void {
	const { data } = coverageMap.fileCoverageFor(path);
	const firstAt = new Map<string, string>();
	const first = (kind: string, id: string, { start, end }: Range) => {
		const key = `${kind} ${start.line} ${end.line}`;
		if (!firstAt.has(key)) firstAt.set(key, id);
		return firstAt.get(key) ?? id;
	};
	for (const [id, { loc }] of Object.entries(data.fnMap)) {
		const kept = first('function', id, loc);
		if (kept === id) continue;
		data.f[kept] += data.f[id];
		delete data.f[id];
		delete data.fnMap[id];
	}
	for (const [id, { loc }] of Object.entries(data.branchMap)) {
		const kept = first('branch', id, loc);
		if (kept === id) continue;
		data.b[kept] = data.b[kept].map((count, index) => count + (data.b[id][index] ?? 0));
		delete data.b[id];
		delete data.branchMap[id];
	}
}

function isCompiled(url: string): boolean {
	if (!url.startsWith('file://')) return false;
	const path = fileURLToPath(url);
	return PACKAGES.some(({ folder }) => path.startsWith(join(folder, 'dist') + sep));
}

/** Nothing of such a file runs, and none of its lines can be covered. */
function hasOnlyTypes(path: string): boolean {
	const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
		compilerOptions: {
			module: ts.ModuleKind.ESNext,
			target: ts.ScriptTarget.ES2022,
			removeComments: true,
		},
	});
	return /^\s*(export \{\};)?\s*$/.test(outputText);
}
