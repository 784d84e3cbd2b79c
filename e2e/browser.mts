import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { tmpdir } from 'node:os';

import { chromium, type Browser } from 'playwright-core';

import { logTail, startChild } from '../demo/child.mts';
import { Failure } from '../demo/failure.mts';
import { withProgress } from '../demo/progress.mts';

/** Where Chromium and its relatives usually are: names on the PATH, and whole paths. */
const PLACES = [
	'/usr/bin/chromium',
	'chromium',
	'chromium-browser',
	'google-chrome',
	'google-chrome-stable',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
	String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
];

const ARGUMENTS = [
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/**
 * Starts Chromium without a window and with a new, empty profile. Where there is none, and this is a Debian on which it
 * may be installed, it is installed first.
 *
 * @returns the running browser; `close()` ends it and removes its profile
 * @throws {Failure} when there is no Chromium, and it cannot be installed here
 */
export async function launchBrowser(): Promise<Browser> {
	return await chromium.launch({
		executablePath: await provideChromium(),
		// Chromium's sandbox does not work for root.
		args: isRoot() ? ['--no-sandbox', ...ARGUMENTS] : ARGUMENTS,
	});
}

async function provideChromium(): Promise<string> {
	const named = process.env.CHROMIUM_PATH;
	if (named !== undefined && named !== '') {
		if (isProgram(named)) return named;
		throw new Failure(`CHROMIUM_PATH is ${named}, which is not a program.`);
	}
	const found = findChromium();
	if (found !== undefined) return found;
	if (!isRoot() || find('apt-get') === undefined) {
		throw new Failure(
			'There is no Chromium here, which this test needs. Install it (on Debian: apt-get install chromium), ' +
				'or tell where it is: CHROMIUM_PATH=/path/to/chrome.',
		);
	}
	await installChromium();
	const installed = findChromium();
	if (installed !== undefined) return installed;
	throw new Failure(
		'The package chromium has no program where one is expected. Set CHROMIUM_PATH.',
	);
}

/** From the distribution's own packages. */
async function installChromium(): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'veeva-vault-chromium-'));
	try {
		await withProgress('Installing Chromium', async (report) => {
			report('apt-get update');
			await aptGet(folder, ['update']);
			report('apt-get install');
			await aptGet(folder, ['install', '--yes', '--no-install-recommends', 'chromium']);
		});
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

async function aptGet(folder: string, args: string[]): Promise<void> {
	const logFile = join(folder, 'apt-get.log');
	const child = await startChild({
		command: 'apt-get',
		args,
		cwd: folder,
		env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
		logFile,
	});
	const { code } = await child.exited;
	if (code === 0) return;
	throw new Failure(
		`Chromium could not be installed: apt-get ${args[0]} failed. Install it by hand, or set CHROMIUM_PATH.\n` +
			logTail(logFile),
	);
}

function findChromium(): string | undefined {
	return PLACES.map(find).find((path) => path !== undefined);
}

/** @param place a whole path, or a name to look for on the PATH */
function find(place: string): string | undefined {
	if (isAbsolute(place)) return isProgram(place) ? place : undefined;
	return (process.env.PATH ?? '')
		.split(delimiter)
		.map((folder) => join(folder, place))
		.find(isProgram);
}

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

function isRoot(): boolean {
	return process.getuid?.() === 0;
}
