import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { AccessToken, ClientCredentials, Configuration } from 'oidc-provider';

import { Listener } from '../simulator/listener.mts';
import { seedAccounts, type Account } from './accounts.mts';
import {
	ASSERTION_ALGORITHMS,
	N8N_CALLBACK,
	readyClients,
	signingKey,
	type ClientRegistration,
	type ReadyClients,
} from './clients.mts';
import { Provider } from './library.mts';
import { errorPage, signInPages } from './pages.mts';
import { registerPasswordGrant } from './password-grant.mts';
import { Store } from './store.mts';
import { TokenEndpoint, type TokenFault } from './token-endpoint.mts';
import type { TokenRequest } from './token-request.mts';

const DAY = 24 * 60 * 60;
const DEFAULT_SCOPE = 'openid offline_access';

export interface ProviderOptions {
	/** 0 (default): a free port. */
	port?: number;
	/** Seconds an access token lives (default 3600). */
	accessTokenTtl?: number;
	/** Seconds a refresh token lives (default 14 days). */
	refreshTokenTtl?: number;
	/**
	 * Whether each use of a refresh token gives a new one in its place (default true). Using the old one again revokes
	 * the grant: at once, or with `'graceful'` once `graceSeconds` have passed since its first use.
	 */
	rotateRefreshTokens?: boolean | 'graceful';
	/** Default 30. */
	graceSeconds?: number;
	/** Where the ready clients let the browser return to (default: n8n's callback on port 5678). */
	redirectUri?: string;
}

/** Whom a token is for, as an interactive sign-in would have left it. */
export interface TokenOwner {
	clientId: string;
	/** An account of the provider. */
	username: string;
	/** Default `openid offline_access`. */
	scope?: string;
}

/** A running OpenID provider on this machine. */
export interface IdentityProvider {
	/** `http://localhost:PORT` */
	readonly issuer: string;
	/** The discovery document: what an administrator uploads to Vault as the profile's `as_metadata`. */
	metadata(): Record<string, unknown>;
	readonly authorizationEndpoint: string;
	readonly tokenEndpoint: string;
	/** With the credentials of the client `resourceServer`, as the simulated Vault wants it. */
	readonly introspectionEndpoint: string;

	readonly clients: ReadyClients;
	/** @throws why oidc-provider does not accept the registration */
	addClient(registration: ClientRegistration): Promise<void>;
	/** Changes a client's registration, e.g. `redirect_uris`, `client_secret`, `vault_user`. */
	updateClient(clientId: string, changes: Partial<ClientRegistration>): Promise<void>;
	removeClient(clientId: string): void;

	/** The live accounts. */
	readonly accounts: Account[];
	/** @returns the live account; throws when there is none */
	account(username: string): Account;

	/** @throws when there is no such client or account */
	issueRefreshToken(owner: TokenOwner): Promise<string>;
	/** @param owner.ttl seconds; negative: expired already */
	issueAccessToken(owner: TokenOwner & { ttl?: number }): Promise<string>;
	/** Takes back a grant with all its tokens, as an administrator would. */
	revokeGrant(token: string): Promise<void>;
	/** All access tokens expire, and on demand all refresh tokens. */
	expireTokens(options?: { refreshTokens?: boolean }): void;

	/** Calls of the token endpoint in order of arrival. */
	readonly requests: TokenRequest[];
	/** Makes the next calls of the token endpoint fail. Faults happen to calls in the order given. */
	failNext(fault: TokenFault, times?: number): void;
	clearFaults(): void;

	/** Refuses connections; everything is kept for `start`. */
	stop(): Promise<void>;
	/** Listens again on the same port. */
	start(): Promise<void>;
	close(): Promise<void>;
}

/**
 * Starts an OpenID provider (oidc-provider, certified) on a loopback port. It checks what it checks in production; only
 * the transport is not encrypted.
 * @throws the socket's error when the port is taken
 */
export async function startProvider(options: ProviderOptions = {}): Promise<IdentityProvider> {
	const { rotateRefreshTokens = true, graceSeconds = 30 } = options;
	const store = new Store(rotateRefreshTokens === 'graceful' ? graceSeconds : 0);
	const accounts = seedAccounts();
	const { clients, registrations } = await readyClients(options.redirectUri ?? N8N_CALLBACK);

	// The issuer, which the provider is made of, needs the port.
	let handle = (_request: IncomingMessage, response: ServerResponse): unknown => response.destroy();
	const listener = new Listener(options.port ?? 0, (request, response) => {
		handle(request, response);
	});
	await listener.open();
	const issuer = `http://localhost:${listener.port}`;

	const provider = new Provider(issuer, await configuration(options, store, accounts));
	const tokenEndpoint = new TokenEndpoint(provider);
	registerPasswordGrant(provider, accounts);
	provider.use(tokenEndpoint.middleware);
	provider.use(signInPages(provider, accounts));
	handle = provider.callback();

	const registered = store.records('Client');
	async function register(registration: ClientRegistration): Promise<void> {
		const { client_id: id } = registration;
		const before = registered.get(id);
		registered.set(id, registration);
		try {
			await provider.Client.find(id);
		} catch (error) {
			if (before) registered.set(id, before);
			else registered.delete(id);
			throw error;
		}
	}
	for (const registration of registrations) await register(registration);

	function account(username: string): Account {
		const found = accounts.find((candidate) => candidate.username === username);
		if (!found) throw new Error(`The provider has no account ${username}.`);
		return found;
	}

	/** What a sign-in leaves behind: a grant, to which tokens belong. */
	async function granted({ clientId, username, scope = DEFAULT_SCOPE }: TokenOwner) {
		const client = await provider.Client.find(clientId);
		if (!client) throw new Error(`The provider has no client ${clientId}.`);
		const { username: accountId } = account(username);
		const grant = new provider.Grant({ accountId, clientId });
		grant.addOIDCScope(scope);
		return { client, accountId, grantId: await grant.save(), gty: 'authorization_code', scope };
	}

	const metadata = await discoveryDocument(issuer);
	const introspection = new URL(provider.urlFor('introspection'));
	introspection.username = clients.resourceServer.clientId;
	introspection.password = clients.resourceServer.clientSecret;

	return {
		issuer,
		metadata: () => structuredClone(metadata),
		authorizationEndpoint: provider.urlFor('authorization'),
		tokenEndpoint: provider.urlFor('token'),
		introspectionEndpoint: introspection.href,
		clients,
		addClient: register,
		async updateClient(clientId, changes) {
			const registration = registered.get(clientId);
			if (!registration) throw new Error(`The provider has no client ${clientId}.`);
			await register({ ...registration, ...changes, client_id: clientId });
		},
		removeClient: (clientId) => void registered.delete(clientId),
		accounts,
		account,
		async issueRefreshToken(owner) {
			return await new provider.RefreshToken(await granted(owner)).save();
		},
		async issueAccessToken({ ttl, ...owner }) {
			const source = await granted(owner);
			return await new provider.AccessToken({ ...source, expiresIn: ttl }).save();
		},
		async revokeGrant(token) {
			const found =
				(await provider.RefreshToken.find(token, { ignoreExpiration: true })) ??
				(await provider.AccessToken.find(token, { ignoreExpiration: true }));
			if (!found?.grantId) throw new Error('The provider knows no grant of this token.');
			const { grantId } = found;
			await provider.AccessToken.revokeByGrantId(grantId);
			await provider.RefreshToken.revokeByGrantId(grantId);
			await provider.Grant.adapter.destroy(grantId);
		},
		expireTokens({ refreshTokens = false } = {}) {
			store.expire('AccessToken');
			store.expire('ClientCredentials');
			if (refreshTokens) store.expire('RefreshToken');
		},
		requests: tokenEndpoint.requests,
		failNext: (fault, times = 1) => tokenEndpoint.fail(fault, times),
		clearFaults: () => tokenEndpoint.clearFaults(),
		stop: () => listener.close(),
		start: () => listener.open(),
		async close() {
			tokenEndpoint.close();
			await listener.close();
		},
	};
}

/** OpenID Connect Discovery 1.0, section 4. */
async function discoveryDocument(issuer: string): Promise<Record<string, unknown>> {
	const response = await fetch(`${issuer}/.well-known/openid-configuration`);
	const document: unknown = await response.json();
	if (typeof document !== 'object' || document === null) throw new Error('No discovery document.');
	return { ...document };
}

/** Everything for which oidc-provider's default is a placeholder, and the features that Vault or n8n use. */
async function configuration(
	options: ProviderOptions,
	store: Store,
	accounts: Account[],
): Promise<Configuration> {
	const { accessTokenTtl = 3600, refreshTokenTtl = 14 * DAY, rotateRefreshTokens } = options;
	return {
		adapter: (model: string) => store.adapter(model),
		jwks: { keys: [await signingKey()] },
		cookies: { keys: [randomBytes(32).toString('hex')] },
		scopes: ['openid', 'offline_access', 'profile', 'email'],
		claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email'] },
		clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
		enabledJWA: { clientAuthSigningAlgValues: [...ASSERTION_ALGORITHMS] },
		extraClientMetadata: { properties: ['vault_user'] },
		features: {
			devInteractions: { enabled: false },
			dPoP: { enabled: false },
			pushedAuthorizationRequests: { enabled: false },
			resourceIndicators: { enabled: false },
			rpInitiatedLogout: { enabled: false },
			clientCredentials: { enabled: true },
			introspection: {
				enabled: true,
				allowedPolicy: (_ctx, client, token) =>
					client.grantTypes?.length === 0 || client.clientId === token.clientId,
			},
			revocation: {
				enabled: true,
				allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId,
			},
		},
		extraTokenClaims: (_ctx, token) => vaultUser(token),
		findAccount(_ctx, id) {
			const found = accounts.find(({ username }) => username === id);
			if (!found) return undefined;
			return {
				accountId: id,
				claims: () => ({ sub: id, name: found.name, preferred_username: id, email: id }),
			};
		},
		rotateRefreshToken: rotateRefreshTokens !== false,
		ttl: {
			AccessToken: accessTokenTtl,
			ClientCredentials: accessTokenTtl,
			RefreshToken: refreshTokenTtl,
			AuthorizationCode: 60,
			IdToken: 3600,
			Interaction: 3600,
			Grant: 14 * DAY,
			Session: 14 * DAY,
		},
		clientBasedCORS: () => false,
		renderError(ctx, { error, error_description }) {
			ctx.type = 'html';
			ctx.body = errorPage(error, error_description);
		},
	};
}

/** What introspection says of a token, by which the simulated Vault finds the user. */
function vaultUser(token: AccessToken | ClientCredentials): Record<string, unknown> {
	if ('accountId' in token) return { username: token.accountId };
	const { client } = token;
	const user = client && 'vault_user' in client ? client.vault_user : undefined;
	return { sub: token.clientId, username: user };
}
