import { call, logIn, openSession, poke } from './calling.mts';
import { SEED_PASSWORD } from './seed.mts';
import { startSimulator, type Simulator } from './simulator.mts';

let vault: Simulator;
beforeAll(async () => {
	vault = await startSimulator();
});
beforeEach(() => vault.reset());
afterAll(() => vault.close());

describe('a login with user name and password', () => {
	it('opens a session for the Vault called', async () => {
		const { status, body } = await logIn(vault);
		expect(status).toBe(200);
		expect(body).toEqual({
			responseStatus: 'SUCCESS',
			sessionId: expect.stringMatching(/^[0-9A-F]{128}$/),
			userId: 12021,
			vaultIds: [
				{ id: 1776, name: 'PromoMats', url: `http://${vault.hosts.promoMats}/api` },
				{ id: 1777, name: 'QualityDocs', url: `http://${vault.hosts.qualityDocs}/api` },
			],
			vaultId: 1776,
		});
		expect(vault.logins).toBe(1);
		expect(vault.changes).toBe(1);
	});

	it('accepts a multipart form', async () => {
		const form = new FormData();
		form.set('username', 'olivia@veepharm.com');
		form.set('password', SEED_PASSWORD);
		const { body } = await call(vault, 'POST', '/api/v25.2/auth', { form });
		expect(body).toMatchObject({ responseStatus: 'SUCCESS', vaultId: 1776 });
	});

	it('prefers vaultDNS in the body over the host', async () => {
		const { body } = await logIn(vault, undefined, { vaultDNS: vault.hosts.qualityDocs });
		expect(body.vaultId).toBe(1777);
	});

	it('opens a session that other API versions accept, with or without "Bearer"', async () => {
		const session = await openSession(vault);
		for (const Authorization of [session, `Bearer ${session}`]) {
			const { body } = await call(vault, 'GET', '/api/v22.1/objects/documents', {
				headers: { Authorization },
			});
			expect(body.responseStatus).toBe('SUCCESS');
		}
	});

	const refusals: Array<[string, Record<string, string>]> = [
		['PARAMETER_REQUIRED', { password: 'x' }],
		['NO_PASSWORD_PROVIDED', { username: 'olivia@veepharm.com' }],
		['USERNAME_OR_PASSWORD_INCORRECT', { username: 'olivia@veepharm.com', password: 'x' }],
		['USERNAME_OR_PASSWORD_INCORRECT', { username: 'nobody@veepharm.com', password: 'x' }],
		['USERNAME_OR_PASSWORD_INCORRECT', { username: 'sam@veepharm.com', password: 'x' }],
	];
	it.each(refusals)('refuses with %s', async (type, form) => {
		const answer = await call(vault, 'POST', '/api/v25.2/auth', { form });
		expect(answer.status).toBe(200);
		expect(answer.body).toEqual({
			responseStatus: 'FAILURE',
			errors: [{ type, message: expect.any(String) }],
			errorType: 'AUTHENTICATION_FAILED',
		});
		expect(vault.changes).toBe(0);
	});

	it.each([
		['USER_LOCKED_OUT', { locked: true }],
		['INACTIVE_USER', { inactive: true }],
		['PASSWORD_CHANGE_REQUIRED', { passwordChangeRequired: true }],
	])('answers %s', async (type, change) => {
		Object.assign(vault.user('olivia@veepharm.com'), change);
		expect((await logIn(vault)).error).toBe(type);
	});

	it('locks the account after five wrong passwords in a row', async () => {
		const wrong = { password: 'wrong' };
		for (let attempt = 1; attempt <= 4; attempt += 1) {
			expect((await logIn(vault, undefined, wrong)).error).toBe('USERNAME_OR_PASSWORD_INCORRECT');
		}
		expect((await logIn(vault, undefined, wrong)).error).toBe('USER_LOCKED_OUT');
		expect((await logIn(vault)).error).toBe('USER_LOCKED_OUT');
	});

	it('stops counting wrong passwords after a correct one', async () => {
		for (let round = 0; round < 2; round += 1) {
			for (let attempt = 1; attempt <= 4; attempt += 1) {
				await logIn(vault, undefined, { password: 'wrong' });
			}
			expect((await logIn(vault)).body.responseStatus).toBe('SUCCESS');
		}
	});

	it('accepts an account without API access, and refuses its later calls', async () => {
		vault.user('olivia@veepharm.com').apiAccess = false;
		const session = await openSession(vault);
		expect(session).toHaveLength(128);
		expect((await poke(vault, session)).error).toBe('INSUFFICIENT_ACCESS');
		const me = await call(vault, 'GET', '/api/v25.2/objects/users/me', { session });
		expect(me.error).toBe('INSUFFICIENT_ACCESS');
	});
});

describe('the fallback to another Vault', () => {
	it('opens a session for another Vault when the user is not a member of this one', async () => {
		const { body } = await logIn(vault, 'tom@veepharm.com');
		expect(body).toMatchObject({
			responseStatus: 'SUCCESS',
			vaultId: 1777,
			vaultIds: [{ id: 1777 }],
		});
		const session = String(body.sessionId);
		expect((await poke(vault, session)).error).toBe('INSUFFICIENT_ACCESS');
		expect((await poke(vault, session, vault.hosts.qualityDocs)).error).toBeUndefined();
	});

	it('goes to the oldest active Vault when the user has never logged in', async () => {
		const { body } = await logIn(vault, undefined, { vaultDNS: 'nowhere.veevavault.com' });
		expect(body.vaultId).toBe(1776);
	});

	it('goes to the Vault of the last login', async () => {
		await logIn(vault, undefined, { host: vault.hosts.qualityDocs });
		const { body } = await logIn(vault, undefined, { vaultDNS: 'archive.localhost' });
		expect(body.vaultId).toBe(1777);
	});

	it('skips a last Vault that is now inactive', async () => {
		await logIn(vault, undefined, { host: vault.hosts.qualityDocs });
		vault.vaults.filter(({ id }) => id === 1777).forEach((each) => (each.active = false));
		const { body } = await logIn(vault, undefined, { host: vault.hosts.qualityDocs });
		expect(body.vaultId).toBe(1776);
	});

	it('fails only when the user is a member of no active Vault', async () => {
		vault.addUser({ username: 'zoe@veepharm.com', vaultIds: [1779] });
		const { body, error } = await logIn(vault, 'zoe@veepharm.com');
		expect(error).toBe('INSUFFICIENT_ACCESS');
		expect(body.errorType).toBe('AUTHENTICATION_FAILED');
	});
});
