import { OLIVIA, useWorld } from './world.mts';

const world = useWorld();

const validate = { resource: 'session', operation: 'validate' };
const keepAlive = { resource: 'session', operation: 'keepAlive' };
const ME = '/api/v25.2/objects/users/me';
const MINUTE = 60_000;

/** Both ways into Vault, each making one call and giving what Vault said of it. */
const ways = [
	[
		'the Veeva Vault node',
		async (credential: string) => {
			const { error, json } = await world.engine.vault(validate, { credential });
			return error?.message ?? json('Vault')[0].user_name__v;
		},
	],
	[
		'the HTTP Request node',
		async (credential: string) => {
			const { error, json } = await world.engine.httpRequest(world.promoMats + ME, credential);
			return error?.message ?? JSON.stringify(json('HTTP'));
		},
	],
] as const;

describe.each(ways)('%s', (way, call) => {
	test('logs in when there is no session, and stores it encrypted', async () => {
		const credential = await world.credential();
		expect(await call(credential)).toContain(OLIVIA.username);
		expect(await world.engine.credentialData(credential)).toMatchObject({
			sessionToken: world.vault.sessions()[0].id,
		});
		expect(world.engine.credentials.stored.get(credential)?.data).not.toContain(
			world.vault.sessions()[0].id,
		);
	});

	test('uses the stored session', async () => {
		const credential = await world.credential();
		for (let times = 0; times < 3; times++) await call(credential);
		expect(world.vault.calls.map(({ path }) => path)).toEqual(['/api/v25.2/auth', ME, ME, ME]);
	});

	test('a changed user name logs in as the new user', async () => {
		const credential = await world.credential();
		await call(credential);
		await world.engine.saveCredential(
			{ username: 'ian@veepharm.com', password: OLIVIA.password },
			{ id: credential },
		);
		expect(await call(credential)).toContain('ian@veepharm.com');
		expect(world.vault.logins).toBe(2);
	});

	test('a changed Vault logs in to the new Vault', async () => {
		const credential = await world.credential();
		await call(credential);
		await world.engine.saveCredential({ vaultDns: world.qualityDocs }, { id: credential });
		await world.engine.vault(keepAlive, { credential });
		expect(world.vault.calls.at(-1)).toMatchObject({ host: world.vault.hosts.qualityDocs });
		expect(world.vault.logins).toBe(2);
	});

	test('a session that idled out is replaced', async () => {
		const credential = await world.credential();
		await call(credential);
		await passTime(21 * MINUTE);
		expect(await call(credential)).toContain(OLIVIA.username);
		expect(world.vault.logins).toBe(2);
	});

	test('a session of 48 hours is replaced', async () => {
		const credential = await world.credential();
		await call(credential);
		await passTime(48 * 60 * MINUTE);
		expect(await call(credential)).toContain(OLIVIA.username);
		expect(world.vault.logins).toBe(2);
	});

	test('a session that another workflow ended is replaced', async () => {
		const credential = await world.credential();
		await call(credential);
		await world.engine.vault({ resource: 'session', operation: 'end' }, { credential });
		expect(await call(credential)).toContain(OLIVIA.username);
		expect(world.vault.logins).toBe(2);
	});

	test('user name and password full of special characters', async () => {
		const user = { username: `&=+%"'é ${way}@veepharm.com`, password: '&=+%"\'é ;#?/\\€' };
		world.vault.addUser({ ...user, vaultIds: [1776] });
		const credential = await world.credential(user);
		await call(credential);
		expect(world.vault.calls.map(({ outcome }) => outcome)).toEqual(['SUCCESS', 'SUCCESS']);
		expect(world.vault.sessions()[0].username).toBe(user.username);
	});

	test('200 executions at once: one login', async () => {
		const credential = await world.credential();
		const all = await Promise.all(Array.from({ length: 200 }, async () => await call(credential)));
		expect(all.every((answer) => String(answer).includes(OLIVIA.username))).toBe(true);
		expect(world.vault.logins).toBe(1);
	});
});

describe('a session that an administrator killed', () => {
	test('the Veeva Vault node notices at once, and repeats the call once', async () => {
		const credential = await world.credential();
		await world.engine.vault(validate, { credential });
		world.vault.killSessions();
		const { error } = await world.engine.vault(validate, { credential });
		expect(error).toBeUndefined();
		expect(world.vault.logins).toBe(2);
		expect(world.vault.count({ path: ME })).toBe(3);
	});

	test('200 executions of it at once: one login', async () => {
		const credential = await world.credential();
		await world.engine.vault(validate, { credential });
		world.vault.killSessions();
		const all = await Promise.all(
			Array.from({ length: 200 }, async () => await world.engine.vault(validate, { credential })),
		);
		expect(all.filter(({ error }) => error !== undefined)).toEqual([]);
		expect(world.vault.logins).toBe(2);
	});

	test('the HTTP Request node notices when the lease is over', async () => {
		const credential = await world.credential();
		const url = world.promoMats + ME;
		await world.engine.httpRequest(url, credential);
		world.vault.killSessions();
		const within = await world.engine.httpRequest(url, credential);
		expect(within.json('HTTP')[0]).toMatchObject({ responseStatus: 'FAILURE' });
		await passTime(5 * MINUTE);
		const after = await world.engine.httpRequest(url, credential);
		expect(after.json('HTTP')[0]).toMatchObject({ responseStatus: 'SUCCESS' });
		expect(world.vault.logins).toBe(2);
	});
});

/** Lets time pass here and at Vault. */
async function passTime(ms: number): Promise<void> {
	world.vault.clock.advance(ms);
	const now = Date.now();
	jest.spyOn(Date, 'now').mockImplementation(() => now + ms);
}
afterEach(() => jest.restoreAllMocks());
