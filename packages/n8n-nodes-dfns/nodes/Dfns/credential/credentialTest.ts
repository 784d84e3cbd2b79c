import type { IHttpRequestOptions } from 'n8n-workflow';

/** Marks the request of a credential test, so that the credential knows when it is tested. It does not leave n8n. */
export const CREDENTIAL_TEST_HEADERS = { 'X-N8n-Credential-Test': 'true' } as const;

/** Whether a request is that of a credential test. */
export function isCredentialTest({ headers }: Pick<IHttpRequestOptions, 'headers'>): boolean {
	const [[name, mark]] = Object.entries(CREDENTIAL_TEST_HEADERS);
	return headers?.[name] === mark;
}
