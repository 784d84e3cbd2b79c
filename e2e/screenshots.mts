import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Locator, Page } from 'playwright-core';

const FOLDER = join(dirname(import.meta.dirname), 'docs', 'images');
const SIGNATURE = '89504e470d0a1a0a';
/** Pictures in a README are to load at once. */
const MAX_BYTES = 200_000;

/**
 * Whether this run renews the pictures in `docs/images` (`UPDATE_SCREENSHOTS=1`). They are not renewed at each run: their
 * bytes differ a little from machine to machine, and would be a change to commit each time.
 */
export const RENEWS_SCREENSHOTS = process.env.UPDATE_SCREENSHOTS === '1';

/**
 * Takes a picture for the documentation. The one in `docs/images` is replaced by it if {@link RENEWS_SCREENSHOTS}; else it
 * has to be there, and where the whole page is shown as a picture of the same size: that of a part depends on the
 * machine's fonts.
 *
 * @param name the file's name without extension
 * @param of what to show
 * @throws AssertionError when the documentation's picture is missing, no PNG, too large, or of another size
 */
export async function takeScreenshot(name: string, of: Page | Locator): Promise<void> {
	const taken = await of.screenshot({ animations: 'disabled', caret: 'hide' });
	const file = join(FOLDER, `${name}.png`);
	if (RENEWS_SCREENSHOTS) {
		mkdirSync(FOLDER, { recursive: true });
		writeFileSync(file, taken);
	}
	const how = 'renew it with UPDATE_SCREENSHOTS=1 npm run test:e2e -- editor';
	assert.ok(existsSync(file), `docs/images/${name}.png is missing: ${how}`);
	const kept = readFileSync(file);
	const [keptSize, takenSize] = [sizeOf(kept), sizeOf(taken)];
	if ('viewportSize' in of) {
		assert.deepEqual(keptSize, takenSize, `docs/images/${name}.png: another size; ${how}`);
	}
	assert.ok(kept.length < MAX_BYTES, `docs/images/${name}.png has ${kept.length} bytes`);
}

function sizeOf(png: Buffer): { width: number; height: number } {
	assert.equal(png.subarray(0, 8).toString('hex'), SIGNATURE, 'not a PNG file');
	// The first chunk is IHDR, which begins with them.
	return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}
