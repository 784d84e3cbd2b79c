import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { isRecord } from './answer';
import { VaultError } from './errors';
import { assertDiscoverable, optional, readPlace, type LoginFields, type OAuth2 } from './fields';
import { accessTokens } from './login/tokenLineages';

/** The fields of the `veevaVaultOAuth2Api` credential, checked. */
export interface InteractiveFields
	extends Pick<
		LoginFields,
		'vault' | 'loginHost' | 'settings' | 'secrets' | 'identity' | 'boundTo' | 'sessionTimeoutMs'
	> {
	/** The identity provider's, as n8n has it */
	accessToken: string;
	/** Whom the identity provider says that it is for; empty when it says nothing */
	subject: string;
	/** How to find the Vault's profile */
	oAuth2: OAuth2;
}

/**
 * Checks every field of the `veevaVaultOAuth2Api` credential that is not n8n's own, before any call is made with it.
 *
 * @param credentials the credential's data as n8n decrypts it
 * @throws VaultFieldError naming the first field that cannot be right
 * @throws VaultError when nobody has signed in yet
 */
export function readInteractiveFields(
	credentials: ICredentialDataDecryptedObject,
): InteractiveFields {
	const place = readPlace(credentials);
	const { oauthTokenData: tokens } = credentials;
	const accessToken = isRecord(tokens) ? tokens.access_token : undefined;
	if (typeof accessToken !== 'string' || accessToken === '') {
		throw new VaultError(
			'Nobody has signed in with this credential yet',
			'Open the credential and connect: you sign in at your identity provider.',
			'NOT_CONNECTED',
		);
	}
	const oAuth2: OAuth2 = {
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
	// Who signs in anew gets another token, which does not follow from the one before.
	const identity = JSON.stringify([
		place.vault.origin,
		place.loginHost.origin,
		oAuth2.profileId,
		oAuth2.client.id,
		accessTokens.first(accessToken),
	]);
	const subject = isRecord(tokens) ? subjectOf(tokens.id_token) : '';
	return {
		...place,
		accessToken,
		subject,
		oAuth2,
		identity,
		boundTo: identity,
		secrets: [accessToken],
	};
}

/** OpenID Connect Core, sections 2 and 12.2: who an ID token is about. Not verified: it came from the token endpoint. */
export function subjectOf(idToken: unknown): string {
	try {
		const [, payload = ''] = typeof idToken === 'string' ? idToken.split('.') : [];
		const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
		return isRecord(claims) ? JSON.stringify([claims.iss, claims.sub]) : '';
	} catch {
		return '';
	}
}
