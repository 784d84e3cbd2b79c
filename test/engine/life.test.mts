import { clock } from '../fixture/clock.mts';
import { OLIVIA, PASSWORD, ME, MINUTE, validate, keepAlive } from '../fixture/data.mts';
import { useFixture } from '../fixture/jest.mts';
import { textOf } from '../fixture/text.mts';

const fixture = useFixture();

/** Both nodes that call Vault. Each makes one call and returns what Vault said. */
const entryPoints = [
	[
		'the Veeva Vault node',
		async (credential: string) => {
			const { error, json } = await fixture.engine.vault(validate, { credential });
			return error?.message ?? json('Vault')[0].user_name__v;
		},
	],
	[
		'the HTTP Request node',
		async (credential: string) => {
			const { error, json } = await fixture.engine.httpRequest(fixture.promoMats + ME, credential);
			return error?.message ?? JSON.stringify(json('HTTP'));
		},
	],
] as const;

describe.each(entryPoints)('%s', (entryPoint, call) => {
	test('logs in when there is no session, and stores it encrypted', async () => {
		const credential = await fixture.credential();
		expect(await call(credential)).toContain(OLIVIA);
		expect(await fixture.engine.credentialData(credential)).toMatchObject({
			sessionToken: fixture.vault.sessions()[0].id,
		});
		expect(fixture.engine.credentials.stored.get(credential)?.data).not.toContain(
			fixture.vault.sessions()[0].id,
		);
	});

	test('uses the stored session', async () => {
		const credential = await fixture.credential();
		for (let times = 0; times < 3; times++) await call(credential);
		expect(fixture.vault.calls.map(({ path }) => path)).toEqual(['/api/v25.2/auth', ME, ME, ME]);
	});

	test('logs in as the new user when the user name changes', async () => {
		const credential = await fixture.credential();
		await call(credential);
		await fixture.engine.saveCredential(
			{ username: 'ian@veepharm.com', password: PASSWORD },
			{ id: credential },
		);
		expect(await call(credential)).toContain('ian@veepharm.com');
		expect(fixture.vault.logins).toBe(2);
	});

	test('logs in to the new Vault when the Vault changes', async () => {
		const credential = await fixture.credential();
		await call(credential);
		await fixture.engine.saveCredential({ vaultDns: fixture.qualityDocs }, { id: credential });
		await fixture.engine.vault(keepAlive, { credential });
		expect(fixture.vault.calls.at(-1)).toMatchObject({ host: fixture.vault.hosts.qualityDocs });
		expect(fixture.vault.logins).toBe(2);
	});

	test('replaces a session that timed out while idle', async () => {
		const credential = await fixture.credential();
		await call(credential);
		clock.advance(21 * MINUTE);
		expect(await call(credential)).toContain(OLIVIA);
		expect(fixture.vault.logins).toBe(2);
	});

	test('replaces a session after 48 hours', async () => {
		const credential = await fixture.credential();
		await call(credential);
		clock.advance(48 * 60 * MINUTE);
		expect(await call(credential)).toContain(OLIVIA);
		expect(fixture.vault.logins).toBe(2);
	});

	test('replaces a session that another workflow ended', async () => {
		const credential = await fixture.credential();
		await call(credential);
		await fixture.engine.vault({ resource: 'session', operation: 'end' }, { credential });
		expect(await call(credential)).toContain(OLIVIA);
		expect(fixture.vault.logins).toBe(2);
	});

	test('logs in with a user name and password full of special characters', async () => {
		const user = { username: `&=+%"'é ${entryPoint}@veepharm.com`, password: '&=+%"\'é ;#?/\\€' };
		fixture.vault.addUser({ ...user, vaultIds: [1776] });
		const credential = await fixture.credential(user);
		await call(credential);
		expect(fixture.vault.calls.map(({ outcome }) => outcome)).toEqual(['SUCCESS', 'SUCCESS']);
		expect(fixture.vault.sessions()[0].username).toBe(user.username);
	});

	test('logs in once for 200 executions at once', async () => {
		const credential = await fixture.credential();
		const all = await Promise.all(Array.from({ length: 200 }, async () => await call(credential)));
		expect(all.every((answer) => textOf(answer).includes(OLIVIA))).toBe(true);
		expect(fixture.vault.logins).toBe(1);
	});
});

describe('a session that an administrator killed', () => {
	test('is noticed by the Veeva Vault node at once, which repeats the call once', async () => {
		const credential = await fixture.credential();
		await fixture.engine.vault(validate, { credential });
		fixture.vault.killSessions();
		const { error } = await fixture.engine.vault(validate, { credential });
		expect(error).toBeUndefined();
		expect(fixture.vault.logins).toBe(2);
		expect(fixture.vault.count({ path: ME })).toBe(3);
	});

	test('causes one login when 200 executions of the Veeva Vault node meet it at once', async () => {
		const credential = await fixture.credential();
		await fixture.engine.vault(validate, { credential });
		fixture.vault.killSessions();
		const all = await Promise.all(
			Array.from({ length: 200 }, async () => await fixture.engine.vault(validate, { credential })),
		);
		expect(all.filter(({ error }) => error !== undefined)).toEqual([]);
		expect(fixture.vault.logins).toBe(2);
	});

	test('is noticed by the HTTP Request node when the lease is over', async () => {
		const credential = await fixture.credential();
		const url = fixture.promoMats + ME;
		await fixture.engine.httpRequest(url, credential);
		fixture.vault.killSessions();
		const within = await fixture.engine.httpRequest(url, credential);
		expect(within.json('HTTP')[0]).toMatchObject({ responseStatus: 'FAILURE' });
		clock.advance(5 * MINUTE);
		const after = await fixture.engine.httpRequest(url, credential);
		expect(after.json('HTTP')[0]).toMatchObject({ responseStatus: 'SUCCESS' });
		expect(fixture.vault.logins).toBe(2);
	});
});
