/**
 * What Vault, or the way to Vault, did wrong, in words that a builder can act on.
 *
 * It carries no request, no response and no cause, so that no password or session ID can be saved or logged with it.
 */
export class VaultError extends Error {
	override name = 'VaultError';

	/**
	 * @param message what happened: Vault's own words and error type where Vault responded
	 * @param description what to do next; empty where the type says it all
	 * @param type Vault's error type, or one of ours for what happens on the way to Vault
	 * @param executionId Vault's ID of the failed call (`X-VaultAPI-ExecutionId`), which Veeva support asks for
	 */
	constructor(
		message: string,
		readonly description: string,
		readonly type: string,
		readonly executionId?: string,
	) {
		super(message);
	}
}

/**
 * Whether a thrown value is a Vault error of one of the types.
 *
 * @param types Vault's error types; any type when none is given
 */
export function isVaultError(error: unknown, ...types: string[]): error is VaultError {
	return error instanceof VaultError && (types.length === 0 || types.includes(error.type));
}

/** Input that cannot be right, found before any call is made. */
export class VaultFieldError extends VaultError {
	override name = 'VaultFieldError';

	/**
	 * @param field label of the field, as the user sees it
	 * @param given what was entered; `undefined` for a secret, which is never repeated
	 * @param expected what the field takes, to complete "Expected …"
	 */
	constructor(field: string, given: unknown, expected: string) {
		super(headline(field, given), `Expected ${expected}.`, 'INVALID_FIELD');
	}
}

function headline(field: string, given: unknown): string {
	if (given === '' || given === null) return `${field} is empty`;
	return given === undefined ? `${field} is not valid` : `${field} is not valid: ${shown(given)}`;
}

function shown(given: unknown): string {
	const text = typeof given === 'string' ? given : (JSON.stringify(given) ?? String(given));
	return `"${text.length > 100 ? `${text.slice(0, 100)}…` : text}"`;
}
