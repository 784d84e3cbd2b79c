import { SEED_PASSWORD } from './seed.mts';
import type { Simulator } from './simulator.mts';

/** A call as the self tests make it; the host is PromoMats unless said otherwise. */
export interface TestCall {
	host?: string;
	/** Goes into `Authorization` as it is. */
	session?: string;
	form?: Record<string, string> | FormData;
	headers?: Record<string, string>;
}

export interface TestAnswer {
	status: number;
	headers: Headers;
	text: string;
	/** The envelope; empty when the answer is not JSON. */
	body: Record<string, unknown>;
	/** The type of the first error. */
	error?: string;
}

/** Makes one call as a well-behaved client does. */
export async function call(
	vault: Simulator,
	method: string,
	path: string,
	{ host = vault.hosts.promoMats, session, form, headers }: TestCall = {},
): Promise<TestAnswer> {
	const response = await fetch(vault.url(host, path), {
		method,
		redirect: 'manual',
		headers: {
			Accept: 'application/json',
			'X-VaultAPI-ClientID': 'veepharm-test-client-jest',
			...(session !== undefined && { Authorization: session }),
			...headers,
		},
		...(form && { body: form instanceof FormData ? form : new URLSearchParams(form) }),
	});
	const text = await response.text();
	const body = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>;
	return { status: response.status, headers: response.headers, text, body, error: errorOf(body) };
}

/** Logs in with the seeded password. */
export function logIn(
	vault: Simulator,
	username = 'olivia@veepharm.com',
	more: { password?: string; vaultDNS?: string; host?: string } = {},
): Promise<TestAnswer> {
	const { host, ...fields } = more;
	const form = { username, password: SEED_PASSWORD, ...fields };
	return call(vault, 'POST', '/api/v25.2/auth', { form, ...(host && { host }) });
}

/** @returns the ID of a new session */
export async function openSession(vault: Simulator, username?: string): Promise<string> {
	return String((await logIn(vault, username)).body.sessionId);
}

/** Calls the API the plainest way that extends a session. */
export function poke(vault: Simulator, session: string, host?: string): Promise<TestAnswer> {
	return call(vault, 'GET', '/api/v25.2/objects/documents', { session, ...(host && { host }) });
}

function errorOf({ errors }: Record<string, unknown>): string | undefined {
	const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
	if (typeof first !== 'object' || first === null || !('type' in first)) return undefined;
	return String(first.type);
}
