/**
 * Run from the repository's folder (`npm test` does): the engine of its tests is used here too, and looks there for
 * n8n's own nodes.
 *
 * @type {import('jest').Config}
 */
module.exports = {
	testEnvironment: 'node',
	// For a busy machine: no test is about speed.
	testTimeout: 60_000,
	globalSetup: '<rootDir>/test/install.mts',
	testMatch: ['<rootDir>/test/**/*.test.mts'],
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
	moduleFileExtensions: ['ts', 'mts', 'js', 'mjs', 'cjs', 'json', 'node'],
	transform: {
		'\\.m?ts$': [
			'@swc/jest',
			{
				jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
				module: { type: 'commonjs' },
			},
		],
	},
};
