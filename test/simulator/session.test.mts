import { call, logIn, openSession, poke } from './calling.mts';
import { startSimulator, type Simulator } from './simulator.mts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let vault: Simulator;
beforeAll(async () => {
	vault = await startSimulator();
});
beforeEach(() => vault.reset());
afterAll(() => vault.close());

const keepAlive = (session: string) => call(vault, 'POST', '/api/v25.2/keep-alive', { session });
const whoAmI = (session: string, query = '') =>
	call(vault, 'GET', `/api/v25.2/objects/users/me${query}`, { session });

describe('the life of a session', () => {
	it('works on each Vault of its user', async () => {
		const session = await openSession(vault);
		const there = await poke(vault, session, vault.hosts.qualityDocs);
		expect(there.headers.get('X-VaultAPI-VaultId')).toBe('1777');
		expect(there.headers.get('X-VaultAPI-UserId')).toBe('12021');
	});

	it('ends 20 minutes after the last call', async () => {
		const session = await openSession(vault);
		for (const extend of [poke, (_: Simulator, id: string) => keepAlive(id)]) {
			vault.clock.advance(19 * MINUTE);
			expect((await extend(vault, session)).error).toBeUndefined();
		}
		vault.clock.advance(20 * MINUTE);
		expect((await poke(vault, session)).error).toBe('INVALID_SESSION_ID');
		expect(vault.sessions()).toEqual([]);
	});

	it('is not extended by users/me', async () => {
		const session = await openSession(vault);
		vault.clock.advance(15 * MINUTE);
		expect((await whoAmI(session)).error).toBeUndefined();
		vault.clock.advance(5 * MINUTE);
		expect((await whoAmI(session)).error).toBe('INVALID_SESSION_ID');
	});

	it('counts its idle time from the end of a long call', async () => {
		const session = await openSession(vault);
		vault.fail({ with: 'slow', delay: 100 });
		const running = poke(vault, session);
		await new Promise((resolve) => setTimeout(resolve, 50));
		vault.clock.advance(HOUR);
		expect(vault.sessions()).toHaveLength(1);
		expect((await running).error).toBeUndefined();
		vault.clock.advance(19 * MINUTE);
		expect((await poke(vault, session)).error).toBeUndefined();
	});

	it('ends after 48 hours, even when it is used', async () => {
		const session = await openSession(vault);
		for (let passed = 0; passed < 47 * HOUR + 45 * MINUTE; passed += 15 * MINUTE) {
			vault.clock.advance(15 * MINUTE);
			if ((await keepAlive(session)).error) throw new Error('The session died early.');
		}
		vault.clock.advance(15 * MINUTE);
		expect((await keepAlive(session)).error).toBe('INVALID_SESSION_ID');
	});

	it('ends when it is killed or ended, and no other session ends with it', async () => {
		const [killed, ended, other] = [
			await openSession(vault),
			await openSession(vault),
			await openSession(vault),
		];
		vault.killSession(killed);
		const end = await call(vault, 'DELETE', '/api/v25.2/session', { session: ended });
		expect(end.body).toEqual({ responseStatus: 'SUCCESS' });
		expect((await poke(vault, killed)).error).toBe('INVALID_SESSION_ID');
		expect((await poke(vault, ended)).error).toBe('INVALID_SESSION_ID');
		expect((await poke(vault, other)).error).toBeUndefined();
		expect(vault.sessions()).toEqual([
			{
				id: other,
				userId: 12021,
				username: 'olivia@veepharm.com',
				vaultId: 1776,
				createdAt: expect.any(Number),
				lastActivity: expect.any(Number),
			},
		]);
		vault.killSessions();
		expect(vault.sessions()).toEqual([]);
	});

	it('survives a restart on the same port unless the Vault forgets', async () => {
		const session = await openSession(vault);
		const { port } = vault;
		await vault.stop();
		await expect(poke(vault, session)).rejects.toThrow();
		await vault.start();
		expect(vault.port).toBe(port);
		expect((await poke(vault, session)).error).toBeUndefined();
		await vault.restart({ forget: true });
		expect((await poke(vault, session)).error).toBe('INVALID_SESSION_ID');
	});

	it('survives a stop, which cuts its running call', async () => {
		const session = await openSession(vault);
		vault.fail({ with: 'slow', delay: 300 });
		const running = poke(vault, session);
		const cut = expect(running).rejects.toThrow();
		while (vault.count({ path: '/documents' }) === 0) {
			await new Promise((resolve) => setTimeout(resolve, 5));
		}
		await vault.restart();
		await cut;
		expect(vault.sessions()).toHaveLength(1);
	});

	it('is required for signed calls', async () => {
		for (const path of ['/api/', '/api/v25.2/objects/users/me', '/api/v25.2/delegation/vaults']) {
			expect((await call(vault, 'GET', path)).error).toBe('INVALID_SESSION_ID');
		}
	});
});

describe('signed calls', () => {
	it('return the user', async () => {
		const session = await openSession(vault);
		const { body } = await whoAmI(session);
		expect(body).toMatchObject({
			responseStatus: 'SUCCESS',
			users: [
				{
					user: {
						id: 12021,
						user_name__v: 'olivia@veepharm.com',
						user_first_name__v: 'Olivia',
						vault_membership: [{ id: 1776 }, { id: 1777 }],
						app_licensing: [],
					},
				},
			],
		});
		expect(JSON.stringify(body)).not.toContain('delegate_user_id');
		const short = await whoAmI(
			session,
			'?exclude_vault_membership=true&exclude_app_licensing=true',
		);
		expect(short.text).not.toMatch(/vault_membership|app_licensing/);
	});

	it('list the API versions at /api/, /api and /api/{v}', async () => {
		const session = await openSession(vault);
		for (const path of ['/api/', '/api', '/api/v25.2']) {
			const { body } = await call(vault, 'GET', path, { session });
			expect(body.values).toMatchObject({
				'v7.0': `http://${vault.hosts.promoMats}/api/v7.0`,
				'v25.2': `http://${vault.hosts.promoMats}/api/v25.2`,
			});
		}
	});

	it('create one document each', async () => {
		const session = await openSession(vault);
		const path = '/api/v25.2/objects/documents';
		const created = await call(vault, 'POST', path, { session, form: { name__v: 'A' } });
		expect(created.body).toEqual({
			responseStatus: 'SUCCESS',
			responseMessage: expect.any(String),
			id: 1,
		});
		const nameless = await call(vault, 'POST', path, { session, form: {} });
		expect(nameless.error).toBe('PARAMETER_REQUIRED');
		expect((await poke(vault, session)).body).toMatchObject({
			size: 1,
			documents: [{ document: { id: 1, name__v: 'A', created_by__v: 12021 } }],
		});
		expect((await poke(vault, session, vault.hosts.qualityDocs)).body.size).toBe(0);
		expect(vault.changes).toBe(2);
	});

	it('are recorded', async () => {
		const session = await openSession(vault);
		await call(vault, 'POST', '/api/v25.2/keep-alive?x=1', { session });
		await poke(vault, 'nonsense');
		expect(vault.calls).toMatchObject([
			{ method: 'POST', path: '/api/v25.2/auth', outcome: 'SUCCESS', userId: 12021, vaultId: 1776 },
			{ path: '/api/v25.2/keep-alive', query: { x: '1' }, host: vault.hosts.promoMats },
			{ method: 'GET', outcome: 'INVALID_SESSION_ID' },
		]);
		expect(vault.calls[0]?.form?.username).toBe('olivia@veepharm.com');
		expect(vault.count({ path: '/keep-alive' })).toBe(1);
		expect(vault.count({ method: 'get', path: /documents$/, outcome: 'SUCCESS' })).toBe(0);
	});

	it("return an execution ID and the caller's reference ID", async () => {
		const headers = { 'X-VaultAPI-ReferenceId': 'ref-1' };
		const answer = await call(vault, 'GET', '/api/', { headers });
		expect(answer.headers.get('X-VaultAPI-ReferenceId')).toBe('ref-1');
		expect(answer.headers.get('X-VaultAPI-ExecutionId')).toBe(vault.calls[0]?.executionId);
		expect((await logIn(vault)).headers.get('X-VaultAPI-ReferenceId')).toBeNull();
	});
});

describe('signatures without a session', () => {
	const path = '/api/v25.2/objects/users/me';
	const olivia = { users: [{ user: { id: 12021 } }] };

	it('accept an API access token in its Vault until it ends', async () => {
		const session = 'Bearer veeva-vault-abc';
		const record = { username: 'olivia@veepharm.com', vaultId: 1776, deleted: false };
		vault.apiTokens.set('veeva-vault-abc', record);
		expect((await call(vault, 'GET', path, { session })).body).toMatchObject(olivia);
		expect((await poke(vault, session, vault.hosts.qualityDocs)).error).toBe('INVALID_SESSION_ID');
		expect((await poke(vault, 'veeva-vault-abc')).error).toBe('INVALID_SESSION_ID');
		const end = await call(vault, 'DELETE', '/api/v25.2/session', { session });
		expect(end.error).toBe('OPERATION_NOT_ALLOWED');
		record.deleted = true;
		expect((await poke(vault, session)).error).toBe('INVALID_SESSION_ID');
		vault.apiTokens.set('veeva-vault-abc', { ...record, deleted: false, expiresAt: 1 });
		expect((await poke(vault, session)).error).toBe('INVALID_SESSION_ID');
		expect(vault.sessions()).toEqual([]);
	});

	it('accept a Salesforce session token in headers or query', async () => {
		const host = 'https://veepharm.my.salesforce.com';
		vault.salesforceTokens.set('sf!1', { username: 'olivia@veepharm.com', host });
		const headers = { 'X-Auth-Provider': 'sfdc', 'X-Auth-Host': host };
		const signed = await call(vault, 'GET', path, { session: 'sf!1', headers });
		expect(signed.body).toMatchObject(olivia);
		const query = new URLSearchParams({ auth: 'sf!1', ext_ns: 'sfdc', ext_url: host });
		expect((await call(vault, 'GET', `${path}?${query.toString()}`)).body).toMatchObject(olivia);
		expect(vault.sessions()).toEqual([]);
	});

	it.each([
		['INVALID_SESSION_ID', 'sf!2', 'sfdc', 'https://veepharm.my.salesforce.com'],
		['INVALID_SESSION_ID', 'sf!1', 'sfdc', 'https://elsewhere.my.salesforce.com'],
		['INVALID_DATA', 'sf!1', 'okta', 'https://veepharm.my.salesforce.com'],
		['INVALID_DATA', 'sf!1', 'sfdc', 'veepharm.my.salesforce.com'],
		['PARAMETER_REQUIRED', 'sf!1', 'sfdc', ''],
	])(
		'answer %s to a Salesforce signature that is not valid',
		async (type, session, provider, host) => {
			vault.salesforceTokens.set('sf!1', {
				username: 'olivia@veepharm.com',
				host: 'https://veepharm.my.salesforce.com',
			});
			const headers = { 'X-Auth-Provider': provider, ...(host && { 'X-Auth-Host': host }) };
			expect((await call(vault, 'GET', path, { session, headers })).error).toBe(type);
		},
	);
});
