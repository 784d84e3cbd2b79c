import type { IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import { isRecord } from '../../../../packages/shared/isRecord';
import { oAuthLogin } from '../calls/authentication';
import { isVaultError, VaultError } from '../errors';
import { CALL_TIMEOUT_MS } from '../http/call';
import { redirectTarget } from '../http/headers';
import type { ResponseBody } from '../http/response';
import { withoutSecrets } from '../http/secrets';
import { callVault, sendTo, type Send } from '../http/send';
import { clientAssertion } from './clientAssertion';
import { discoverProfile, type Profile } from './profile';
import { refreshTokens } from './tokenRotation';
import type { Destination, OAuth2Login } from './types';

/**
 * Logs in with an access token of the user's identity provider.
 * Vault API reference: Authentication › OAuth 2.0 / OpenID Connect.
 *
 * @returns Vault's response as it is; the caller checks which Vault was opened
 * @throws VaultError when Vault or the provider refuses
 */
export async function loginWithOAuth2(
	send: Send,
	destination: Destination,
	oAuth2: OAuth2Login,
): Promise<ResponseBody> {
	const profile = await discoverProfile(send, destination, oAuth2);
	const logIn = async () =>
		await exchangeToken(
			send,
			destination,
			profile,
			await accessToken(send, destination, oAuth2, profile),
		);

	return await logIn().catch(async (error: unknown) => {
		if (!isVaultError(error, 'EXPIRED_TOKEN', 'INVALID_TOKEN')) throw error;
		if (oAuth2.grant.type === 'accessToken') {
			throw new VaultError(
				error.message,
				'An access token cannot be renewed: enter a new one, or use a grant that issues new ones.',
				error.type,
				error.executionId,
			);
		}
		return await logIn();
	});
}

/**
 * Exchanges an access token for a Vault session.
 *
 * @throws VaultError `EXPIRED_TOKEN` or `INVALID_TOKEN` when Vault, or the provider when asked by it, refuses the token
 */
export async function exchangeToken(
	send: Send,
	{ vault, loginHost, settings, secrets }: Destination,
	{ profileId, clientId }: Pick<Profile, 'profileId' | 'clientId'>,
	token: string,
): Promise<ResponseBody> {
	const call = oAuthLogin({ profileId, clientId, vaultDns: vault.host });
	return await callVault(send, loginHost, call, {
		clientId: settings.clientId,
		authorization: `Bearer ${token}`,
		secrets,
	});
}

/** Gets an access token with the grant. */
async function accessToken(
	send: Send,
	{ secrets }: Destination,
	{ client, grant, scope }: OAuth2Login,
	{ tokenEndpoint, clientId }: Profile,
): Promise<string> {
	if (grant.type === 'accessToken') return grant.token;

	const form: Record<string, string> = scope === '' ? {} : { scope };
	const headers: Record<string, string> = { Accept: 'application/json' };
	const hidden = [...secrets];
	const refreshToken = grant.type === 'refreshToken' ? refreshTokens.newest(grant.token) : '';
	switch (grant.type) {
		case 'clientCredentials':
			form.grant_type = 'client_credentials';
			break;
		case 'refreshToken':
			form.grant_type = 'refresh_token';
			form.refresh_token = refreshToken;
			hidden.push(refreshToken);
			break;
		case 'password':
			form.grant_type = 'password';
			form.username = grant.username;
			form.password = grant.password;
	}
	switch (client.authentication) {
		case 'body':
			form.client_id = clientId;
			if (client.secret !== '') form.client_secret = client.secret;
			break;
		case 'header':
			headers.Authorization = basic(clientId, client.secret);
			hidden.push(headers.Authorization.replace(/^Basic /, ''));
			break;
		case 'privateKeyJwt':
			form.client_id = clientId;
			form.client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
			form.client_assertion = clientAssertion(client.key, clientId, tokenEndpoint, Date.now());
			hidden.push(form.client_assertion);
	}
	const options: IHttpRequestOptions = {
		method: 'POST',
		url: tokenEndpoint,
		headers,
		body: new URLSearchParams(form),
		json: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		timeout: CALL_TIMEOUT_MS,
	};
	const { host } = new URL(tokenEndpoint);
	const issued = readTokenResponse(host, await sendTo(host, send, options), hidden);
	if (refreshToken !== '' && issued.refreshToken !== '') {
		refreshTokens.rotated(refreshToken, issued.refreshToken);
	}
	return issued.accessToken;
}

/**
 * Reads the response of a token endpoint: RFC 6749, sections 5.1 and 5.2.
 *
 * @param host the provider's, for messages
 * @param secrets what must not appear in an error
 */
function readTokenResponse(
	host: string,
	{ statusCode, headers, body }: IN8nHttpFullResponse,
	secrets: string[],
): { accessToken: string; refreshToken: string } {
	const fields: Record<string, unknown> = isRecord(body) ? body : {};
	const { access_token: token, refresh_token: refreshToken, error, error_description } = fields;
	if (statusCode === 200 && typeof token === 'string' && token !== '') {
		return {
			accessToken: token,
			refreshToken: typeof refreshToken === 'string' ? refreshToken : '',
		};
	}
	if (typeof error === 'string') {
		const description = typeof error_description === 'string' ? `: ${error_description}` : '';
		throw new VaultError(
			withoutSecrets(`The identity provider ${host} refused: ${error}${description}`, secrets),
			'',
			// Anything else is not an error code (RFC 6749, section 5.2).
			/^[a-z_]+$/.test(error) ? `OAUTH_${error.toUpperCase()}` : 'OAUTH_ERROR',
		);
	}
	if (statusCode >= 300 && statusCode < 400) {
		throw new VaultError(
			`The identity provider ${host} redirected the request to ${redirectTarget(headers, `https://${host}`)}; the redirect was not followed`,
			'A token endpoint does not redirect. Check its address.',
			'REDIRECT',
		);
	}
	throw new VaultError(
		`The identity provider ${host} responded with HTTP status ${statusCode} and no access token`,
		'Check the address of the token endpoint, or try again later.',
		'NO_ACCESS_TOKEN',
	);
}

/** RFC 6749, section 2.3.1: both parts are form-encoded before they are put together. */
function basic(clientId: string, secret: string): string {
	const encoded = [clientId, secret].map((part) =>
		new URLSearchParams([['', part]]).toString().slice(1),
	);
	return `Basic ${Buffer.from(encoded.join(':')).toString('base64')}`;
}
