/**
 * An error from a service, or on the way to it, in words that a user can act on.
 *
 * It carries no request, no response and no cause, so that no secret can be saved or logged with it.
 */
export class ServiceError extends Error {
	/**
	 * @param message what happened, in the service's own words where it responded
	 * @param description what to do next; empty where the type says it all
	 * @param type what kind of error it is, for workflows that branch on it; it does not change between versions
	 */
	constructor(
		message: string,
		readonly description: string,
		readonly type: string,
	) {
		super(message);
	}
}

/** The type of an error about input that cannot be right, found before any call is made. */
export const INVALID_FIELD = 'INVALID_FIELD';

/**
 * The texts of an error about a field.
 *
 * @param field label of the field, as the user sees it
 * @param given what was entered; `undefined` for a secret, which is never repeated
 * @param expected what the field takes, to complete "Expected …"
 */
export function fieldErrorTexts(
	field: string,
	given: unknown,
	expected: string,
): { message: string; description: string } {
	return { message: headline(field, given), description: `Expected ${expected}.` };
}

function headline(field: string, given: unknown): string {
	if (given === '' || given === null) return `${field} is empty`;
	return given === undefined ? `${field} is not valid` : `${field} is not valid: ${shown(given)}`;
}

function shown(given: unknown): string {
	const text = typeof given === 'string' ? given : (JSON.stringify(given) ?? String(given));
	return `"${text.length > 100 ? `${text.slice(0, 100)}…` : text}"`;
}
