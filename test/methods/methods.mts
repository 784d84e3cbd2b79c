import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { AZURE, OLIVIA, SAM } from '../fixture/data.mts';
import type { ProviderFixture } from '../fixture/provider.mts';
import { ACCOUNT_PASSWORD } from '../identity/accounts.mts';
import type { KeyClient } from '../identity/clients.mts';
import type { TokenRequest } from '../identity/token-request.mts';
import { SEED_PASSWORD } from '../simulator/seed.mts';

type Fields = ICredentialDataDecryptedObject;

/** One way to log in, with all that distinguishes it. */
export interface Method {
	name: string;
	/** Whom Vault takes the caller for */
	user: string;
	/** Whether the credential opens sessions itself, and so can renew them */
	logsIn: boolean;
	/** Sets up the Vault and the provider, and gives the fields of the credential. */
	fields(fixture: ProviderFixture): Promise<Fields>;
	/** How the provider is asked, if it is */
	provider?: Pick<TokenRequest, 'grantType' | 'authentication'>;
	/** Takes away, at Vault, what the credential lives on. */
	kill(fixture: ProviderFixture): void;
}

export const API_TOKEN = 'veeva-vault-0123456789abcdef';
export const SALESFORCE_TOKEN = '00D5f000000abc!AQEAQ.salesforce_session';
export const SALESFORCE_HOST = 'https://veepharm.my.salesforce.com';

const killSessions = ({ vault }: ProviderFixture) => vault.killSessions();

export const PASSWORD: Fields = {
	authentication: 'password',
	username: OLIVIA,
	password: SEED_PASSWORD,
};

/** How a client may prove who it is: the provider's client, what the provider calls it, and what it is called here. */
const CLIENTS = {
	post: ['client_secret_post', 'secret in body'],
	basic: ['client_secret_basic', 'secret in header'],
	rsa: ['private_key_jwt', 'RSA key'],
	ec: ['private_key_jwt', 'EC key'],
	ed25519: ['private_key_jwt', 'Ed25519 key'],
} as const;
export type ClientName = keyof typeof CLIENTS;

/** The grants for which the provider is asked */
const GRANTS = {
	clientCredentials: ['client_credentials', 'client credentials'],
	refreshToken: ['refresh_token', 'refresh token'],
	password: ['password', 'resource owner password'],
} as const;
export type GrantName = keyof typeof GRANTS;

/** The credential's fields for a client of the provider. */
export function clientFields({ provider }: ProviderFixture, name: ClientName): Fields {
	const client = provider.clients[name];
	return {
		oAuth2ClientId: client.clientId,
		...('clientSecret' in client
			? {
					oAuth2ClientAuthentication: name === 'basic' ? 'header' : 'body',
					oAuth2ClientSecret: client.clientSecret,
				}
			: keyFields(client)),
	};
}

function keyFields({ privateKey, keyId }: KeyClient): Fields {
	return {
		oAuth2ClientAuthentication: 'privateKeyJwt',
		oAuth2PrivateKey: privateKey,
		oAuth2KeyId: keyId,
	};
}

/** The credential's fields for OAuth 2.0 with nothing left to discover. */
export async function oAuth2Fields(
	fixture: ProviderFixture,
	grant: GrantName,
	name: ClientName = 'post',
): Promise<Fields> {
	const { provider } = fixture;
	const { clientId } = provider.clients[name];
	return {
		authentication: 'oAuth2',
		oAuth2Grant: grant,
		username: '',
		oAuth2ProfileId: AZURE,
		oAuth2TokenEndpoint: provider.tokenEndpoint,
		...clientFields(fixture, name),
		...{
			clientCredentials: {},
			refreshToken: {
				oAuth2RefreshToken: await provider.issueRefreshToken({ clientId, username: SAM }),
			},
			password: {
				oAuth2Username: SAM,
				oAuth2Password: ACCOUNT_PASSWORD,
				oAuth2Scope: 'openid',
			},
		}[grant],
	};
}

export async function givenTokenFields({ provider }: ProviderFixture): Promise<Fields> {
	const { clientId } = provider.clients.post;
	return {
		authentication: 'oAuth2',
		oAuth2Grant: 'accessToken',
		oAuth2ProfileId: AZURE,
		oAuth2ClientId: clientId,
		oAuth2AccessToken: await provider.issueAccessToken({ clientId, username: SAM }),
	};
}

function oAuth2Method(grant: GrantName, client: ClientName): Method {
	const [grantType, grantTitle] = GRANTS[grant];
	const [authentication, clientTitle] = CLIENTS[client];
	return {
		name: `OAuth 2.0, ${grantTitle}, ${clientTitle}`,
		user: SAM,
		logsIn: true,
		fields: async (fixture) => await oAuth2Fields(fixture, grant, client),
		provider: { grantType, authentication },
		kill: killSessions,
	};
}

/** A session of Olivia that another program opened. */
export async function foreignSession({ vault, promoMats }: ProviderFixture): Promise<string> {
	const response = await fetch(`${promoMats}/api/v25.2/auth`, {
		method: 'POST',
		headers: { 'X-VaultAPI-ClientID': 'somebody-else' },
		body: new URLSearchParams({ username: OLIVIA, password: SEED_PASSWORD }),
	});
	const { sessionId } = (await response.json()) as { sessionId: string };
	vault.calls.length = 0;
	return sessionId;
}

export const METHODS: readonly Method[] = [
	{
		name: 'User name and password',
		user: OLIVIA,
		logsIn: true,
		fields: async () => PASSWORD,
		kill: killSessions,
	},
	...(Object.keys(GRANTS) as GrantName[]).flatMap((grant) =>
		(Object.keys(CLIENTS) as ClientName[]).map((client) => oAuth2Method(grant, client)),
	),
	{
		name: 'OAuth 2.0, access token given',
		user: SAM,
		logsIn: true,
		fields: givenTokenFields,
		kill: killSessions,
	},
	{
		name: 'API access token',
		user: OLIVIA,
		logsIn: false,
		async fields({ vault }) {
			vault.apiTokens.set(API_TOKEN, { username: OLIVIA, vaultId: 1776 });
			return { authentication: 'accessToken', accessToken: API_TOKEN };
		},
		kill: ({ vault }) => void vault.apiTokens.delete(API_TOKEN),
	},
	{
		name: 'Salesforce delegated',
		user: OLIVIA,
		logsIn: false,
		async fields({ vault }) {
			vault.salesforceTokens.set(SALESFORCE_TOKEN, { username: OLIVIA, host: SALESFORCE_HOST });
			return {
				authentication: 'salesforce',
				salesforceSessionToken: SALESFORCE_TOKEN,
				salesforceHost: SALESFORCE_HOST,
			};
		},
		kill: ({ vault }) => void vault.salesforceTokens.delete(SALESFORCE_TOKEN),
	},
	{
		name: 'Session ID',
		user: OLIVIA,
		logsIn: false,
		fields: async (fixture) => ({
			authentication: 'sessionId',
			existingSessionToken: await foreignSession(fixture),
		}),
		kill: killSessions,
	},
];

/** The method of a name. */
export function methodNamed(name: string): Method {
	const method = METHODS.find((candidate) => candidate.name === name);
	if (method === undefined) throw new Error(`There is no method "${name}"`);
	return method;
}
