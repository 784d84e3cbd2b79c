import {
	causes,
	connectionFailure,
	errorCode,
	type Service,
} from '../../../../shared/connectionFailure';
import { DfnsError } from '../errors';

const DFNS: Service = {
	name: 'Dfns',
	address: 'Base URL',
	foreignResponseType: 'NOT_A_DFNS_ANSWER',
};

/**
 * The error for a call without any response.
 *
 * @param host the host called
 * @param failure what the HTTP client threw. Only its error code and words are read: its other fields hold the request.
 * @param clean takes secrets out of the words
 * @param isLate whether the call was ended because it took too long
 */
export function connectionError(
	host: string,
	failure: unknown,
	clean: (text: string) => string,
	isLate = false,
): DfnsError {
	const late = Object.assign(new Error(), { code: 'ETIMEDOUT' });
	const known = connectionFailure(isLate ? late : failure, DFNS);
	if (known !== undefined) {
		const { what, todo, code, type } = known;
		return new DfnsError(`${host} ${what}`, `${todo} Reason: ${code}.`, type);
	}
	// Not the network: n8n itself could not make the call, or is set not to.
	const code = errorCode(failure);
	const reason = clean(causes(failure).at(-1)?.message ?? '');
	return new DfnsError(
		`n8n could not complete the call to ${host}${reason === '' ? '' : `: ${reason}`}`,
		code === '' ? 'Check the settings of the credential and of n8n.' : `Reason: ${code}.`,
		'CALL_NOT_COMPLETED',
	);
}
