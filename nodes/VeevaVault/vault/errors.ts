import {
	fieldErrorTexts,
	INVALID_FIELD,
	ServiceError,
} from '../../../packages/shared/serviceError';

/** An error from Vault, or on the way to it, in words that a user can act on. */
export class VaultError extends ServiceError {
	override name = 'VaultError';

	/**
	 * @param message what happened: Vault's own words and error type where Vault responded
	 * @param description what to do next; empty where the type says it all
	 * @param type Vault's error type, or one of ours for what happens on the way to Vault
	 * @param executionId Vault's ID of the failed call (`X-VaultAPI-ExecutionId`), which Veeva support asks for
	 */
	constructor(
		message: string,
		description: string,
		type: string,
		readonly executionId?: string,
	) {
		super(message, description, type);
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

	/** See {@link fieldErrorTexts} for the parameters. */
	constructor(field: string, given: unknown, expected: string) {
		const { message, description } = fieldErrorTexts(field, given, expected);
		super(message, description, INVALID_FIELD);
	}
}
