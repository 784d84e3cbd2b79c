/**
 * Rules for tests and tools, which are `.mts`. n8n's own rules, in eslint.config.mjs, hold for `.ts` only, and the check of
 * verified packages wants them unchanged.
 */
import js from '@eslint/js';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

export default tseslint.config(
	{ ignores: ['**/dist/', '**/node_modules/', 'coverage/'] },
	{
		files: ['**/*.mts'],
		extends: [
			js.configs.recommended,
			tseslint.configs.recommendedTypeChecked,
			tseslint.configs.stylisticTypeChecked,
		],
		plugins: { 'import-x': importX },
		languageOptions: {
			parserOptions: {
				project: [
					'test/tsconfig.json',
					'e2e/tsconfig.json',
					'packages/n8n-nodes-dfns/test/tsconfig.json',
				],
				tsconfigRootDir: import.meta.dirname,
			},
		},
		linterOptions: { reportUnusedDisableDirectives: 'error' },
		rules: {
			eqeqeq: 'error',
			'@typescript-eslint/array-type': ['error', { default: 'array-simple' }],
			'@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
			// Node's test runner waits for its tests by itself. It declares `describe` as "suite".
			'@typescript-eslint/no-floating-promises': [
				'error',
				{
					allowForKnownSafeCalls: [
						{ from: 'package', package: 'node:test', name: ['it', 'test'] },
						'suite',
					],
				},
			],
			'@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions'] }],
			'@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
			'@typescript-eslint/switch-exhaustiveness-check': [
				'error',
				{ considerDefaultExhaustiveForUnions: true },
			],
			// An async function turns whatever it throws into a rejection, also when it waits for nothing.
			'@typescript-eslint/require-await': 'off',
			'import-x/no-duplicates': 'error',
			'import-x/order': [
				'error',
				{
					groups: ['builtin', 'external', ['parent', 'sibling', 'index']],
					'newlines-between': 'always',
					alphabetize: { order: 'asc', caseInsensitive: true },
				},
			],
		},
	},
);
