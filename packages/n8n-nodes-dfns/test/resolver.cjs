const { existsSync } = require('node:fs');
const { dirname, join, relative, resolve } = require('node:path');

const PACKAGE = dirname(__dirname);
const PACKAGES = dirname(PACKAGE);

/**
 * Resolves what a source file of this package imports, as tsc does with `rootDirs`: what is not in the package's folder is
 * in the folder above, where both packages find what they share.
 */
module.exports = (request, options) => {
	const path = resolve(options.basedir, request);
	const inPackage = relative(PACKAGE, path);
	if (request.startsWith('.') && /^shared[\\/]/.test(inPackage)) {
		const shared = join(PACKAGES, `${inPackage}.ts`);
		if (existsSync(shared)) return shared;
	}
	return options.defaultResolver(request, options);
};
