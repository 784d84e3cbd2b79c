import { chromium, type Browser } from 'playwright-core';

import { Failure } from '../harness/failure.mts';
import { aptInstall, mayInstall } from './apt.mts';
import { findProgram, isProgram, isRoot } from './programs.mts';

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

/**
 * Finds Chromium, or installs it where it may be done.
 *
 * @returns the program
 * @throws {Failure} when there is none, and it cannot be installed here
 */
export async function provideChromium(): Promise<string> {
	const named = process.env.CHROMIUM_PATH;
	if (named !== undefined && named !== '') {
		if (isProgram(named)) return named;
		throw new Failure(`CHROMIUM_PATH is ${named}, which is not a program.`);
	}
	const found = findChromium();
	if (found !== undefined) return found;
	if (!mayInstall()) {
		throw new Failure(
			'There is no Chromium here, which this test needs. Install it (on Debian: apt-get install chromium), ' +
				'or tell where it is: CHROMIUM_PATH=/path/to/chrome.',
		);
	}
	await aptInstall('Chromium', ['chromium'], 'set CHROMIUM_PATH');
	const installed = findChromium();
	if (installed !== undefined) return installed;
	throw new Failure(
		'The package chromium has no program where one is expected. Set CHROMIUM_PATH.',
	);
}

function findChromium(): string | undefined {
	return PLACES.map(findProgram).find((path) => path !== undefined);
}
