import { DfnsError, DfnsFieldError } from '../dfns/errors';
import type { RefusalType } from '../dfns/http/refusals';
import { PreparationNeeded } from './preparationNeeded';

const TRY_AGAIN = 'Each attempt creates a new one: try again.';

/** What to do about each type of error, in the words of the node and the credentials. Types are stable, messages are not. */
const ADVICE: Readonly<Record<RefusalType | 'OTHER_CREDENTIAL' | 'REDIRECT', string>> = {
	POLICY_PENDING:
		'Have the request approved in the Dfns dashboard, or exempt the service account from the policy. Then run the step again.',
	USER_NOT_FOUND:
		'Check the User Name for spelling, and that the user and the service account are in the same organization and region.',
	USER_DEACTIVATED:
		'An administrator of the organization can activate the user in the Dfns dashboard.',
	SERVICE_ACCOUNT_DEACTIVATED:
		'An administrator of the organization can activate it in the Dfns dashboard.',
	NONCE_REFUSED:
		'Organizations that require a nonce have an application: enter its Application ID in the credential. The nonce contains the time, so check the clock of the n8n server.',
	USER_ACTION_REFUSED: `A user action is valid for one call, and for a short time. ${TRY_AGAIN}`,
	CHALLENGE_REFUSED: `A challenge is valid for a short time. ${TRY_AGAIN}`,
	NO_CREDENTIAL:
		'Check in the Dfns dashboard that its credential is active, and that the Application ID (older organizations) is correct.',
	SIGNATURE_REFUSED:
		'Enter the private key whose public key was registered for this Credential ID, or the Credential ID that belongs to the key.',
	OTHER_CREDENTIAL:
		'Enter the ID of the signing key that the Dfns dashboard shows for the service account, and the private key that belongs to it.',
	USER_TOKEN_REFUSED:
		'The login worked, but Dfns refuses its token immediately. Something on the way to Dfns, such as a proxy, may remove the Authorization header.',
	LOGIN_REFUSED:
		'Check the User Name for spelling, and that the user and the service account are in the same organization and region. If they are, check that the Auth Token has not expired or been revoked meanwhile.',
	AUTH_TOKEN_REFUSED:
		'Check that the Auth Token is complete, has not expired, and was not revoked, and that the Base URL belongs to its region. Older organizations need the Application ID as well.',
	NO_PERMISSION:
		'Give the service account the permission Auth:Login:Delegated (in older organizations Auth:Users:Delegate) in the Dfns dashboard.',
	FORBIDDEN:
		'Check the permissions of the service account, and the Application ID of older organizations.',
	RATE_LIMIT:
		'Wait a minute, and let workflows share one Dfns Delegated User API credential, so that they share one login.',
	NOT_FOUND: 'Check the Base URL: it is https://api.dfns.io, or the API host of another region.',
	INVALID_REQUEST: 'Check the values that Dfns names.',
	SERVER_ERROR:
		'The call may or may not have been carried out, so it was not repeated. Try again later.',
	REDIRECT: 'Dfns does not redirect API calls. Check the Base URL, and any proxy in between.',
};

/**
 * An error as n8n shows it: its description completed with what to do about its type, and with the error ID that Dfns's
 * support asks for.
 *
 * @param error anything that was thrown
 * @returns a copy, because others may have got the same error; or what was thrown, when there is nothing to complete
 */
export function explained(error: unknown): unknown {
	if (!(error instanceof DfnsError)) return error;
	if (error instanceof DfnsFieldError || error instanceof PreparationNeeded) return error;
	const { message, description, type, errorId } = error;
	const adviceFor: Readonly<Partial<Record<string, string>>> = ADVICE;
	const sentences = [
		adviceFor[type] ?? '',
		description,
		errorId === undefined ? '' : `Dfns's error ID: ${errorId}.`,
	];
	return new DfnsError(message, sentences.filter(Boolean).join(' '), type, errorId);
}
