import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What guards a release, `.ci/release.mjs`. */

const TAG = 'n8n-nodes-example@1.2.3';
const FILE = 'n8n-nodes-example-1.2.3.tgz';

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'release-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function check(...args: string[]) {
	const { status, stdout, stderr } = spawnSync(
		process.execPath,
		[join(process.cwd(), '.ci/release.mjs'), ...args],
		{
			encoding: 'utf8',
			env: { ...process.env, npm_package_name: 'n8n-nodes-example', npm_package_version: '1.2.3' },
		},
	);
	return { status, output: stdout.trim(), message: stderr.trim() };
}

/** Packs a package.json as npm does. */
function pack(manifest: { name: string; version: string }, file = FILE): string {
	mkdirSync(join(folder, 'package'), { recursive: true });
	writeFileSync(join(folder, 'package/package.json'), JSON.stringify(manifest));
	const path = join(folder, file);
	execFileSync('tar', ['-czf', path, '-C', folder, 'package/package.json']);
	return path;
}

const manifest = { name: 'n8n-nodes-example', version: '1.2.3' };

describe('a tag', () => {
	const { name, version } = JSON.parse(readFileSync('package.json', 'utf8')) as typeof manifest;

	it('is accepted when its package has that version, with a section in the changelog', () => {
		expect(check(`${name}@${version}`)).toEqual({ status: 0, output: '.', message: '' });
	});

	it('is refused when the package has another version', () => {
		const { status, message } = check(`${name}@99.0.0`);
		expect(status).toBe(1);
		expect(message).toBe(`The tag is ${name}@99.0.0, but package.json says ${version}.`);
	});

	it('is refused when it names no package of this repository', () => {
		const { status, message } = check('left-pad@1.0.0');
		expect(status).toBe(1);
		expect(message).toContain('names no package of this repository');
	});
});

describe('a packed file', () => {
	it('is accepted with the name and version of the tag, and its digest is told', () => {
		const { status, output } = check(TAG, pack(manifest));
		expect(status).toBe(0);
		expect(output).toMatch(/^sha512-[\w+/]{86}==$/);
	});

	it('is accepted with the digest that was told', () => {
		const file = pack(manifest);
		expect(check(TAG, file, check(TAG, file).output).status).toBe(0);
	});

	it('is refused when it changed after its digest was taken', () => {
		const { output: digest } = check(TAG, pack(manifest));
		const { status, message } = check(
			TAG,
			pack({ ...manifest, scripts: {} } as typeof manifest),
			digest,
		);
		expect(status).toBe(1);
		expect(message).toContain('is not the file that was packed and tested');
	});

	it('is refused without a digest where one is expected', () => {
		expect(check(TAG, pack(manifest), '').status).toBe(1);
	});

	it('is refused when it holds another version than the tag', () => {
		const { status, message } = check(TAG, pack({ ...manifest, version: '1.2.4' }));
		expect(status).toBe(1);
		expect(message).toContain(`holds n8n-nodes-example@1.2.4, but the tag is ${TAG}.`);
	});

	it('is refused when it holds another package than the tag', () => {
		expect(check(TAG, pack({ ...manifest, name: 'left-pad' })).status).toBe(1);
	});

	it("is refused under another file's name", () => {
		const { status, message } = check(TAG, pack(manifest, 'n8n-nodes-example-1.2.4.tgz'));
		expect(status).toBe(1);
		expect(message).toBe(`The file for ${TAG} is ${FILE}, not n8n-nodes-example-1.2.4.tgz.`);
	});

	it('is refused when its package.json is there twice', () => {
		const other = join(folder, 'other');
		mkdirSync(join(other, 'package'), { recursive: true });
		writeFileSync(join(other, 'package/package.json'), JSON.stringify(manifest));
		pack(manifest);
		const path = join(folder, FILE);
		const twice = ['-C', folder, 'package/package.json', '-C', other, 'package/package.json'];
		execFileSync('tar', ['-czf', path, ...twice]);
		const { status, message } = check(TAG, path);
		expect(status).toBe(1);
		expect(message).toContain('does not have one readable package.json');
	});
});

test('publishing by hand is refused, with the tag to push instead', () => {
	const { status, message } = check('--by-hand');
	expect(status).toBe(1);
	expect(message).toContain(TAG);
});
