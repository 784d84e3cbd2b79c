const { cp, rm } = require('node:fs/promises');

const { src, dest, series } = require('gulp');

/** Removes the last build: a file that has moved since would still be found in its old place. */
async function clean() {
	await rm('dist', { recursive: true, force: true });
}

/**
 * Puts the package's own files where n8n looks for them. tsc writes what both packages share to `dist/shared`, and the
 * package to `dist/n8n-nodes-dfns`: it keeps the folders that the sources have in common. The imports already fit the
 * place after the move (`rootDirs` in tsconfig.json).
 */
async function flatten() {
	await cp('dist/n8n-nodes-dfns', 'dist', { recursive: true });
	await rm('dist/n8n-nodes-dfns', { recursive: true });
}

/** Copies what tsc does not: icons and codex files, next to the compiled nodes. */
function assets() {
	return src('nodes/**/*.{svg,json}', { encoding: false }).pipe(dest('dist/nodes'));
}

exports.clean = clean;
exports.default = series(flatten, assets);
