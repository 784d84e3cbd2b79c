import {
	causes,
	connectionFailure,
	errorCode,
	type Service,
} from '../../../../packages/shared/connectionFailure';
import { VaultError } from '../errors';

const VAULT: Service = {
	name: 'Vault',
	address: 'host name',
	foreignResponseType: 'NOT_A_VAULT_ANSWER',
};

/**
 * The error for a call without any response.
 *
 * @param host the host called
 * @param failure what the HTTP client threw. Only its error code is read: its other fields hold the request.
 */
export function connectionError(host: string, failure: unknown): VaultError {
	const code = errorCode(failure);
	if (code === 'ERR_BAD_RESPONSE') return brokenOff(host);
	const known = connectionFailure(failure, VAULT);
	if (known !== undefined) {
		return new VaultError(`${host} ${known.what}`, `${known.todo} Reason: ${code}.`, known.type);
	}
	// Not the network: n8n itself could not make the call, or could not save its result.
	const reason = causes(failure).at(-1)?.message;
	return new VaultError(
		`n8n could not complete the call to ${host}${reason ? `: ${reason}` : ''}`,
		code === '' ? 'Check the settings of the credential and of n8n.' : `Reason: ${code}.`,
		'CALL_NOT_COMPLETED',
	);
}

/**
 * The error for a response that began but did not end.
 *
 * @param what what the host did during its response
 */
export function brokenOff(host: string, what = 'closed the connection'): VaultError {
	return new VaultError(
		`${host} ${what} during its response`,
		'The call was carried out, but its response is incomplete. If the call changes nothing, try again.',
		'ANSWER_CUT_OFF',
	);
}

/**
 * Our own error inside the error that n8n wrapped around it.
 *
 * @returns `undefined` when there is none
 */
export function vaultErrorBehind(failure: unknown): VaultError | undefined {
	return causes(failure).find((error) => error instanceof VaultError);
}
