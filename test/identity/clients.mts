import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

import type { AllClientMetadata, JWK } from 'oidc-provider';

/** Where n8n lets a provider send the browser back to, with its default port. */
export const N8N_CALLBACK = 'http://localhost:5678/rest/oauth2-credential/callback';

/**
 * Registration of a client (RFC 7591), with the Vault user whom its own tokens are for: those of the client credentials
 * grant have no user of their own.
 */
export interface ClientRegistration extends AllClientMetadata {
	client_id: string;
	vault_user?: string;
}

export interface SecretClient {
	clientId: string;
	clientSecret: string;
}

/** A client that signs assertions (RFC 7523, section 2.2). */
export interface KeyClient {
	clientId: string;
	/** PKCS #8, PEM. */
	privateKey: string;
	/** `kid` of the registered public key. */
	keyId: string;
	/** JWS algorithms of this key that the provider accepts. */
	algorithms: readonly string[];
}

/** Clients that are there from the start. All but the last three get tokens of their own for sam@veepharm.com. */
export interface ReadyClients {
	/** client_secret_post */
	post: SecretClient;
	/** client_secret_basic; id and secret need the form-encoding of RFC 6749, section 2.3.1 */
	basic: SecretClient;
	/** private_key_jwt, 2048 bits */
	rsa: KeyClient;
	/** private_key_jwt, P-256 */
	ec: KeyClient;
	/** private_key_jwt */
	ed25519: KeyClient;
	/** Authorization code with a secret; its redirect URI is exact. PKCE when the client asks for it. */
	web: SecretClient;
	/** Authorization code without a secret: PKCE is required. Any port of its redirect URI will do (RFC 8252). */
	public: { clientId: string };
	/** Vault: may introspect the tokens of all clients, and get none. */
	resourceServer: SecretClient;
}

const SAM = 'sam@veepharm.com';
const RSA_ALGORITHMS = ['RS256', 'PS256', 'RS384', 'PS384', 'RS512', 'PS512'] as const;
const ED25519_ALGORITHMS = ['Ed25519', 'EdDSA'] as const;

/** What a client may sign its assertions with. */
export const ASSERTION_ALGORITHMS = [...RSA_ALGORITHMS, 'ES256', ...ED25519_ALGORITHMS] as const;

/**
 * Makes the ready clients; their keys are new in each process, and the same in all its providers.
 * @returns what a test needs to know, and what the provider has to register
 */
export async function readyClients(
	redirectUri: string,
): Promise<{ clients: ReadyClients; registrations: ClientRegistration[] }> {
	const { rsa, ec, ed25519 } = await keys();
	const clients: ReadyClients = {
		post: { clientId: 'vault-post', clientSecret: 'post &=+%:"\'~ secret' },
		basic: { clientId: 'vault basic&=+%:"\'', clientSecret: 'basic &=+%:"\'<>^`{|}~ secret' },
		rsa: keyClient('vault-rsa', rsa, RSA_ALGORITHMS),
		ec: keyClient('vault-ec', ec, ['ES256']),
		ed25519: keyClient('vault-ed25519', ed25519, ED25519_ALGORITHMS),
		web: { clientId: 'n8n-web', clientSecret: 'web secret' },
		public: { clientId: 'n8n-public' },
		resourceServer: { clientId: 'vault', clientSecret: 'introspect' },
	};
	const own = {
		grant_types: ['client_credentials', 'refresh_token', 'password', 'authorization_code'],
		redirect_uris: [redirectUri],
		vault_user: SAM,
	};
	const interactive = {
		grant_types: ['authorization_code', 'refresh_token'],
		redirect_uris: [redirectUri],
	};
	const registrations: ClientRegistration[] = [
		{ ...own, ...secret(clients.post), token_endpoint_auth_method: 'client_secret_post' },
		{ ...own, ...secret(clients.basic), token_endpoint_auth_method: 'client_secret_basic' },
		...[clients.rsa, clients.ec, clients.ed25519].map((client) => ({
			...own,
			client_id: client.clientId,
			token_endpoint_auth_method: 'private_key_jwt' as const,
			jwks: { keys: [publicJwk(client)] },
		})),
		{ ...interactive, ...secret(clients.web) },
		{
			...interactive,
			client_id: clients.public.clientId,
			application_type: 'native',
			token_endpoint_auth_method: 'none',
		},
		{ ...secret(clients.resourceServer), grant_types: [], response_types: [], redirect_uris: [] },
	];
	return { clients, registrations };
}

/** @returns a key for the provider to sign ID tokens with */
export async function signingKey(): Promise<JWK> {
	return { ...(await keys()).signing.export({ format: 'jwk' }), kid: 'signing', use: 'sig' };
}

interface Keys {
	signing: KeyObject;
	rsa: KeyObject;
	ec: KeyObject;
	ed25519: KeyObject;
}

let generated: Promise<Keys> | undefined;

function keys(): Promise<Keys> {
	return (generated ??= generate());
}

async function generate(): Promise<Keys> {
	const make = promisify(generateKeyPair);
	const [signing, rsa, ec, ed25519] = await Promise.all([
		make('rsa', { modulusLength: 2048 }),
		make('rsa', { modulusLength: 2048 }),
		make('ec', { namedCurve: 'P-256' }),
		make('ed25519'),
	]);
	return {
		signing: signing.privateKey,
		rsa: rsa.privateKey,
		ec: ec.privateKey,
		ed25519: ed25519.privateKey,
	};
}

function keyClient(clientId: string, key: KeyObject, algorithms: readonly string[]): KeyClient {
	const privateKey = key.export({ type: 'pkcs8', format: 'pem' }).toString();
	return { clientId, privateKey, keyId: `${clientId}-key`, algorithms };
}

function publicJwk({ privateKey, keyId }: KeyClient): JWK {
	return { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid: keyId };
}

function secret({ clientId, clientSecret }: SecretClient) {
	return { client_id: clientId, client_secret: clientSecret };
}
