/**
 * Something that went wrong in a way the person at the terminal can act on. Its message is shown as it is, without a
 * stack trace; any other error is a defect and keeps its stack.
 */
export class Failure extends Error {
	override name = 'Failure';
}

/** The person at the terminal asked to stop (Ctrl-C, SIGTERM or a closed terminal). */
export class Interrupted extends Error {
	override name = 'Interrupted';

	constructor() {
		super('Stopped');
	}
}

/**
 * Makes text for a person of anything that was thrown.
 *
 * @param error what a `catch` got
 * @returns the message of an `Error` together with its cause's, which is where `fetch` and `spawn` put the real reason
 */
export function messageOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
