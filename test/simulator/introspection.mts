import { VaultError } from './answers.mts';
import type { Context } from './call.mts';

/**
 * Validates an access token, at the introspection endpoint or by the table of tokens.
 * @param clientId the client ID at the authorization server, when the caller named one
 * @returns the user name the token is for
 * @throws EXPIRED_TOKEN, INVALID_TOKEN
 */
export async function tokenOwner(
	context: Context,
	token: string,
	clientId: string | undefined,
): Promise<string> {
	const { state, clock, settings } = context;
	if (settings.introspectionEndpoint !== undefined) {
		return await introspect(context, settings.introspectionEndpoint, token, clientId);
	}
	const record = state.accessTokens.get(token);
	if (!record) throw invalid();
	if (record.expiresAt !== undefined && record.expiresAt <= clock.now()) throw expired();
	return record.username;
}

/** RFC 7662, section 2; client authentication as in RFC 6749, section 2.3.1. */
async function introspect(
	context: Context,
	endpoint: string,
	token: string,
	clientId: string | undefined,
): Promise<string> {
	const url = new URL(endpoint);
	const form = new URLSearchParams({ token, token_type_hint: 'access_token' });
	const headers: Record<string, string> = { Accept: 'application/json' };
	if (url.username) {
		const credentials = `${url.username}:${url.password}`;
		headers.Authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
		url.username = url.password = '';
	} else if (clientId !== undefined) {
		form.set('client_id', clientId);
	}
	const answer = await readAnswer(url, form, headers);

	const { state, clock } = context;
	if (typeof answer.exp === 'number') state.seenTokens.set(token, answer.exp * 1000);
	const expiresAt = state.seenTokens.get(token);
	if (expiresAt !== undefined && expiresAt <= clock.now()) throw expired();
	if (answer.active !== true) throw invalid();
	// A token for another client is not one for this application.
	if (clientId !== undefined && answer.client_id !== undefined && answer.client_id !== clientId) {
		throw invalid();
	}
	const owner = [answer.username, answer.preferred_username, answer.email, answer.sub].find(
		(name) => typeof name === 'string',
	);
	if (typeof owner !== 'string') throw invalid();
	return owner;
}

async function readAnswer(
	url: URL,
	body: URLSearchParams,
	headers: Record<string, string>,
): Promise<Record<string, unknown>> {
	try {
		const response = await fetch(url, { method: 'POST', body, headers });
		const answer: unknown = response.ok ? await response.json() : undefined;
		if (typeof answer === 'object' && answer !== null) return { ...answer };
	} catch {
		// An endpoint that does not answer and one that refuses are the same to the caller.
	}
	throw new VaultError('UNEXPECTED_ERROR', 'The introspection endpoint gave no usable answer.');
}

function expired(): VaultError {
	return new VaultError('EXPIRED_TOKEN', 'The access token has expired.');
}

function invalid(): VaultError {
	return new VaultError('INVALID_TOKEN', 'The access token is not valid.');
}
