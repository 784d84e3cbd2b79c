import { VaultError, VaultFieldError } from '../vault/errors';
import { HeldBackError, isRefusedLogin } from '../vault/session/lockoutGuard';

/**
 * What to do about each type of error, in the words of the node and the credential. Types are stable, messages are not
 * (Vault API reference, "Errors"; for `OAUTH_…` RFC 6749, section 5.2).
 */
const ADVICE: Readonly<Record<string, string>> = {
	INVALID_SESSION_ID:
		'The session has ended: it was idle for too long, reached its limit of 48 hours, or was ended. Log in again, or use the session of the credential, which is renewed automatically.',
	USERNAME_OR_PASSWORD_INCORRECT:
		'Correct the user name or password in the credential. Vault locks an account after a few wrong passwords, so the same ones are not sent again for a while.',
	NO_PASSWORD_PROVIDED: 'Enter the password in the credential.',
	USER_LOCKED_OUT:
		'The account is locked after too many wrong passwords. A Vault administrator can unlock it, or reset the password.',
	PASSWORD_CHANGE_REQUIRED:
		'Sign in to Vault in a browser, set a new password, and enter it in the credential.',
	INACTIVE_USER: 'The user is inactive in this Vault. A Vault administrator can activate the user.',
	API_LIMIT_EXCEEDED:
		'This user logged in too often in one minute, or made too many calls of this kind. Try again later. Share one credential between workflows, so that they share one session.',
	INSUFFICIENT_ACCESS:
		"This user does not have permission for this call. Ask a Vault administrator for it. API access itself is a permission of the user's security profile.",
	PARAMETER_REQUIRED: 'A value that Vault requires is missing: fill in the field it names.',
	INVALID_DATA: 'Vault does not accept one of the values: check the fields it names.',
	MALFORMED_URL: 'Check the API Version in the credential, and that this Vault offers the call.',
	METHOD_NOT_SUPPORTED:
		'This Vault does not offer the call. Check the API Version in the credential.',
	OPERATION_NOT_ALLOWED:
		'Vault does not allow this operation now, or not with this kind of session.',
	CONFIGURATION_MODE_ENABLED:
		'The Vault is in Configuration Mode: try again after an administrator has turned it off.',
	RACE_CONDITION: 'Someone else changed the same record at the same time: try again.',
	INCORRECT_QUERY_SYNTAX_ERROR: 'Correct the VQL statement.',
	UNEXPECTED_ERROR: 'Vault could not complete the call: try again later, or ask Veeva Support.',
	EXPIRED_TOKEN: 'The access token has expired: get a new one from the identity provider.',
	INVALID_TOKEN: 'Vault or the identity provider does not accept the access token.',

	WRONG_VAULT: 'Correct the Vault DNS, or ask an administrator to give the user access there.',
	PASSWORD_USER:
		'Use a Veeva Vault API credential with the Authentication Method "User Name and Password".',
	SEVERAL_PROFILES: 'Enter the ID of one of them as the Profile ID in the credential.',
	INCOMPLETE_PROFILE: 'Enter it in the credential.',
	UNTRUSTED_ENDPOINT:
		'If the endpoint is right, enter it as Token Endpoint in the credential. Otherwise ask a Vault administrator to correct the profile.',
	NO_DELEGATION:
		'To see all delegations, run Delegation › Get Many in the Veeva Vault node. A user grants delegated access in their own profile.',

	OAUTH_INVALID_CLIENT:
		'The provider does not know the client, or its secret or key is wrong. Correct the Client ID at the Provider, the Client Authentication or the secret in the credential.',
	OAUTH_INVALID_GRANT:
		'The refresh token has expired, was already used, or was revoked, or the user name or password at the provider is wrong. Correct it in the credential.',
	OAUTH_UNAUTHORIZED_CLIENT:
		'Allow this grant for the client at the provider, or select another one.',
	OAUTH_UNSUPPORTED_GRANT_TYPE: 'The provider does not support this grant: select another one.',
	OAUTH_INVALID_SCOPE:
		'The provider does not know the Scope, or does not allow it for this client.',
	OAUTH_INVALID_REQUEST:
		'The request lacks something that the provider requires: check Client Authentication, Scope, and Grant.',
};

/** For the types that have no advice of their own. */
const GENERAL_ADVICE = {
	vault: 'To find out more, see this type in the Vault API reference.',
	provider: "To find out more, see the identity provider's documentation.",
};

/** An error whose description is complete. */
export class ExplainedError extends VaultError {}

/**
 * Completes an error's description with what to do about its type, and with the execution ID that Veeva support asks for.
 *
 * @returns the same error when its description is complete already
 */
export function explain(error: VaultError): VaultError {
	if (error instanceof ExplainedError || error instanceof VaultFieldError) return error;
	const { message, type, executionId } = error;
	const description = [
		error instanceof HeldBackError ? heldBack(error) : '',
		error.description,
		adviceFor(type) ?? (error.description === '' ? generalAdvice(type) : ''),
		forSupport(executionId),
	];
	return new ExplainedError(message, description.filter(Boolean).join(' '), type, executionId);
}

/** Vault's types come from outside: `constructor` is one that an object would have. */
function adviceFor(type: string): string | undefined {
	return Object.hasOwn(ADVICE, type) ? ADVICE[type] : undefined;
}

/** A thrown value as n8n shows it: only our own errors are explained. */
export function explained(error: unknown): unknown {
	return error instanceof VaultError ? explain(error) : error;
}

function generalAdvice(type: string): string {
	return type.startsWith('OAUTH_') ? GENERAL_ADVICE.provider : GENERAL_ADVICE.vault;
}

/** The end of a description: the ID that Veeva support asks for. */
export function forSupport(executionId?: string): string {
	return executionId === undefined ? '' : `Vault's execution ID: ${executionId}.`;
}

function heldBack({ refusal, refusedAt, until }: HeldBackError): string {
	return isRefusedLogin(refusal)
		? `This login was refused at ${utc(refusedAt)}. To protect the account from being locked, the credential waits until ${utc(until)}. To try again at once, change or test the credential.`
		: `The credential waits until ${utc(until)} before it opens another session. To try again at once, change or test the credential.`;
}

function utc(ms: number): string {
	return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
