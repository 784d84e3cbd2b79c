/**
 * Checks that every lock file of this repository serves each npm that our users have: `node .ci/locks.mjs` runs a dry
 * `npm ci` for each of them under the npm that comes with Node.js 20, 22 and 24. Other versions of npm can be named:
 * `node .ci/locks.mjs 10.9.0 11.3.0`, or `current` for the installed one. Needs the npm registry. Works on copies, so
 * no node_modules folder is read or changed.
 *
 * npm 10 and npm 11 disagree about optional peer dependencies: npm 11 leaves some out of the lock file that npm 10 then
 * calls missing.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The npm of the last Node.js 20, of the last Node.js 22, of our own Node.js 24, and the last npm 11. */
const VERSIONS = ['10.8.2', '10.9.8', '11.6.0', '11.21.2'];

const root = join(import.meta.dirname, '..');
const versions = process.argv.length > 2 ? process.argv.slice(2) : VERSIONS;
const lockFiles = execFileSync('git', ['ls-files', '*package-lock.json'], { cwd: root })
	.toString()
	.trim()
	.split('\n');

let failed = 0;
for (const version of versions) {
	for (const lockFile of lockFiles) {
		const errors = errorsOf(version, dirname(lockFile));
		console.log(`${errors === undefined ? '✔' : '✖'} npm ${version}: ${lockFile}`);
		if (errors === undefined) continue;
		failed += 1;
		console.error(errors);
	}
}

if (failed > 0) {
	console.error(
		`\nTo add what npm 10 misses, run this in the folder of the lock file, and look at the difference:\n` +
			`  npx npm@${VERSIONS[0]} install --package-lock-only --ignore-scripts`,
	);
}
// As Node's test runner reports, which .ci/run counts.
console.log(`\nℹ pass ${versions.length * lockFiles.length - failed}\nℹ fail ${failed}`);
process.exit(failed > 0 ? 1 : 0);

/**
 * @param version of npm, or `current`
 * @param folder with the lock file, from the repository's root
 * @returns the beginning of what npm finds wrong; undefined when it would install
 */
function errorsOf(version, folder) {
	const copy = mkdtempSync(join(tmpdir(), 'lock-file-'));
	try {
		for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
			const path = join(root, folder, file);
			if (existsSync(path)) copyFileSync(path, join(copy, file));
		}
		const [command, ...first] =
			version === 'current' ? ['npm'] : ['npx', '--yes', `npm@${version}`];
		const env = { ...process.env };
		// `npm run` hands down what the root's .npmrc says; here each folder's own counts.
		delete env.npm_config_legacy_peer_deps;
		const { status, stdout, stderr, error } = spawnSync(
			command,
			[...first, 'ci', '--dry-run', '--ignore-scripts', '--no-audit', '--no-fund'],
			{ cwd: copy, env, encoding: 'utf8', shell: process.platform === 'win32' },
		);
		if (error !== undefined) return `    ${error.message}`;
		if (status === 0) return undefined;
		const lines = `${stdout}${stderr}`.split('\n');
		const errors = lines.filter((line) => /^npm (error|ERR!) \S/.test(line));
		const told = errors.length > 0 ? errors : lines.filter((line) => line !== '');
		const more = told.length > 12 ? [`(${told.length - 12} more lines)`] : [];
		return [...told.slice(0, 12), ...more].map((line) => `    ${line}`).join('\n');
	} finally {
		rmSync(copy, { recursive: true, force: true });
	}
}
