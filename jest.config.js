/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	// For a busy machine: no test is about speed.
	testTimeout: 60_000,
	globalSetup: '<rootDir>/test/engine/install.mts',
	testMatch: ['<rootDir>/test/**/*.test.{ts,mts}'],
	// Run by node's own runner: the full n8n (`npm run test:e2e`), and what needs packages that are ES modules only.
	testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(identity|methods)/'],
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/harness/(newest|oldest)/'],
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
