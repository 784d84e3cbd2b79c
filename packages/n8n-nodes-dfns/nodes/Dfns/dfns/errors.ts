import { fieldErrorTexts, INVALID_FIELD, ServiceError } from '../../../shared/serviceError';

/** What Dfns, or the way to Dfns, did wrong. */
export class DfnsError extends ServiceError {
	override name = 'DfnsError';

	/**
	 * @param message what happened, in Dfns's own words where Dfns responded
	 * @param description what to do next; empty where the type says it all
	 * @param type what kind of error it is, for workflows that branch on it; it does not change between versions
	 * @param errorId Dfns's ID of the error (`error.id`), which Dfns's support asks for
	 */
	constructor(
		message: string,
		description: string,
		type: string,
		readonly errorId?: string,
	) {
		super(message, description, type);
	}
}

/** Input that cannot be right, found before any call is made. */
export class DfnsFieldError extends DfnsError {
	override name = 'DfnsFieldError';

	/** See {@link fieldErrorTexts} for the parameters. */
	constructor(field: string, given: unknown, expected: string) {
		const { message, description } = fieldErrorTexts(field, given, expected);
		super(message, description, INVALID_FIELD);
	}
}

/** Whether a thrown value is a Dfns error of one of the types. */
export function isDfnsError(error: unknown, ...types: string[]): error is DfnsError {
	return error instanceof DfnsError && types.includes(error.type);
}
