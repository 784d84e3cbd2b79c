/**
 * What Dfns, or the way to it, did wrong: told in words that a builder can act on.
 *
 * It carries no request, no response and no cause, so that no token and no key can be saved or logged with it.
 */
export class DfnsError extends Error {
	override name = 'DfnsError';

	/**
	 * @param message what happened, with Dfns's words where Dfns spoke
	 * @param description what to do about it
	 * @param type what kind of error it is, for workflows that branch on it
	 * @param errorId Dfns's id of the error (`error.id`), which Dfns's support asks for
	 */
	constructor(
		message: string,
		readonly description: string,
		readonly type: string,
		readonly errorId?: string,
	) {
		super(message);
	}
}

/** Input that cannot be right, found before any call is made. */
export class DfnsFieldError extends DfnsError {
	override name = 'DfnsFieldError';

	/**
	 * @param field label of the field, as the user sees it
	 * @param given what was entered; `undefined` where it is a secret, which is never repeated
	 * @param expected what the field takes, as the end of "Expected …"
	 */
	constructor(field: string, given: unknown, expected: string) {
		const empty = given === '' || given === null;
		super(
			empty
				? `${field} is empty`
				: given === undefined
					? `${field} is not valid`
					: `${field} is not valid: ${shown(given)}`,
			`Expected ${expected}.`,
			'INVALID_FIELD',
		);
	}
}

function shown(given: unknown): string {
	const text = typeof given === 'string' ? given : (JSON.stringify(given) ?? String(given));
	return `"${text.length > 100 ? `${text.slice(0, 100)}…` : text}"`;
}

/** Whether something thrown is an error of Dfns of one of the types. */
export function isDfnsError(error: unknown, ...types: string[]): error is DfnsError {
	return error instanceof DfnsError && types.includes(error.type);
}

/** What each failure of a connection is called; the codes are Node's own. */
const CONNECTION_FAILURES: ReadonlyArray<
	[codes: RegExp, type: string, what: string, todo: string]
> = [
	[
		/^ECONNREFUSED$/,
		'CONNECTION_REFUSED',
		'refused the connection',
		'Check the Base URL and that nothing (firewall, proxy) is in between.',
	],
	[
		/^(ECONNRESET|EPIPE|ERR_SOCKET_CONNECTION_TIMEOUT)$/,
		'CONNECTION_RESET',
		'broke off the connection before it answered',
		'The call may or may not have been carried out, so it was not repeated. Try again.',
	],
	[
		/^(ETIMEDOUT|ECONNABORTED|ESOCKETTIMEDOUT)$/,
		'TIMEOUT',
		'did not answer in time',
		'The call may or may not have been carried out, so it was not repeated. Try again.',
	],
	[
		/^(ENOTFOUND|EAI_AGAIN|EAI_NODATA)$/,
		'UNKNOWN_HOST',
		'could not be found: there is no such host, or no name service',
		'Check the Base URL for spelling.',
	],
	[
		/CERT|TLS|SSL|ISSUER|VERIFY|EPROTO/,
		'BAD_CERTIFICATE',
		'showed a certificate that cannot be trusted, so nothing was sent',
		'A proxy that inspects traffic, or a wrong host, can be the reason. Never switch the check off for Dfns.',
	],
	[
		/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/,
		'UNREACHABLE',
		'cannot be reached from here',
		'Check the network of the machine on which n8n runs.',
	],
	[/^HPE_/, 'NOT_A_DFNS_ANSWER', 'did not answer in HTTP', 'Check the Base URL.'],
	[
		/^ERR_CANCELED$/,
		'CANCELLED',
		'was not waited for: the execution was cancelled',
		'The call may or may not have been carried out.',
	],
];

/**
 * The error for a call that got no answer at all.
 *
 * @param host the host called
 * @param failure what the HTTP client threw; only its error code and words are read, for its other fields hold the
 *   request
 * @param clean takes secrets out of the words
 * @param late whether the call was ended because it took too long
 */
export function connectionError(
	host: string,
	failure: unknown,
	clean: (text: string) => string,
	late = false,
): DfnsError {
	const chain = causes(failure);
	const code = late ? 'ETIMEDOUT' : errorCode(chain);
	const known = CONNECTION_FAILURES.find(([codes]) => codes.test(code));
	if (known === undefined) {
		// Not from the network: n8n itself could not make the call, or was set not to.
		const reason = clean(chain.at(-1)?.message ?? '');
		return new DfnsError(
			`n8n could not complete the call to ${host}${reason === '' ? '' : `: ${reason}`}`,
			code === '' ? 'Check the settings of the credential and of n8n.' : `Reason: ${code}.`,
			'CALL_NOT_COMPLETED',
		);
	}
	const [, type, what, todo] = known;
	return new DfnsError(`${host} ${what}`, `${todo} Reason: ${code}.`, type);
}

/** Finds Node's error code on an error or on the errors that caused it. */
function errorCode(chain: Error[]): string {
	const coded = chain.find((error) => 'code' in error && typeof error.code === 'string');
	return coded !== undefined && 'code' in coded ? String(coded.code) : '';
}

/** An error, its cause, the cause of that, and so on. */
function causes(failure: unknown): Error[] {
	const chain: Error[] = [];
	for (let error = failure; error instanceof Error && !chain.includes(error); error = error.cause) {
		chain.push(error);
	}
	return chain;
}
