/**
 * What Vault, or the way to it, did wrong: told in words that a builder can act on.
 *
 * It carries no request, no response and no cause, so that no password and no session id can be saved or logged with it.
 */
export class VaultError extends Error {
	override name = 'VaultError';

	/**
	 * @param message what happened, in Vault's words and with its error type where Vault spoke
	 * @param description what to do about it
	 * @param type Vault's error type, or one of ours for what happens on the way to Vault
	 * @param executionId Vault's id of the failed call (`X-VaultAPI-ExecutionId`), which Veeva's support asks for
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
 * Whether something thrown is an error of Vault of one of the types.
 *
 * @param types Vault's error types; any when none is given
 */
export function isVaultError(error: unknown, ...types: string[]): error is VaultError {
	return error instanceof VaultError && (types.length === 0 || types.includes(error.type));
}

/** Input that cannot be right, found before any call is made. */
export class VaultFieldError extends VaultError {
	override name = 'VaultFieldError';

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

/** Refused logins that must not be repeated: each further try brings the account closer to being locked. */
const REFUSED_LOGIN_TYPES = [
	'USERNAME_OR_PASSWORD_INCORRECT',
	'USER_LOCKED_OUT',
	'PASSWORD_CHANGE_REQUIRED',
	'INACTIVE_USER',
	// Of an identity provider, which locks accounts and revokes grants too (RFC 6749, section 5.2).
	'OAUTH_INVALID_GRANT',
	'OAUTH_INVALID_CLIENT',
	'OAUTH_UNAUTHORIZED_CLIENT',
	'OAUTH_ACCESS_DENIED',
];

/** Whether a login was refused in a way in which it will be refused again. */
export function isRefusedLogin(error: unknown): error is VaultError {
	return isVaultError(error, ...REFUSED_LOGIN_TYPES);
}

/**
 * What to do about each error type of Vault. Types are stable, messages are not
 * (Vault API reference, "Errors").
 */
const ADVICE: Readonly<Record<string, string>> = {
	INVALID_SESSION_ID:
		'The session has ended: it idled out, reached its 48 hours, or was ended. Log in again, or use the session of the credential, which is renewed by itself.',
	USERNAME_OR_PASSWORD_INCORRECT:
		'Correct the user name or password in the credential. Vault locks an account after a few wrong passwords, so the same ones are not sent again for a while.',
	NO_PASSWORD_PROVIDED: 'Enter the password in the credential.',
	USER_LOCKED_OUT:
		'The account is locked after too many wrong passwords. A Vault administrator can unlock it, or reset the password.',
	PASSWORD_CHANGE_REQUIRED:
		'Sign in to Vault in a browser, set a new password, and enter it in the credential.',
	INACTIVE_USER: 'The user is inactive in this Vault. A Vault administrator can activate the user.',
	API_LIMIT_EXCEEDED:
		'Too many logins of this user in a minute, or too many calls of this kind: try again later. Let workflows share one credential, and so one session.',
	INSUFFICIENT_ACCESS:
		"The user may not do this. Ask a Vault administrator for the permission; API access itself is a permission of the user's security profile.",
	PARAMETER_REQUIRED: 'A value that Vault requires is missing: fill in the field it names.',
	INVALID_DATA: 'Vault does not accept one of the values: check the fields it names.',
	MALFORMED_URL: 'Check the API Version in the credential, and that this Vault offers the call.',
	METHOD_NOT_SUPPORTED:
		'This Vault does not offer the call. Check the API Version in the credential.',
	OPERATION_NOT_ALLOWED:
		'Vault does not allow this in its present state or with this kind of session.',
	CONFIGURATION_MODE_ENABLED:
		'The Vault is in Configuration Mode: try again when its administrator has left it.',
	RACE_CONDITION: 'Somebody else changed the same record at the same time: try again.',
	INCORRECT_QUERY_SYNTAX_ERROR: 'Correct the VQL statement.',
	UNEXPECTED_ERROR: 'An error inside Vault: try again later, or ask Veeva support.',
	EXPIRED_TOKEN: 'The access token has expired: get a new one from the identity provider.',
	INVALID_TOKEN: 'Vault or the identity provider does not accept the access token.',
};

/**
 * The error for an answer of Vault that is not a success.
 *
 * @param vault what Vault said: `type` and `message` of its first error
 * @param executionId value of `X-VaultAPI-ExecutionId`
 */
export function answeredError(
	{ type, message }: { type: string; message: string },
	executionId?: string,
): VaultError {
	const advice = ADVICE[type] ?? 'See this error type in the Vault API reference.';
	return new VaultError(
		`${message} [${type}]`,
		advice + forSupport(executionId),
		type,
		executionId,
	);
}

/** The end of a description: what Veeva's support asks for. */
export function forSupport(executionId?: string): string {
	return executionId === undefined ? '' : ` Vault's execution ID: ${executionId}.`;
}

/** What each failure of a connection is called; the codes are Node's own. */
const CONNECTION_FAILURES: ReadonlyArray<
	[codes: RegExp, type: string, what: string, todo: string]
> = [
	[
		/^ECONNREFUSED$/,
		'CONNECTION_REFUSED',
		'refused the connection',
		'Check the host name and that nothing (firewall, proxy) is in between.',
	],
	[
		/^(ECONNRESET|EPIPE|ERR_SOCKET_CONNECTION_TIMEOUT)$/,
		'CONNECTION_RESET',
		'broke off the connection before it answered',
		'The call may or may not have been carried out, so it was not repeated. Check, then try again.',
	],
	[
		/^HPE_/,
		'NOT_A_VAULT_ANSWER',
		'sent something that is no HTTP answer',
		'A proxy may have answered in its place. A call that changes data may have been carried out: check before you send it again.',
	],
	[
		/^(ETIMEDOUT|ECONNABORTED|ESOCKETTIMEDOUT)$/,
		'TIMEOUT',
		'did not answer in time',
		'The call may or may not have been carried out, so it was not repeated. Check, then try again.',
	],
	[
		/^(ENOTFOUND|EAI_AGAIN|EAI_NODATA)$/,
		'UNKNOWN_HOST',
		'could not be found: there is no such host, or no name service',
		'Check the host name for spelling.',
	],
	[
		/CERT|TLS|SSL|ISSUER|VERIFY|EPROTO/,
		'BAD_CERTIFICATE',
		'showed a certificate that cannot be trusted, so nothing was sent',
		'A proxy that inspects traffic, or a wrong host, can be the reason. Never switch the check off for Vault.',
	],
	[
		/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/,
		'UNREACHABLE',
		'cannot be reached from here',
		'Check the network of the machine on which n8n runs.',
	],
	[/^ERR_CANCELED$/, 'CANCELLED', 'was not waited for: the execution was cancelled', ''],
];

/**
 * The error for a call that got no answer at all.
 *
 * @param host the host called
 * @param failure what the HTTP client threw; only its error code is read, for its other fields hold the request
 */
export function connectionError(host: string, failure: unknown): VaultError {
	const code = errorCode(failure);
	if (code === 'ERR_BAD_RESPONSE') return brokenOff(host);
	const known = CONNECTION_FAILURES.find(([codes]) => codes.test(code));
	if (known === undefined) {
		// Not from the network: n8n itself could not make the call, or not save what came of it.
		const reason = causes(failure).at(-1)?.message;
		return new VaultError(
			`n8n could not complete the call to ${host}${reason ? `: ${reason}` : ''}`,
			code === '' ? 'Check the settings of the credential and of n8n.' : `Reason: ${code}.`,
			'CALL_NOT_COMPLETED',
		);
	}
	const [, type, what, todo] = known;
	return new VaultError(`${host} ${what}`, `${todo} Reason: ${code}.`.trim(), type);
}

/**
 * The error for an answer that began and did not come to its end.
 *
 * @param what the host did in the middle of it
 */
export function brokenOff(host: string, what = 'broke off the connection'): VaultError {
	return new VaultError(
		`${host} ${what} in the middle of its answer`,
		'The call has been carried out, but its answer is not complete. Try again if it changes nothing.',
		'ANSWER_CUT_OFF',
	);
}

/**
 * Our own error behind one into which n8n has wrapped it.
 *
 * @returns `undefined` when there is none
 */
export function vaultErrorBehind(failure: unknown): VaultError | undefined {
	return causes(failure).find((error) => error instanceof VaultError);
}

/** Finds Node's error code on an error or on the errors that caused it. */
function errorCode(failure: unknown): string {
	const coded = causes(failure).find((error) => 'code' in error && typeof error.code === 'string');
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
