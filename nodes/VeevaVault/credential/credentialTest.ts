import { randomBytes } from 'crypto';
import type { IHttpRequestOptions } from 'n8n-workflow';

import { VaultError } from '../vault/errors';

/**
 * Marks the request of a credential test. `X-VaultAPI-ReferenceId` is Vault's own header for a caller's mark (v23.3), so
 * Vault's API usage log shows that the call was a test. The value is new in each process: no workflow can claim that its
 * calls are tests, which log in even with what was refused before.
 */
export const CREDENTIAL_TEST_HEADERS = {
	'X-VaultAPI-ReferenceId': `n8n-credential-test-${randomBytes(8).toString('hex')}`,
} as const;

/** Whether a request is that of a credential test. */
export function isCredentialTest({ headers }: Pick<IHttpRequestOptions, 'headers'>): boolean {
	const [[name, mark]] = Object.entries(CREDENTIAL_TEST_HEADERS);
	return headers?.[name] === mark;
}

/**
 * An error with its description in its message: n8n shows only the message of a failed credential test. It is a copy,
 * because others may have got the same error, and without the network's code, for which n8n shows a message of its own.
 */
export function inOneMessage({ message, description, type, executionId }: VaultError): VaultError {
	const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
	const advice = description.replace(/ ?Reason: \w+\.$/, '');
	return new VaultError(`${sentence} ${advice}`.trim(), description, type, executionId);
}
