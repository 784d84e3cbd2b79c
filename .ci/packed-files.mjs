/**
 * Checks what a package would publish: `node .ci/packed-files.mjs . packages/n8n-nodes-dfns`, or a packed file. It must
 * be small, and have what users need and nothing else.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const MAX_BYTES = 150_000;
const NEEDED = ['README.md', 'LICENSE.md', 'package.json', 'index.js'];

let failed = false;
for (const place of process.argv.slice(2)) {
	if (!existsSync(place)) throw new Error(`There is no ${place}`);
	const spec = place.startsWith('.') ? place : `./${place}`;
	const json = execFileSync('npm', ['pack', spec, '--dry-run', '--ignore-scripts', '--json'], {
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	const [{ id, files, size }] = JSON.parse(json.toString());
	const paths = files.map(({ path }) => path);
	console.log(`${id}: ${paths.length} files, ${size} bytes packed`);
	const other = paths.filter(
		(path) => !NEEDED.includes(path) && !/^dist\/.+\.(js|json|svg)$/.test(path),
	);
	if (other.length > 0) fail(`Must not be packed: ${other.join(', ')}`);
	const missing = NEEDED.filter((path) => !paths.includes(path));
	if (missing.length > 0) fail(`Not packed: ${missing.join(', ')}`);
	if (paths.length === NEEDED.length) fail('Nothing is built: dist is empty');
	if (size > MAX_BYTES) fail(`Larger than ${MAX_BYTES / 1000} kB`);
}
process.exit(failed ? 1 : 0);

function fail(message) {
	console.error(message);
	failed = true;
}
