const { rm } = require('node:fs/promises');

const { src, dest } = require('gulp');

/** Removes the last build: a file that has moved since would still be found in its old place. */
async function clean() {
	await rm('dist', { recursive: true, force: true });
}

/** Copies what tsc does not: icons and codex files, next to the compiled nodes. */
function assets() {
	return src('nodes/**/*.{svg,json}', { encoding: false }).pipe(dest('dist/nodes'));
}

exports.clean = clean;
exports.default = assets;
