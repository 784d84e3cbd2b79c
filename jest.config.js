const DFNS = '<rootDir>/packages/n8n-nodes-dfns';

const common = {
	testEnvironment: 'node',
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

/**
 * One group of test files. Only `<folder>/test/<names>` are looked through: the full n8n and the packages of the engine
 * tests are large.
 */
function project(displayName, folder, names, more = {}) {
	return {
		...common,
		displayName,
		roots: [`${folder}/nodes`, `${folder}/credentials`, ...names.map((n) => `${folder}/test/${n}`)],
		testMatch: [`${folder}/test/**/*.test.{ts,mts}`],
		...more,
	};
}

/** @type {import('jest').Config} */
module.exports = {
	// For a busy machine: no test is about speed.
	testTimeout: 60_000,
	// All cores: nothing else runs meanwhile.
	maxWorkers: '100%',
	// The groups "unit" and "dfns-unit" need what `npm ci` installs, and nothing else: no build, no n8n.
	projects: [
		project('unit', '<rootDir>', ['unit', 'properties', 'simulator']),
		project('engine', '<rootDir>', ['engine', 'contract', 'faults'], {
			globalSetup: '<rootDir>/test/engine/setup.mts',
		}),
		project('dfns-unit', DFNS, ['unit', 'simulator'], { resolver: `${DFNS}/test/resolver.cjs` }),
		project('dfns-engine', DFNS, ['engine', 'sdk'], {
			globalSetup: `${DFNS}/test/setup.mts`,
			resolver: `${DFNS}/test/resolver.cjs`,
		}),
	],
};
