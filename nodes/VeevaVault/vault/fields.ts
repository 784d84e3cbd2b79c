import { KeyObject } from 'crypto';

import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { CallSettings } from './api';
import { parseDelegation, type Delegation } from './delegation';
import { VaultFieldError } from './errors';
import { parseEndpoint, parseHost, type VaultHost } from './hosts';
import { readPrivateKey, type ClientKey } from './login/clientKey';
import { refreshTokens } from './login/tokenLineages';
import type { LoginIdentity } from './session';

/** How the credential gets into Vault. */
export type Authentication =
	| { method: 'password'; username: string; password: string }
	| OAuth2
	/** A token that Vault has issued for API calls: there is no session */
	| { method: 'accessToken'; token: string }
	/** A Salesforce session, which Vault checks at each call: there is no Vault session */
	| { method: 'salesforce'; token: string; host: VaultHost }
	/** A session that somebody else keeps */
	| { method: 'sessionId'; sessionId: string };

/** An access token of an identity provider, exchanged for a Vault session. What is empty is discovered. */
export interface OAuth2 {
	method: 'oAuth2';
	/** The Vault user, for whom is discovered; may be empty when nothing has to be */
	username: string;
	/** Vault's OAuth 2.0 / OpenID Connect profile */
	profileId: string;
	/** Where the provider gives out tokens (RFC 6749, section 3.2) */
	tokenEndpoint: string;
	/** How the provider knows this client (RFC 6749, section 2.3; RFC 7523, section 2.2) */
	client: { id: string } & (
		| { authentication: 'body' | 'header'; secret: string }
		| { authentication: 'privateKeyJwt'; key: ClientKey }
	);
	scope: string;
	grant: Grant;
}

/** What the provider gives an access token for. */
export type Grant =
	/** RFC 6749, section 4.4 */
	| { type: 'clientCredentials' }
	/** RFC 6749, section 6 */
	| { type: 'refreshToken'; token: string }
	/** RFC 6749, section 4.3 */
	| { type: 'password'; username: string; password: string }
	/** It is at hand already */
	| { type: 'accessToken'; token: string };

/** The fields of the credential, checked. */
export interface LoginFields extends LoginIdentity {
	vault: VaultHost;
	loginHost: VaultHost;
	authentication: Authentication;
	settings: CallSettings;
	/** Acting on behalf of another user: the credential's session is then a delegated one */
	delegation?: Delegation;
	/** What must not appear in a message, should somebody repeat it there */
	secrets: string[];
}

type Credentials = ICredentialDataDecryptedObject;

/**
 * Checks every field of the `veevaVaultApi` credential that its method uses, before any call is made with it.
 *
 * @param credentials the credential's data as n8n decrypts it
 * @throws VaultFieldError naming the first field that cannot be right
 */
export function readFields(credentials: Credentials): LoginFields {
	const authentication = readAuthentication(credentials);
	const fields = {
		...readPlace(credentials),
		authentication,
		delegation: readDelegation(credentials),
		secrets: secretsOf(authentication),
	};
	return { ...fields, ...identityOf(fields) };
}

/**
 * Checks the fields that each credential type has: where Vault is, and how to call it.
 *
 * @throws VaultFieldError
 */
export function readPlace(
	credentials: Credentials,
): Pick<LoginFields, 'vault' | 'loginHost' | 'settings' | 'sessionTimeoutMs'> {
	return {
		vault: parseHost(credentials.vaultDns, 'Vault DNS'),
		settings: {
			apiVersion: apiVersion(credentials.apiVersion),
			clientId: clientId(credentials.vaultClientId),
		},
		sessionTimeoutMs: sessionTimeout(credentials.sessionTimeout) * 60_000,
		loginHost: parseHost(credentials.loginHost, 'Login Host'),
	};
}

/** The fields of the login behind a delegated one: the user's own. */
export function withoutDelegation(fields: LoginFields): LoginFields {
	const own = { ...fields, delegation: undefined };
	return { ...own, ...identityOf(own) };
}

type Login = Pick<LoginFields, 'vault' | 'loginHost' | 'authentication' | 'delegation'>;

/** Of the refresh tokens of one grant, the first stands for all: {@link LoginIdentity.identity}. */
function identityOf(login: Login): Pick<LoginIdentity, 'identity' | 'boundTo'> {
	const own = boundTo(login);
	const token = refreshTokenOf(login);
	const first = token === undefined ? undefined : refreshTokens.first(token);
	return { boundTo: own, identity: first === token ? own : boundTo(login, first) };
}

/**
 * {@link LoginIdentity.boundTo}.
 *
 * @param refreshToken the one to be bound to, where the provider has rotated that of the fields
 */
export function boundTo(
	{ vault, loginHost, authentication, delegation }: Login,
	refreshToken = refreshTokenOf({ authentication }),
): string {
	return JSON.stringify(
		[vault.origin, loginHost.origin, authentication, delegation],
		(key, value: unknown) => {
			// Its PEM text is there as well.
			if (value instanceof KeyObject) return undefined;
			return key === 'grant' && refreshToken !== undefined ? refreshToken : value;
		},
	);
}

/** The refresh token of the fields; the provider may have rotated it since. */
export function refreshTokenOf({
	authentication,
}: Pick<LoginFields, 'authentication'>): string | undefined {
	return authentication.method === 'oAuth2' && authentication.grant.type === 'refreshToken'
		? authentication.grant.token
		: undefined;
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
					'the ID of a living Vault session',
				),
			};
	}
}

function readOAuth2(credentials: Credentials): OAuth2 {
	const grant = readGrant(credentials);
	const oAuth2: OAuth2 = {
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
 * What is empty has to be discovered by the user name.
 *
 * @throws VaultFieldError when there is none
 */
export function assertDiscoverable(oAuth2: OAuth2): void {
	if (!needsDiscovery(oAuth2) || oAuth2.username !== '') return;
	throw new VaultFieldError(
		'User Name',
		'',
		"the user's name in Vault, by which the empty fields are discovered; or a Profile ID, Token Endpoint and Client ID at the Provider",
	);
}

/** Whether something has to be asked of Vault before the login: a field that is needed is empty. */
export function needsDiscovery({
	profileId,
	tokenEndpoint,
	client: { id },
	grant,
}: OAuth2): boolean {
	return profileId === '' || (grant.type !== 'accessToken' && (tokenEndpoint === '' || id === ''));
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
	// An access token that is at hand needs no client.
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
	// A public client has none, but without a secret it cannot act in its own name (RFC 6749, section 4.4).
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
		const expected = 'a number, as Delegation › Get Many of the Veeva Vault node lists it';
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
 * @returns it as Vault writes it, `v25.2`
 * @throws VaultFieldError
 */
export function apiVersion(value: unknown): string {
	const expected = 'a version as Vault writes it, such as v25.2';
	const version = text(value, 'API Version', expected);
	// As it is: n8n puts the field itself into the address of the credential test.
	if (version !== value || !/^v\d{1,2}\.\d$/.test(version))
		throw new VaultFieldError('API Version', value, expected);
	return version;
}

/**
 * Checks a client ID against Vault's rule for `X-VaultAPI-ClientID`.
 *
 * @throws VaultFieldError
 */
export function clientId(value: unknown): string {
	const expected =
		'up to 100 letters, digits, dots, hyphens and underscores, such as mycompany-mydepartment-n8n-server-myworkflow';
	const id = text(value, 'Client ID', expected);
	if (!/^[A-Za-z0-9._-]{1,100}$/.test(id)) throw new VaultFieldError('Client ID', value, expected);
	return id;
}

function sessionTimeout(value: unknown): number {
	const minutes = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof minutes !== 'number' || !(minutes > 0 && minutes <= 480)) {
		throw new VaultFieldError(
			'Session Timeout (Minutes)',
			value ?? '',
			'the number of minutes set in the Vault, above 0 and up to 480',
		);
	}
	return minutes;
}

/** Vault's own API access tokens are known by their beginning (Vault API reference, v26). */
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

/** A secret that travels in a header: visible ASCII, or nothing could be sent (RFC 9110, section 5.5). */
function headerSecret(value: unknown, field: string, expected: string): string {
	const trimmed = secret(typeof value === 'string' ? value.trim() : value, field, expected);
	if (!/^[\x21-\x7e]+$/.test(trimmed)) throw new VaultFieldError(field, undefined, expected);
	return trimmed;
}
