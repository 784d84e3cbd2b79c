import formbody from '@fastify/formbody';
import Fastify, { type FastifyInstance } from 'fastify';

import { call } from './calling.mts';
import { azureProfile } from './seed.mts';
import { startSimulator, type Simulator } from './simulator.mts';

const mappedClient = 'veepharm-clinical-it-client-int0';
const azure = azureProfile();

const exchange = (vault: Simulator, token: string, form: Record<string, string> = {}) =>
	call(vault, 'POST', `/auth/oauth/session/${azure.id}`, {
		host: vault.hosts.login,
		session: `Bearer ${token}`,
		form,
	});

describe('authentication type discovery', () => {
	let vault: Simulator;
	beforeAll(async () => {
		vault = await startSimulator();
	});
	afterAll(() => vault.close());

	const discover = (query: Record<string, string>, headers: Record<string, string> = {}) =>
		call(vault, 'POST', `/auth/discovery?${new URLSearchParams(query).toString()}`, { headers });

	it('reports users who log in with a password', async () => {
		const { body } = await discover({ username: 'olivia@veepharm.com' });
		expect(body).toEqual({
			responseStatus: 'SUCCESS',
			errors: [],
			data: { auth_type: 'password' },
		});
	});

	it('returns the profile of an SSO user on any host', async () => {
		const { body } = await discover({ username: 'sam@veepharm.com', client_id: 'unmapped' });
		expect(body.data).toEqual({
			auth_type: 'sso',
			auth_profiles: [
				{
					id: azure.id,
					label: azure.label,
					description: azure.description,
					vault_session_endpoint: `http://${vault.hosts.login}/auth/oauth/session/${azure.id}`,
					use_adal: true,
					as_metadata: azure.asMetadata,
					oauthProviderType: 'Azure',
				},
			],
		});
	});

	it('adds use_msal and as_client_id on request', async () => {
		const { body } = await discover(
			{ username: 'sam@veepharm.com', client_id: mappedClient },
			{ 'X-VaultAPI-AuthIncludeMsal': 'true' },
		);
		expect(body.data).toMatchObject({
			auth_profiles: [{ use_msal: true, as_client_id: azure.clientIds[mappedClient] }],
		});
	});

	it('returns two profiles for a user who has two, and none for a SAML user', async () => {
		const two = await discover({ username: 'rita@veepharm.com' });
		expect(two.body.data).toMatchObject({ auth_profiles: [{}, {}] });
		const saml = await discover({ username: 'max@veepharm.com' });
		expect(saml.body.data).toEqual({ auth_type: 'sso', auth_profiles: [] });
	});

	it('requires a user name', async () => {
		expect((await discover({})).error).toBe('PARAMETER_REQUIRED');
	});
});

describe('the OAuth exchange with a table of tokens', () => {
	let vault: Simulator;
	beforeAll(async () => {
		vault = await startSimulator({ loginBurstLimit: 1 });
		vault.accessTokens.set('good', { username: 'sam@veepharm.com' });
		vault.accessTokens.set('old', { username: 'sam@veepharm.com', expiresAt: 1 });
		vault.accessTokens.set('other', { username: 'olivia@veepharm.com' });
	});
	afterAll(() => vault.close());

	it('opens a session in the Vault asked for, without login burst limit', async () => {
		for (const [vaultDNS, vaultId] of [
			[vault.hosts.qualityDocs, 1777],
			[vault.hosts.promoMats, 1776],
			['', 1776],
		] as const) {
			const { body } = await exchange(vault, 'good', { vaultDNS });
			expect(body).toMatchObject({ responseStatus: 'SUCCESS', userId: 12023, vaultId });
		}
	});

	it.each([
		['old', 'EXPIRED_TOKEN'],
		['bad', 'INVALID_TOKEN'],
		['other', 'INSUFFICIENT_ACCESS'],
	])('answers a token that is %s with %s', async (token, type) => {
		const { error, body } = await exchange(vault, token);
		expect(error).toBe(type);
		expect(body.errorType).toBe('AUTHENTICATION_FAILED');
	});

	it('refuses unknown profiles', async () => {
		const path = '/auth/oauth/session/_none';
		expect((await call(vault, 'POST', path, { session: 'Bearer good' })).error).toBe(
			'INVALID_DATA',
		);
	});
});

describe('the OAuth exchange with an introspection endpoint', () => {
	let provider: FastifyInstance;
	let vault: Simulator;
	let asked: Array<{ authorization?: string; body: unknown }>;

	beforeAll(async () => {
		provider = Fastify();
		await provider.register(formbody);
		provider.post('/introspect', (request, reply) => {
			asked.push({ authorization: request.headers.authorization, body: request.body });
			const { token } = request.body as { token?: string };
			if (token !== 'good') return reply.send({ active: false });
			const exp = Math.floor(Date.now() / 1000) + 60;
			return reply.send({ active: true, username: 'sam@veepharm.com', client_id: 'app', exp });
		});
		const address = await provider.listen({ host: '127.0.0.1', port: 0 });
		vault = await startSimulator({
			introspectionEndpoint: `${address.replace('//', '//vault:secret@')}/introspect`,
		});
	});
	beforeEach(() => {
		asked = [];
		vault.reset();
	});
	afterAll(async () => {
		await vault.close();
		await provider.close();
	});

	it('asks the endpoint, with client authentication', async () => {
		expect((await exchange(vault, 'good', { client_id: 'app' })).body.userId).toBe(12023);
		expect(asked).toEqual([
			{
				authorization: `Basic ${Buffer.from('vault:secret').toString('base64')}`,
				body: { token: 'good', token_type_hint: 'access_token' },
			},
		]);
	});

	it('distinguishes tokens that are not valid, expired, or of another client', async () => {
		expect((await exchange(vault, 'bad')).error).toBe('INVALID_TOKEN');
		expect((await exchange(vault, 'good', { client_id: 'another' })).error).toBe('INVALID_TOKEN');
		vault.clock.advance(61_000);
		expect((await exchange(vault, 'good')).error).toBe('EXPIRED_TOKEN');
	});
});
