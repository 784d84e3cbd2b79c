const { src, dest } = require('gulp');

/** Copies what tsc leaves behind: icons and codex files, next to the compiled nodes. */
function assets() {
	return src('nodes/**/*.{svg,json}', { encoding: false }).pipe(dest('dist/nodes'));
}

exports.default = assets;
