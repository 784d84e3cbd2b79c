import { says } from '../results.mts';

/**
 * Our own messages, wherever our code makes the call: a login or keep-alive at every entry point, and the node's calls.
 * In the credential test the advice follows, because n8n shows it nowhere else.
 */
export const RESET = says(/^\S+ closed the connection before it responded(\. [A-Z].+)?$/);
export const HTTP_500 = says(/^\S+ responded with HTTP status 500(\. [A-Z].+)?$/);
export const NOT_VAULT = says(/^\S+ did not respond like a Vault: text\/html instead of JSON/);
export const NOT_FOLLOWED = says(
	/^\S+ redirected the call to 127\.0\.0\.1:\d+; the redirect was not followed(\. [A-Z].+)?$/,
);
export const DOWN = says(
	/^The Vault at \S+ is down for maintenance for about 30 minutes(\. [A-Z].+)?$/,
);
export const REFUSED = says(/^\S+ refused the connection(\. [A-Z].+)?$/);
export const UNKNOWN_HOST = says(/^no-such-vault\.invalid could not be found/);
export const BAD_CERTIFICATE = says(/^\S+ showed a certificate that cannot be trusted/);
export const WRONG_VAULT = says(/^Vault opened "QualityDocs" at \S+ instead of \S+(\. [A-Z].+)?$/);

/** A refusal in Vault's words, with its type. */
export function refusal(type: string) {
	return says(new RegExp(`. \\[${type}\\](\\. [A-Z].+)?$`));
}

/** n8n's messages, where the HTTP Request node or the credential test makes the call. */
export const N8N = {
	reset: says(/ECONNRESET|closed unexpectedly|aborted|socket hang up/),
	http500: says(/500|not able to process your request|Internal Server Error/),
	down: says(/503|Service Unavailable|service .*unavailable/i),
	refused: says(/ECONNREFUSED|refused the connection/),
};

/** Of the credential test's own rules. */
export const TEST = {
	notVault: says(/did not respond like a Vault/),
	noApiAccess: says(/^The login worked, .* \[INSUFFICIENT_ACCESS\]/),
	refused: says(/^The login worked, but Vault refused the first call/),
	deadSession: says(/^Vault does not accept the token or session: .+ \[INVALID_SESSION_ID\]\.$/),
	exception: says(/^The login worked, but Vault could not complete the first call/),
};
