import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { Delegation } from '../vault/calls/delegation';
import { VaultFieldError } from '../vault/errors';
import { parseEndpoint, parseHost, type VaultHost } from '../vault/http/hosts';
import { needsDiscovery } from '../vault/login/profile';
import type { Destination, Grant, LoginMethod, OAuth2Login } from '../vault/login/types';
import { parseDelegation } from './delegation';
import { readPrivateKey } from './privateKey';

/** How the credential authenticates. */
export type Authentication =
	| LoginMethod
	/** A token that Vault issued for API calls: there is no session */
	| { method: 'accessToken'; token: string }
	/** A Salesforce session, which Vault checks on every call: there is no Vault session */
	| { method: 'salesforce'; token: string; host: VaultHost }
	/** A session that someone else keeps */
	| { method: 'sessionId'; sessionId: string };

/** The fields of the credential, checked. */
export interface LoginFields extends Destination {
	authentication: Authentication;
	/** Acting on behalf of another user: the credential's session is then a delegated one */
	delegation?: Delegation;
	/** The Vault's idle timeout, in ms */
	sessionTimeoutMs: number;
}

type Credentials = ICredentialDataDecryptedObject;

/**
 * Checks every field of the `veevaVaultApi` credential that its method uses, before any call.
 *
 * @param credentials the credential's data as n8n decrypts it
 * @throws VaultFieldError naming the first field that cannot be right
 */
export function readFields(credentials: Credentials): LoginFields {
	const authentication = readAuthentication(credentials);
	return {
		...readPlace(credentials),
		authentication,
		delegation: readDelegation(credentials),
		secrets: secretsOf(authentication),
	};
}

/**
 * Checks the fields that every credential type has: where Vault is, and how to call it.
 *
 * @param clientIdLabel label of the field with Vault's client ID, for the error
 * @throws VaultFieldError
 */
export function readPlace(
	credentials: Credentials,
	clientIdLabel = 'Client ID',
): Pick<LoginFields, 'vault' | 'loginHost' | 'settings' | 'sessionTimeoutMs'> {
	return {
		vault: parseHost(credentials.vaultDns, 'Vault DNS'),
		settings: {
			apiVersion: apiVersion(credentials.apiVersion),
			clientId: clientId(credentials.vaultClientId, clientIdLabel),
		},
		sessionTimeoutMs: sessionTimeout(credentials.sessionTimeout) * 60_000,
		loginHost: parseHost(credentials.loginHost, 'Login Host'),
	};
}

function secretsOf(authentication: Authentication): string[] {
	switch (authentication.method) {
		case 'password':
			return [authentication.password];
		case 'oAuth2': {
			const { client, grant } = authentication;
			return [
				...('secret' in client ? [client.secret] : []),
				...('token' in grant ? [grant.token] : []),
				...('password' in grant ? [grant.password] : []),
			];
		}
		case 'sessionId':
			return [authentication.sessionId];
		default:
			return [authentication.token];
	}
}

function readAuthentication(credentials: Credentials): Authentication {
	const method = oneOf(credentials.authentication, 'Authentication Method', [
		'password',
		'oAuth2',
		'accessToken',
		'salesforce',
		'sessionId',
	]);
	switch (method) {
		case 'password':
			return {
				method,
				username: text(credentials.username, 'User Name', "the user's name in Vault"),
				password: secret(credentials.password, 'Password', 'the password of the Vault user'),
			};
		case 'oAuth2':
			return readOAuth2(credentials);
		case 'accessToken':
			return { method, token: apiAccessToken(credentials.accessToken) };
		case 'salesforce':
			return {
				method,
				token: headerSecret(
					credentials.salesforceSessionToken,
					'Salesforce Session Token',
					'the session token of the Salesforce user',
				),
				host: parseHost(credentials.salesforceHost, 'Salesforce Host'),
			};
		case 'sessionId':
			return {
				method,
				sessionId: headerSecret(
					credentials.existingSessionToken,
					'Session ID',
					'the ID of a valid Vault session',
				),
			};
	}
}

function readOAuth2(credentials: Credentials): OAuth2Login {
	const grant = readGrant(credentials);
	const oAuth2: OAuth2Login = {
		method: 'oAuth2',
		username: optional(credentials.username, 'User Name'),
		profileId: optional(credentials.oAuth2ProfileId, 'Profile ID'),
		tokenEndpoint: '',
		client: {
			id: optional(credentials.oAuth2ClientId, 'Client ID at the Provider'),
			...client(credentials, grant),
		},
		scope: optional(credentials.oAuth2Scope, 'Scope'),
		grant,
	};
	const tokenEndpoint = optional(credentials.oAuth2TokenEndpoint, 'Token Endpoint');
	if (tokenEndpoint !== '') oAuth2.tokenEndpoint = parseEndpoint(tokenEndpoint, 'Token Endpoint');
	assertDiscoverable(oAuth2);
	return oAuth2;
}

/**
 * Makes sure that empty fields can be looked up from the user name.
 *
 * @throws VaultFieldError when the user name is empty, too
 */
export function assertDiscoverable(oAuth2: OAuth2Login): void {
	if (!needsDiscovery(oAuth2) || oAuth2.username !== '') return;
	throw new VaultFieldError(
		'User Name',
		'',
		"the user's name in Vault, to look up the empty fields; or a Profile ID, Token Endpoint, and Client ID at the Provider",
	);
}

function readGrant(credentials: Credentials): Grant {
	const type = oneOf(credentials.oAuth2Grant, 'Grant', [
		'clientCredentials',
		'refreshToken',
		'password',
		'accessToken',
	]);
	switch (type) {
		case 'clientCredentials':
			return { type };
		case 'refreshToken':
			return {
				type,
				token: secret(
					credentials.oAuth2RefreshToken,
					'Refresh Token',
					'a refresh token of the identity provider',
				),
			};
		case 'password':
			return {
				type,
				username: text(
					credentials.oAuth2Username,
					'User Name at the Provider',
					"the user's name at the identity provider",
				),
				password: secret(
					credentials.oAuth2Password,
					'Password at the Provider',
					"the user's password at the identity provider",
				),
			};
		case 'accessToken':
			return {
				type,
				token: headerSecret(
					credentials.oAuth2AccessToken,
					'Access Token',
					'an access token of the identity provider',
				),
			};
	}
}

function client(credentials: Credentials, grant: Grant) {
	// An existing access token needs no client.
	if (grant.type === 'accessToken') return { authentication: 'body' as const, secret: '' };
	const authentication = oneOf(credentials.oAuth2ClientAuthentication, 'Client Authentication', [
		'body',
		'header',
		'privateKeyJwt',
	]);
	if (authentication === 'privateKeyJwt') {
		return {
			authentication,
			key: readPrivateKey(
				credentials.oAuth2PrivateKey,
				optional(credentials.oAuth2KeyId, 'Key ID'),
			),
		};
	}
	const value = credentials.oAuth2ClientSecret ?? '';
	// A public client has no secret. Without one, it cannot use the client credentials grant (RFC 6749, section 4.4).
	if (value === '' && grant.type !== 'clientCredentials') return { authentication, secret: '' };
	return {
		authentication,
		secret: secret(value, 'Client Secret', "the client's secret at the identity provider"),
	};
}

function readDelegation({
	authentication,
	delegated,
	delegatedVaultId,
	delegatorUserId,
}: Credentials): Delegation | undefined {
	if (delegated !== true || !['password', 'oAuth2'].includes(String(authentication))) {
		return undefined;
	}
	const id = (value: unknown, field: string) => {
		const given = typeof value === 'number' ? String(value) : value;
		const expected = 'a number, as returned by Delegation › Get Many in the Veeva Vault node';
		const digits = text(given, field, expected);
		if (!/^\d+$/.test(digits)) throw new VaultFieldError(field, digits, expected);
		return digits;
	};
	const vaultId = id(delegatedVaultId, 'Vault ID');
	return parseDelegation(`${vaultId}:${id(delegatorUserId, 'Delegator User ID')}`);
}

/**
 * Checks an API version.
 *
 * @returns the version as Vault writes it, `v25.2`
 * @throws VaultFieldError
 */
export function apiVersion(value: unknown): string {
	const expected = 'a version as Vault writes it, such as v25.2';
	const version = text(value, 'API Version', expected);
	// Not trimmed: n8n puts the field itself into the URL of the credential test.
	if (version !== value || !/^v\d{1,2}\.\d$/.test(version))
		throw new VaultFieldError('API Version', value, expected);
	return version;
}

/**
 * Checks a client ID against Vault's rule for `X-VaultAPI-ClientID`.
 *
 * @param field the field's label, for the error
 * @throws VaultFieldError
 */
export function clientId(value: unknown, field = 'Client ID'): string {
	const expected =
		'up to 100 letters, digits, dots, hyphens, and underscores, such as mycompany-mydepartment-n8n-server-myworkflow';
	const id = text(value, field, expected);
	if (!/^[A-Za-z0-9._-]{1,100}$/.test(id)) throw new VaultFieldError(field, value, expected);
	return id;
}

function sessionTimeout(value: unknown): number {
	const minutes = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof minutes !== 'number' || !(minutes > 0 && minutes <= 480)) {
		throw new VaultFieldError(
			'Session Timeout (Minutes)',
			value ?? '',
			'the number of minutes set in the Vault, more than 0 and up to 480',
		);
	}
	return minutes;
}

/** Vault's API access tokens have a fixed beginning (Vault API reference, v26). */
function apiAccessToken(value: unknown): string {
	const expected = 'an API access token of Vault, which begins with veeva-vault-';
	const token = headerSecret(value, 'API Access Token', expected);
	if (!/^veeva-vault-./.test(token)) {
		throw new VaultFieldError('API Access Token', undefined, expected);
	}
	return token;
}

function oneOf<T extends string>(value: unknown, field: string, choices: readonly T[]): T {
	const choice = choices.find((candidate) => candidate === value);
	if (choice === undefined) throw new VaultFieldError(field, value ?? '', choices.join(' or '));
	return choice;
}

function text(value: unknown, field: string, expected: string): string {
	if (typeof value !== 'string') throw new VaultFieldError(field, value ?? '', expected);
	if (value.trim() === '') throw new VaultFieldError(field, '', expected);
	return value.trim();
}

/** Text that may be missing. */
export function optional(value: unknown, field: string): string {
	if (value === undefined || value === null) return '';
	if (typeof value !== 'string') throw new VaultFieldError(field, value, 'text');
	return value.trim();
}

function secret(value: unknown, field: string, expected: string): string {
	if (value === '' || value === undefined || value === null) {
		throw new VaultFieldError(field, '', expected);
	}
	if (typeof value !== 'string') throw new VaultFieldError(field, undefined, expected);
	return value;
}

/** A secret that is sent in a header, so it must be visible ASCII (RFC 9110, section 5.5). */
function headerSecret(value: unknown, field: string, expected: string): string {
	const trimmed = secret(typeof value === 'string' ? value.trim() : value, field, expected);
	if (!/^[\x21-\x7e]+$/.test(trimmed)) throw new VaultFieldError(field, undefined, expected);
	return trimmed;
}
