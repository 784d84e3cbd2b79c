import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { isRecord } from '../../../packages/shared/isRecord';
import { VaultError } from '../vault/errors';
import { accessTokens } from '../vault/login/tokenRotation';
import type { Destination, OAuth2Login } from '../vault/login/types';
import type { LoginIdentity } from '../vault/session/types';
import { assertDiscoverable, optional, readPlace } from './fields';

/** The fields of the `veevaVaultOAuth2Api` credential, checked. */
export interface OAuth2Fields extends Destination {
	/** The Vault's idle timeout, in ms */
	sessionTimeoutMs: number;
	/** The identity provider's token, as n8n keeps it */
	accessToken: string;
	/** Whom the identity provider issued it for; empty when the provider does not say */
	subject: string;
	/** How to find the profile in Vault */
	oAuth2: OAuth2Login;
}

/**
 * Checks the fields of the `veevaVaultOAuth2Api` credential, except n8n's own, before any call.
 *
 * @param credentials the credential's data as n8n decrypts it
 * @throws VaultFieldError naming the first field that cannot be right
 * @throws VaultError when no one has signed in yet
 */
export function readOAuth2Fields(credentials: ICredentialDataDecryptedObject): OAuth2Fields {
	const place = readPlace(credentials, 'Vault Client ID');
	const { oauthTokenData: tokens } = credentials;
	const accessToken = isRecord(tokens) ? tokens.access_token : undefined;
	if (typeof accessToken !== 'string' || accessToken === '') {
		throw new VaultError(
			'No one has signed in with this credential yet',
			'Open the credential, connect it, and sign in at your identity provider.',
			'NOT_CONNECTED',
		);
	}
	const oAuth2: OAuth2Login = {
		method: 'oAuth2',
		username: optional(credentials.username, 'User Name'),
		profileId: optional(credentials.oAuth2ProfileId, 'Profile ID'),
		tokenEndpoint: '',
		client: {
			id: optional(credentials.clientId, 'Client ID'),
			authentication: 'body',
			secret: '',
		},
		scope: '',
		grant: { type: 'accessToken', token: accessToken },
	};
	assertDiscoverable(oAuth2);
	const subject = isRecord(tokens) ? subjectOf(tokens.id_token) : '';
	return { ...place, accessToken, subject, oAuth2, secrets: [accessToken] };
}

/**
 * Whom and what the session is for. After a new sign-in, the token does not follow from the one before, so the session is a
 * new one.
 */
export function oAuth2IdentityOf(fields: OAuth2Fields): LoginIdentity {
	const { vault, loginHost, oAuth2, accessToken, sessionTimeoutMs } = fields;
	const identity = JSON.stringify([
		vault.origin,
		loginHost.origin,
		oAuth2.profileId,
		oAuth2.client.id,
		accessTokens.first(accessToken),
	]);
	return { identity, boundTo: identity, sessionTimeoutMs };
}

/** Who an ID token is about (OpenID Connect Core, sections 2 and 12.2). Not verified: it came from the token endpoint. */
export function subjectOf(idToken: unknown): string {
	try {
		const [, payload = ''] = typeof idToken === 'string' ? idToken.split('.') : [];
		const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
		return isRecord(claims) ? JSON.stringify([claims.iss, claims.sub]) : '';
	} catch {
		return '';
	}
}
