const { rm } = require('node:fs/promises');
const { Transform } = require('node:stream');

const { src, dest, series } = require('gulp');

/** Removes what an earlier build has left: a file that has moved since would be found in its old place. */
async function clean() {
	await rm('dist', { recursive: true, force: true });
}

/** Copies what tsc leaves behind: icons and codex files, next to the compiled nodes. */
function assets() {
	return src('nodes/**/*.{svg,json}', { encoding: false }).pipe(dest('dist/nodes'));
}

/** Indents what tsc has written with tabs: it knows spaces only, and they make the package larger. */
function indent() {
	const withTabs = (text) => text.replace(/^(?: {4})+/gm, ({ length }) => '\t'.repeat(length / 4));
	const each = new Transform({
		objectMode: true,
		transform(file, _encoding, done) {
			file.contents = Buffer.from(withTabs(file.contents.toString()));
			done(null, file);
		},
	});
	return src('dist/**/*.js').pipe(each).pipe(dest('dist'));
}

exports.clean = clean;
exports.default = series(assets, indent);
