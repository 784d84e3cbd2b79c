/**
 * Guards a release. Plain Node.js without dependencies: it also runs where npm's trust can be had.
 *
 *   node .ci/release.mjs                    every package here has a section for its version in its CHANGELOG.md
 *   node .ci/release.mjs TAG                TAG names a package here, its version, and that section; prints its folder
 *   node .ci/release.mjs TAG FILE           FILE is the package that TAG names, as npm packs it; prints its SHA-512
 *   node .ci/release.mjs TAG FILE SHA-512   … and has that digest
 *   node .ci/release.mjs --by-hand          refuses: what `npm publish` runs in a package's folder
 *
 * A TAG is a package's name, @ and its version, e.g. `n8n-nodes-veeva-vault@0.2.0`; a SHA-512 is written as in lock
 * files, e.g. `sha512-29lUK80d…`. With a FILE nothing else of the repository is read.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const [tag, file, digest] = process.argv.slice(2);

if (tag === '--by-hand') refuse();
else if (file !== undefined) checkFile();
else for (const { folder } of checkPackages()) console.log(folder);

/** @returns the packages that were checked: the tag's, or all when there is none */
function checkPackages() {
	const packages = ['.', ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`)]
		.filter((folder) => existsSync(join(root, folder, 'package.json')))
		.map((folder) => {
			const content = readFileSync(join(root, folder, 'package.json'), 'utf8');
			const { name, version } = JSON.parse(content);
			return { folder, name, version };
		});
	const chosen = tag === undefined ? packages : [packageOf(packages)];
	for (const { folder, name, version } of chosen) {
		const changelog = join(root, folder, 'CHANGELOG.md');
		const lines = existsSync(changelog) ? readFileSync(changelog, 'utf8').split('\n') : [];
		if (!lines.includes(`## ${version}`)) {
			fail(`${join(folder, 'CHANGELOG.md')} has no section "## ${version}" for ${name}.`);
		}
	}
	return chosen;
}

function packageOf(packages) {
	const found = packages.find(({ name }) => tag.startsWith(`${name}@`));
	if (found === undefined) {
		const expected = packages.map(({ name, version }) => `${name}@${version}`).join(' or ');
		fail(`The tag ${tag} names no package of this repository. Expected: ${expected}.`);
	}
	if (tag !== `${found.name}@${found.version}`) {
		fail(`The tag is ${tag}, but ${join(found.folder, 'package.json')} says ${found.version}.`);
	}
	return found;
}

/** What will be published is what was packed and tested, and what the tag says. */
function checkFile() {
	const [, name, version] = /^(.+)@([^@]+)$/.exec(tag) ?? fail(`The tag ${tag} has no version.`);
	if (basename(file) !== `${name}-${version}.tgz`) {
		fail(`The file for ${tag} is ${name}-${version}.tgz, not ${basename(file)}.`);
	}
	const actual = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
	if (digest !== undefined && digest !== actual) {
		fail(
			`${file} is not the file that was packed and tested: ${digest} is expected, not ${actual}.`,
		);
	}
	const packed = manifestIn(file);
	if (packed.name !== name || packed.version !== version) {
		fail(`${file} holds ${packed.name}@${packed.version}, but the tag is ${tag}.`);
	}
	console.log(actual);
}

function manifestIn(file) {
	try {
		const content = execFileSync('tar', ['-xzOf', file, 'package/package.json'], { stdio: 'pipe' });
		// Of two files with this name npm might take either. Both together are not JSON.
		return JSON.parse(content.toString());
	} catch (error) {
		return fail(`${file} does not have one readable package.json: ${error.message}`);
	}
}

function refuse() {
	const { npm_package_name: name, npm_package_version: version } = process.env;
	fail(
		`Packages are published by .github/workflows/publish.yml, with provenance and after all tests. Push the tag\n` +
			`${name}@${version} to start it. CONTRIBUTING.md says how a release is made.`,
	);
}

function fail(message) {
	console.error(message);
	process.exit(1);
}
