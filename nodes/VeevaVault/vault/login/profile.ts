import { isRecord } from '../../../../packages/shared/isRecord';
import { discovery } from '../calls/authentication';
import { VaultError, VaultFieldError } from '../errors';
import { isLocal, isLoopback, parseEndpoint, readUrl, type VaultHost } from '../http/hosts';
import { callVault, type Send } from '../http/send';
import type { Destination, OAuth2Login } from './types';

/** Everything that a login by single sign-on needs. */
export interface Profile {
	profileId: string;
	tokenEndpoint: string;
	/** The client's ID at the provider; empty when none is needed */
	clientId: string;
}

/** Whether to ask Vault before the login, because a required field is empty. */
export function needsDiscovery({
	profileId,
	tokenEndpoint,
	client: { id },
	grant,
}: OAuth2Login): boolean {
	return profileId === '' || (grant.type !== 'accessToken' && (tokenEndpoint === '' || id === ''));
}

/**
 * Fills in the empty fields by asking Vault how the user logs in.
 * Vault API reference: Authentication › Authentication Type Discovery.
 *
 * @throws VaultError when the user does not log in by OAuth 2.0 / OpenID Connect, has several profiles, or when the
 *   profile does not have what is missing
 */
export async function discoverProfile(
	send: Send,
	{ loginHost, settings }: Pick<Destination, 'loginHost' | 'settings'>,
	oAuth2: OAuth2Login,
): Promise<Profile> {
	const { username, profileId, tokenEndpoint, client, grant } = oAuth2;
	if (!needsDiscovery(oAuth2)) return { profileId, tokenEndpoint, clientId: client.id };

	const { clientId } = settings;
	const { data } = await callVault(send, loginHost, discovery({ username, clientId }), {
		clientId,
	});
	const { auth_type: type, auth_profiles: profiles } = isRecord(data) ? data : {};
	if (type === 'password') {
		throw new VaultError(
			`${username} logs in to Vault with a password, not by single sign-on`,
			'',
			'PASSWORD_USER',
		);
	}
	const found = Array.isArray(profiles) ? (profiles as unknown[]).filter(isRecord) : [];
	if (found.length === 0) {
		throw new VaultError(
			`${username} logs in by SAML, which needs a browser`,
			'Ask a Vault administrator for an OAuth 2.0 / OpenID Connect profile, a user with a password, or an API access token.',
			'SAML_USER',
		);
	}
	const profile = findProfile(found, profileId, username);
	const metadata = isRecord(profile.as_metadata) ? profile.as_metadata : {};
	const known = {
		profileId: String(profile.id),
		tokenEndpoint,
		clientId: client.id || text(profile.as_client_id),
	};
	// An existing access token needs no token endpoint, so none is judged.
	if (grant.type === 'accessToken') return known;
	const complete = {
		...known,
		tokenEndpoint: tokenEndpoint || discoveredEndpoint(metadata, loginHost),
	};
	if (complete.tokenEndpoint === '') {
		throw missing('Token Endpoint', profile, "the provider's metadata in Vault has none");
	}
	if (complete.clientId === '') {
		throw missing(
			'Client ID at the Provider',
			profile,
			`Vault maps none to the client ID "${clientId}"`,
		);
	}
	return complete;
}

function findProfile(
	profiles: Array<Record<string, unknown>>,
	profileId: string,
	username: string,
): Record<string, unknown> {
	const list = profiles.map(({ id, label }) => `"${String(label)}" (${String(id)})`).join(', ');
	if (profileId !== '') {
		const profile = profiles.find(({ id }) => id === profileId);
		if (profile !== undefined) return profile;
		throw new VaultFieldError('Profile ID', profileId, `a profile of ${username}: ${list}`);
	}
	if (profiles.length === 1) return profiles[0];
	throw new VaultError(
		`${username} has several single sign-on profiles: ${list}`,
		'',
		'SEVERAL_PROFILES',
	);
}

/**
 * The token endpoint in the provider's metadata, as Vault knows them. It gets secrets, so it must be on the site of the
 * issuer that the metadata name, over https, and not on a local network. RFC 9700, section 4.4.
 *
 * This does not prove who the issuer is: for that, Vault's login host is trusted.
 *
 * @param loginHost the credential's own field: where it is this machine, the provider can be too
 * @throws VaultError when the endpoint is anywhere else
 */
function discoveredEndpoint(metadata: Record<string, unknown>, loginHost: VaultHost): string {
	const endpoint = text(metadata.token_endpoint);
	if (endpoint === '') return '';
	const url = readUrl(endpoint);
	const issuer = readUrl(text(metadata.issuer));
	const isSafe =
		url?.protocol === 'https:' &&
		issuer?.protocol === 'https:' &&
		!isLocal(url.hostname) &&
		(url.hostname === issuer.hostname || url.hostname.endsWith(`.${issuer.hostname}`));
	if (isSafe || isLoopback(new URL(loginHost.origin).hostname)) {
		return parseEndpoint(endpoint, 'Token Endpoint of the profile');
	}
	throw new VaultError(
		`Vault names ${url?.host || 'something that is not a URL'} as the token endpoint, which is not on the site of the issuer ${issuer?.host || '(none is named)'}`,
		'Nothing was sent there.',
		'UNTRUSTED_ENDPOINT',
	);
}

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

function missing(field: string, { id, label }: Record<string, unknown>, why: string): VaultError {
	return new VaultError(
		`${field} was not found in the profile "${String(label)}" (${String(id)}): ${why}`,
		`The ${field} is missing.`,
		'INCOMPLETE_PROFILE',
	);
}
