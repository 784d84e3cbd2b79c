/// <reference types="jest" />

/**
 * Jest's own types say `any` for the matchers that stand for a value, and `any` spreads unnoticed. `unknown` fits wherever a
 * test compares with them.
 */
declare namespace jest {
	interface Expect {
		any(type: unknown): unknown;
		arrayContaining(elements: readonly unknown[]): unknown;
		objectContaining(fields: object): unknown;
		stringContaining(text: string): unknown;
		stringMatching(pattern: RegExp | string): unknown;
	}
}
