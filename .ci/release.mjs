/**
 * Makes sure that a package is ready to be published under a tag: `node .ci/release.mjs n8n-nodes-veeva-vault@0.1.0`.
 * Its version has to be the tag's, and its changelog has to have a section for it. Without a tag every package of this
 * repository is checked as it is. Prints the folder of each package that it checked.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const others = readdirSync(join(root, 'packages')).map((name) => join('packages', name));
const packages = ['.', ...others].filter(isPackage).map((folder) => {
	const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
	return { folder, name, version };
});

const [tag] = process.argv.slice(2);
const chosen = tag === undefined ? packages : [packageOf(tag)];
for (const { folder, name, version } of chosen) {
	const changelog = readFileSync(join(root, folder, 'CHANGELOG.md'), 'utf8');
	if (!changelog.split('\n').includes(`## ${version}`)) {
		fail(`${join(folder, 'CHANGELOG.md')} has no section "## ${version}" for ${name}`);
	}
	console.log(folder);
}

function isPackage(folder) {
	return existsSync(join(root, folder, 'package.json'));
}

function packageOf(tag) {
	const found = packages.find(({ name }) => tag.startsWith(`${name}@`));
	if (found === undefined) {
		const expected = packages.map(({ name, version }) => `${name}@${version}`).join(' or ');
		fail(`The tag ${tag} names no package of this repository; expected is ${expected}`);
	}
	if (tag !== `${found.name}@${found.version}`) {
		fail(`The tag is ${tag}, but ${join(found.folder, 'package.json')} says ${found.version}`);
	}
	return found;
}

function fail(message) {
	console.error(message);
	process.exit(1);
}
