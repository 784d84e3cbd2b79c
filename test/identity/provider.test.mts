import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import * as openid from 'openid-client';

import { startSimulator } from '../simulator/simulator.mts';
import { ACCOUNT_PASSWORD } from './accounts.mts';
import { N8N_CALLBACK, type KeyClient, type SecretClient } from './clients.mts';
import { startProvider, type IdentityProvider, type ProviderOptions } from './provider.mts';
import { signIn } from './sign-in.mts';

/** The provider's other side is openid-client, which is certified too. */

const SAM = 'sam@veepharm.com';
const RITA = 'rita@veepharm.com';
const SCOPE = 'openid offline_access';

let provider: IdentityProvider;
before(async () => {
	provider = await startProvider();
});
after(() => provider.close());
beforeEach(() => {
	provider.clearFaults();
	provider.requests.length = 0;
});

const discovered = (id: string, authentication: openid.ClientAuth, at = provider) =>
	openid.discovery(new URL(at.issuer), id, undefined, authentication, {
		execute: [openid.allowInsecureRequests],
	});

const post = ({ clientId, clientSecret }: SecretClient, at = provider) =>
	discovered(clientId, openid.ClientSecretPost(clientSecret), at);

const vault = () => {
	const { clientId, clientSecret } = provider.clients.resourceServer;
	return discovered(clientId, openid.ClientSecretBasic(clientSecret));
};

const introspect = async (token: string) => await openid.tokenIntrospection(await vault(), token);

const signing = {
	'vault-rsa': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
	'vault-ec': { name: 'ECDSA', namedCurve: 'P-256' },
	'vault-ed25519': { name: 'Ed25519' },
};

function assertion({ clientId, privateKey, keyId }: KeyClient, key?: KeyObject) {
	const [, algorithm] = Object.entries(signing).find(([id]) => id === clientId) ?? [];
	assert(algorithm);
	const signer = (key ?? createPrivateKey(privateKey)).toCryptoKey(algorithm, false, ['sign']);
	return discovered(clientId, openid.PrivateKeyJwt({ key: signer, kid: keyId }));
}

/** A token request without a library: what the client is really told. */
async function ask(form: Record<string, string>, at = provider) {
	const { clientId, clientSecret } = at.clients.post;
	const response = await fetch(at.tokenEndpoint, {
		method: 'POST',
		body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...form }),
		redirect: 'manual',
	});
	const body: unknown = await response.json();
	assert(typeof body === 'object' && body !== null);
	return new Map<string, unknown>([['status', response.status], ...Object.entries(body)]);
}

const refuses = (error: string) => (thrown: unknown) =>
	thrown instanceof openid.ResponseBodyError && thrown.error === error;

const outcomes = () => provider.requests.map(({ outcome }) => outcome);

async function another(t: { after(task: () => Promise<void>): void }, options: ProviderOptions) {
	const started = await startProvider(options);
	t.after(() => started.close());
	return started;
}

test('the metadata name the endpoints', () => {
	const metadata = provider.metadata();
	assert.equal(metadata.issuer, provider.issuer);
	assert.equal(metadata.token_endpoint, provider.tokenEndpoint);
	assert.equal(metadata.authorization_endpoint, provider.authorizationEndpoint);
	assert.match(provider.issuer, /^http:\/\/localhost:\d+$/);
});

describe('client authentication', () => {
	const ownToken = async (config: openid.Configuration) =>
		await introspect((await openid.clientCredentialsGrant(config)).access_token);

	test('accepts client_secret_post', async () => {
		const { post: client } = provider.clients;
		const about = await ownToken(await post(client));
		assert.equal(about.active, true);
		assert.equal(about.username, SAM);
		assert.equal(about.client_id, client.clientId);
		const [request] = provider.requests;
		assert.equal(request?.authentication, 'client_secret_post');
		assert.equal(request.clientId, client.clientId);
		assert.equal(request.grantType, 'client_credentials');
		assert.equal(request.outcome, 'SUCCESS');
	});

	test('accepts client_secret_basic with ID and secret form-encoded', async () => {
		const { clientId, clientSecret } = provider.clients.basic;
		const config = await discovered(clientId, openid.ClientSecretBasic(clientSecret));
		assert.equal((await ownToken(config)).username, SAM);
		assert.equal(provider.requests[0]?.authentication, 'client_secret_basic');
		assert.equal(provider.requests[0].clientId, clientId);
	});

	test('refuses client_secret_basic without encoding', async () => {
		const { clientId, clientSecret } = provider.clients.basic;
		const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
		const { status } = await fetch(provider.tokenEndpoint, {
			method: 'POST',
			headers: { Authorization: `Basic ${credentials}` },
			body: new URLSearchParams({ grant_type: 'client_credentials' }),
		});
		assert.equal(status, 400);
		assert.match(provider.requests[0]?.detail ?? '', /not properly encoded/);
	});

	for (const name of ['rsa', 'ec', 'ed25519'] as const) {
		test(`accepts private_key_jwt with ${name}`, async () => {
			const client = provider.clients[name];
			assert.match(client.privateKey, /^-----BEGIN PRIVATE KEY-----/);
			assert.equal((await ownToken(await assertion(client))).username, SAM);
			assert.equal(provider.requests[0]?.authentication, 'private_key_jwt');
			assert.equal(provider.requests[0].clientId, client.clientId);
		});
	}

	test('answers invalid_client to a wrong secret, a wrong key and an unknown client', async () => {
		const { post: client, ec } = provider.clients;
		const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
		for (const config of [
			await post({ ...client, clientSecret: 'wrong' }),
			await post({ ...client, clientId: 'nobody' }),
			await assertion(ec, stranger),
		]) {
			await assert.rejects(
				openid.clientCredentialsGrant(config),
				(thrown) =>
					refuses('invalid_client')(thrown) ||
					thrown instanceof openid.WWWAuthenticateChallengeError,
			);
		}
		assert.deepEqual(outcomes(), ['invalid_client', 'invalid_client', 'invalid_client']);
	});

	test('accepts an assertion once', async () => {
		let captured = '';
		const config = await assertion(provider.clients.ec);
		config[openid.customFetch] = (url, options) => {
			captured = (options.body as URLSearchParams).toString();
			return fetch(url, { ...options, body: captured });
		};
		await openid.clientCredentialsGrant(config);
		const again = await fetch(provider.tokenEndpoint, {
			method: 'POST',
			body: new URLSearchParams(captured),
		});
		assert.equal(again.status, 401);
		assert.match(provider.requests[1]?.detail ?? '', /must only be used once/);
	});

	test('lets clients be added, changed and removed', async () => {
		const client = { clientId: 'mine', clientSecret: 'first' };
		await provider.addClient({
			client_id: 'mine',
			client_secret: 'first',
			grant_types: ['client_credentials'],
			redirect_uris: [],
			response_types: [],
			vault_user: RITA,
		});
		const config = await post(client);
		assert.equal((await ownToken(config)).username, RITA);
		await provider.updateClient('mine', { client_secret: 'second' });
		await assert.rejects(openid.clientCredentialsGrant(config), refuses('invalid_client'));
		await assert.rejects(provider.updateClient('mine', { grant_types: ['unheard of'] }));
		assert.equal((await ownToken(await post({ ...client, clientSecret: 'second' }))).active, true);
		provider.removeClient('mine');
		await assert.rejects(openid.clientCredentialsGrant(config), refuses('invalid_client'));
	});
});

describe('refresh token', () => {
	const issue = (at = provider) =>
		at.issueRefreshToken({ clientId: at.clients.post.clientId, username: RITA });
	const refresh = async (token: string, at = provider) =>
		await openid.refreshTokenGrant(await post(at.clients.post, at), token);

	test('is rotated, and yields an access token for its user', async () => {
		const first = await issue();
		const answer = await refresh(first);
		assert(answer.refresh_token);
		assert.notEqual(answer.refresh_token, first);
		assert.equal(answer.claims()?.sub, RITA);
		const about = await introspect(answer.access_token);
		assert.equal(about.username, RITA);
		assert.equal(about.sub, RITA);
		assert((await refresh(answer.refresh_token)).refresh_token);
	});

	test('used twice revokes the grant', async () => {
		const first = await issue();
		const { refresh_token: second = '', access_token: access } = await refresh(first);
		await assert.rejects(refresh(first), refuses('invalid_grant'));
		assert.match(provider.requests[1]?.detail ?? '', /refresh token already used$/);
		await assert.rejects(refresh(second), refuses('invalid_grant'));
		assert.equal((await introspect(access)).active, false);
	});

	test('used twice at the same time revokes the grant', async () => {
		const first = await issue();
		const config = await post(provider.clients.post);
		const both = await Promise.allSettled(
			[first, first].map((token) => openid.refreshTokenGrant(config, token)),
		);
		assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
		assert.deepEqual(outcomes().sort(), ['SUCCESS', 'invalid_grant']);
	});

	test('used twice within the grace period is fine, and after it revokes the grant', async (t) => {
		const graceful = await another(t, { rotateRefreshTokens: 'graceful', graceSeconds: 2 });
		const first = await issue(graceful);
		const answers = [await refresh(first, graceful), await refresh(first, graceful)];
		assert.equal(new Set([first, ...answers.map((answer) => answer.refresh_token)]).size, 3);
		await setTimeout(2100);
		await assert.rejects(refresh(first, graceful), refuses('invalid_grant'));
		const [{ refresh_token: second = '' }] = answers;
		await assert.rejects(refresh(second, graceful), refuses('invalid_grant'));
	});

	test('stays the same without rotation', async (t) => {
		const steady = await another(t, { rotateRefreshTokens: false });
		const first = await issue(steady);
		assert.equal((await refresh(first, steady)).refresh_token, first);
		assert.equal((await refresh(first, steady)).refresh_token, first);
	});

	test("is refused when it is another client's, revoked or expired", async () => {
		const { public: other } = provider.clients;
		const theirs = await provider.issueRefreshToken({ clientId: other.clientId, username: SAM });
		await assert.rejects(refresh(theirs), refuses('invalid_grant'));

		const revoked = await issue();
		const { access_token: access, refresh_token: next = '' } = await refresh(revoked);
		await provider.revokeGrant(next);
		assert.equal((await introspect(access)).active, false);
		await assert.rejects(refresh(next), refuses('invalid_grant'));

		const expired = await issue();
		provider.expireTokens({ refreshTokens: true });
		await assert.rejects(refresh(expired), refuses('invalid_grant'));
		assert.match(provider.requests.at(-1)?.detail ?? '', /refresh token is expired$/);
	});

	test('is refused when its account is gone', async (t) => {
		const own = await another(t, {});
		const token = await issue(own);
		own.accounts.length = 0;
		await assert.rejects(refresh(token, own), refuses('invalid_grant'));
	});
});

describe('password', () => {
	const grant = async (password: string, scope = SCOPE) =>
		await openid.genericGrantRequest(await post(provider.clients.post), 'password', {
			username: RITA,
			password,
			scope,
		});

	test('yields tokens for the account', async () => {
		const answer = await grant(ACCOUNT_PASSWORD);
		assert.equal((await introspect(answer.access_token)).username, RITA);
		const again = await openid.refreshTokenGrant(
			await post(provider.clients.post),
			answer.refresh_token ?? '',
		);
		assert.equal((await introspect(again.access_token)).username, RITA);
	});

	test('yields no refresh token without offline_access', async () => {
		assert.equal((await grant(ACCOUNT_PASSWORD, 'openid')).refresh_token, undefined);
	});

	test('is refused and counted when it is wrong or the account is locked', async () => {
		const account = provider.account(RITA);
		account.failures = 0;
		await assert.rejects(grant('wrong'), refuses('invalid_grant'));
		account.locked = true;
		await assert.rejects(grant(ACCOUNT_PASSWORD), refuses('invalid_grant'));
		account.locked = false;
		assert.equal(account.failures, 2);
		assert.deepEqual(outcomes(), ['invalid_grant', 'invalid_grant']);
	});

	test('is refused to a client that is not allowed to use the grant', async () => {
		const { clientId, clientSecret } = provider.clients.web;
		const answer = await ask({
			client_id: clientId,
			client_secret: clientSecret,
			grant_type: 'password',
			username: RITA,
			password: ACCOUNT_PASSWORD,
		});
		assert.equal(answer.get('error'), 'invalid_request');
	});
});

describe('authorization code', () => {
	const sam = { username: SAM, password: ACCOUNT_PASSWORD };

	/** Everything a client keeps between its request and the answer. */
	async function request(config: openid.Configuration, redirectUri = N8N_CALLBACK) {
		const pkceCodeVerifier = openid.randomPKCECodeVerifier();
		const expectedState = openid.randomState();
		const url = openid.buildAuthorizationUrl(config, {
			redirect_uri: redirectUri,
			scope: `${SCOPE} email`,
			prompt: 'consent',
			state: expectedState,
			code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
			code_challenge_method: 'S256',
		});
		return { url, checks: { pkceCodeVerifier, expectedState } };
	}

	test('works with PKCE for a public client, on any port', async () => {
		const config = await discovered(provider.clients.public.clientId, openid.None());
		const { url, checks } = await request(config, N8N_CALLBACK.replace('5678', '49152'));
		const callback = await signIn(url, sam);
		assert.equal(callback.port, '49152');
		const tokens = await openid.authorizationCodeGrant(config, callback, checks);
		assert.equal(tokens.claims()?.sub, SAM);
		assert.equal((await introspect(tokens.access_token)).username, SAM);
		assert.equal(provider.requests[0]?.authentication, 'none');
		assert((await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')).refresh_token);
	});

	test('works with a secret, at the configured redirect URI', async () => {
		const { clientId, clientSecret } = provider.clients.web;
		const redirectUri = 'http://localhost:61234/rest/oauth2-credential/callback';
		const config = await discovered(clientId, openid.ClientSecretBasic(clientSecret));
		const { url, checks } = await request(config, redirectUri);
		await assert.rejects(signIn(url, sam), /redirect_uri/);
		await provider.updateClient(clientId, { redirect_uris: [redirectUri] });
		const callback = await signIn(url, sam);
		const tokens = await openid.authorizationCodeGrant(config, callback, checks);
		assert.equal((await introspect(tokens.access_token)).username, SAM);
	});

	test('needs the right verifier, and PKCE from a public client', async () => {
		const config = await discovered(provider.clients.public.clientId, openid.None());
		const { url, checks } = await request(config);
		const callback = await signIn(url, sam);
		checks.pkceCodeVerifier = openid.randomPKCECodeVerifier();
		await assert.rejects(
			openid.authorizationCodeGrant(config, callback, checks),
			refuses('invalid_grant'),
		);
		url.searchParams.delete('code_challenge');
		url.searchParams.delete('code_challenge_method');
		assert.equal((await signIn(url, sam)).searchParams.get('error'), 'invalid_request');
	});

	test('ends in an error when the user declines or enters a wrong password', async () => {
		const config = await discovered(provider.clients.public.clientId, openid.None());
		const { url } = await request(config);
		const denied = await signIn(url, sam, { deny: true });
		assert.equal(denied.searchParams.get('error'), 'access_denied');
		const account = provider.account(SAM);
		const { failures } = account;
		await assert.rejects(signIn(url, { ...sam, password: '"><b>' }), /Wrong user name or password/);
		assert.equal(account.failures, failures + 1);
	});
});

describe('introspection', () => {
	test('reports expired and unknown tokens as inactive', async () => {
		const { clientId } = provider.clients.post;
		const token = await provider.issueAccessToken({ clientId, username: SAM, ttl: 60 });
		const about = await introspect(token);
		assert.equal(about.active, true);
		assert.equal(about.exp, (about.iat ?? 0) + 60);
		provider.expireTokens();
		const late = await provider.issueAccessToken({ clientId, username: SAM, ttl: -1 });
		for (const inactive of [token, late, 'made up']) {
			assert.deepEqual(await introspect(inactive), { active: false });
		}
	});

	test('is allowed to Vault and to the client of the token, and to no other client', async () => {
		const { post: client, web } = provider.clients;
		const token = await provider.issueAccessToken({ clientId: client.clientId, username: SAM });
		const active = async (config: openid.Configuration) =>
			(await openid.tokenIntrospection(config, token)).active;
		assert.equal(await active(await post(client)), true);
		assert.equal(await active(await post(web)), false);
		await assert.rejects(active(await post({ ...client, clientSecret: 'wrong' })));
	});

	test('reports a token that its client revoked as inactive', async () => {
		const { post: client } = provider.clients;
		const token = await provider.issueAccessToken({ clientId: client.clientId, username: SAM });
		await openid.tokenRevocation(await post(client), token);
		assert.equal((await introspect(token)).active, false);
	});
});

describe('faults', () => {
	const form = { grant_type: 'client_credentials' };
	const raw = (signal?: AbortSignal) =>
		fetch(provider.tokenEndpoint, {
			method: 'POST',
			body: new URLSearchParams({
				...form,
				client_id: provider.clients.post.clientId,
				client_secret: provider.clients.post.clientSecret,
			}),
			redirect: 'manual',
			signal,
		});

	test('happen to calls in order, as often as set', async () => {
		provider.failNext({ error: 'temporarily_unavailable', status: 503 }, 2);
		provider.failNext({ error: 'invalid_client', error_description: 'Secret expired' });
		for (let call = 0; call < 2; call += 1) {
			const answer = await ask(form);
			assert.equal(answer.get('status'), 503);
			assert.equal(answer.get('error'), 'temporarily_unavailable');
		}
		const answer = await ask(form);
		assert.equal(answer.get('status'), 400);
		assert.equal(answer.get('error_description'), 'Secret expired');
		assert.equal((await ask(form)).get('token_type'), 'Bearer');
		assert.deepEqual(outcomes(), [
			'temporarily_unavailable',
			'temporarily_unavailable',
			'invalid_client',
			'SUCCESS',
		]);
		assert.equal(provider.requests[0]?.clientId, provider.clients.post.clientId);
	});

	test('can be pages, redirects and meaningless responses', async () => {
		provider.failNext({ html: true });
		provider.failNext({ redirectTo: 'http://localhost:1/elsewhere', status: 307 });
		provider.failNext({ body: '{"access_token":' });
		provider.failNext({ body: { access_token: 7 }, status: 201 });
		provider.failNext({ status: 500 });
		const page = await raw();
		assert.match(page.headers.get('content-type') ?? '', /text\/html/);
		assert.match(await page.text(), /company network/);
		const redirect = await raw();
		assert.equal(redirect.status, 307);
		assert.equal(redirect.headers.get('location'), 'http://localhost:1/elsewhere');
		await assert.rejects((await raw()).json());
		assert.deepEqual(await (await raw()).json(), { access_token: 7 });
		const failure = await raw();
		assert.equal(failure.status, 500);
		assert.equal(await failure.text(), '');
		assert.deepEqual(outcomes(), ['html', 'redirect', 'status 200', 'status 201', 'status 500']);
	});

	test('can be cut connections, and responses that come late or never', async () => {
		provider.failNext({ reset: true });
		await assert.rejects(raw());
		provider.failNext({ delay: 150 });
		const begun = performance.now();
		assert.equal((await raw()).status, 200);
		assert(performance.now() - begun >= 149);
		provider.failNext({ delay: Infinity });
		await assert.rejects(raw(AbortSignal.timeout(100)));
		assert.deepEqual(outcomes(), ['reset', 'SUCCESS', 'RUNNING']);
	});

	test('can be lost responses: the refresh token is used up', async () => {
		const token = await provider.issueRefreshToken({
			clientId: provider.clients.post.clientId,
			username: SAM,
		});
		const refresh = { grant_type: 'refresh_token', refresh_token: token };
		provider.failNext({ reset: true, executed: true });
		await assert.rejects(ask(refresh));
		assert.equal((await ask(refresh)).get('error'), 'invalid_grant');
		assert.deepEqual(outcomes(), ['reset', 'invalid_grant']);
		assert.match(provider.requests[1]?.detail ?? '', /refresh token already used$/);
	});

	test('can be an outage, after which the provider is as before', async (t) => {
		const own = await another(t, {});
		const token = await own.issueRefreshToken({
			clientId: own.clients.post.clientId,
			username: SAM,
		});
		const refresh = { grant_type: 'refresh_token', refresh_token: token };
		await own.stop();
		await assert.rejects(ask(refresh, own));
		await own.start();
		assert.equal((await ask(refresh, own)).get('status'), 200);
	});
});

test('the simulated Vault exchanges an access token for a session, and refuses an expired one', async (t) => {
	const simulator = await startSimulator({ introspectionEndpoint: provider.introspectionEndpoint });
	t.after(() => simulator.close());
	const [profile] = simulator.user(SAM).profiles;
	assert(profile);
	profile.asMetadata = provider.metadata();

	const exchange = async (token: string, form: Record<string, string> = {}) => {
		const path = `/auth/oauth/session/${profile.id}`;
		const response = await fetch(simulator.url(simulator.hosts.login, path), {
			method: 'POST',
			headers: { Authorization: `Bearer ${token}`, 'X-VaultAPI-ClientID': 'identity-test' },
			body: new URLSearchParams(form),
		});
		assert.equal(response.status, 200);
		return simulator.calls.at(-1)?.outcome;
	};
	const { clientId } = provider.clients.post;
	const issue = (username: string, ttl: number) =>
		provider.issueAccessToken({ clientId, username, ttl });

	const own = await openid.clientCredentialsGrant(await post(provider.clients.post));
	assert.equal(await exchange(own.access_token), 'SUCCESS');
	assert.equal(simulator.sessions()[0]?.username, SAM);
	assert.equal(await exchange(await issue('guest@partner.example', 60)), 'INSUFFICIENT_ACCESS');

	const short = await issue(SAM, 1);
	assert.equal(await exchange(short, { client_id: clientId }), 'SUCCESS');
	await setTimeout(2000);
	assert.equal(await exchange(short), 'EXPIRED_TOKEN');
	assert.equal(await exchange(await issue(SAM, -1)), 'INVALID_TOKEN');
	provider.expireTokens();
	assert.equal(await exchange(own.access_token), 'INVALID_TOKEN');
});
