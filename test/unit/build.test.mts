import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { assertBuilt, isBuilt, markBuilt } from '../../harness/build.mts';

let folder: string;

function write(name: string, content: string): void {
	const path = join(folder, name);
	mkdirSync(join(path, '..'), { recursive: true });
	writeFileSync(path, content);
}

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'build-test-'));
	write('tsconfig.json', '{ "extends": "./base.json", "include": ["nodes/**/*", "shared/**/*"] }');
	write('base.json', '{}');
	write('gulpfile.js', '');
	write('nodes/Vault/Vault.node.ts', 'export const version = 1;');
	write('nodes/Vault/vault.svg', '<svg/>');
	write('dist/nodes/Vault/Vault.node.js', 'exports.version = 1;');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a build is up to date until a source changes', () => {
	markBuilt(folder);
	expect(isBuilt(folder)).toBe(true);
	expect(() => assertBuilt(folder)).not.toThrow();
});

test('the times of files do not matter', () => {
	markBuilt(folder);
	utimesSync(join(folder, 'nodes/Vault/Vault.node.ts'), 0, 0);
	expect(isBuilt(folder)).toBe(true);
});

test.each([
	['a changed source', () => write('nodes/Vault/Vault.node.ts', 'export const version = 2;')],
	['a new source', () => write('nodes/Vault/extra.ts', '')],
	['a deleted source', () => rmSync(join(folder, 'nodes/Vault/vault.svg'))],
	['a first source in a folder that the build includes', () => write('shared/errors.ts', '')],
	['a changed icon', () => write('nodes/Vault/vault.svg', '<svg width="1"/>')],
	['other compiler options', () => write('tsconfig.json', '{ "include": ["nodes/**/*"] }')],
	['other inherited compiler options', () => write('base.json', '{ "files": [] }')],
	['another build script', () => write('gulpfile.js', '// More steps')],
])('%s makes it stale, and the message names the command that builds', (_change, change) => {
	markBuilt(folder);
	change();
	expect(isBuilt(folder)).toBe(false);
	expect(() => assertBuilt(folder)).toThrow(/dist does not match the sources\. Run ".*run build"/);
});

test('a build without a note of its sources counts as stale', () => {
	expect(() => assertBuilt(folder)).toThrow(/dist does not match the sources\./);
});

test('a missing build is reported as missing', () => {
	rmSync(join(folder, 'dist'), { recursive: true });
	expect(() => assertBuilt(folder)).toThrow(/dist does not exist\. Run ".*run build"/);
});
