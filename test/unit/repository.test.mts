import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What holds for the files that GitHub reads. */

const filesIn = (...patterns: string[]) =>
	execFileSync('git', ['ls-files', ...patterns], { encoding: 'utf8' })
		.trim()
		.split('\n');

const workflows = filesIn('.github/workflows');

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

describe.each(workflows)('%s', (file) => {
	const text = readFileSync(file, 'utf8');

	it('pins each action to a commit, and says its version', () => {
		const actions = text.match(/\buses: (?!\.\/).*/g) ?? [];
		const unpinned = actions.filter((action) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action));
		expect(unpinned).toEqual([]);
	});

	it('checks out without leaving the token behind', () => {
		expect(count(text, /persist-credentials: false/g)).toBe(
			count(text, /uses: actions\/checkout@/g),
		);
	});

	it('gives each job a time limit', () => {
		expect(count(text, /timeout-minutes: \d+/g)).toBe(count(text, /runs-on: /g));
	});

	it('may read by default, and no more', () => {
		expect(text).toContain('\npermissions:\n  contents: read\n\n');
	});
});

test('Dependabot knows every lock file', () => {
	const text = readFileSync('.github/dependabot.yml', 'utf8');
	const [npm] = text.split('package-ecosystem: github-actions');
	const known = [...npm.matchAll(/^ {6}- (\/.*)$/gm)].map(([, folder]) => folder);
	const lockFiles = filesIn('*package-lock.json').map((file) =>
		`/${file}`.replace(/\/package-lock\.json$/, ''),
	);
	expect(known.sort()).toEqual(lockFiles.map((folder) => folder || '/').sort());
});
