import { VaultError } from '../errors';

/** What each failure of a connection means. The codes are Node's own. */
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
 * The error for a call without any response.
 *
 * @param host the host called
 * @param failure what the HTTP client threw. Only its error code is read: its other fields hold the request.
 */
export function connectionError(host: string, failure: unknown): VaultError {
	const code = errorCode(failure);
	if (code === 'ERR_BAD_RESPONSE') return brokenOff(host);
	const known = CONNECTION_FAILURES.find(([codes]) => codes.test(code));
	if (known === undefined) {
		// Not the network: n8n itself could not make the call, or could not save its result.
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
 * The error for a response that began and did not end.
 *
 * @param what what the host did in the middle of its response
 */
export function brokenOff(host: string, what = 'broke off the connection'): VaultError {
	return new VaultError(
		`${host} ${what} in the middle of its answer`,
		'The call has been carried out, but its answer is not complete. Try again if it changes nothing.',
		'ANSWER_CUT_OFF',
	);
}

/**
 * Our own error inside one that n8n wrapped around it.
 *
 * @returns `undefined` when there is none
 */
export function vaultErrorBehind(failure: unknown): VaultError | undefined {
	return causes(failure).find((error) => error instanceof VaultError);
}

/** Node's error code of an error, or of the errors that caused it. */
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
