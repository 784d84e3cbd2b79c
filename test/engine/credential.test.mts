import { OLIVIA, useWorld } from './world.mts';

const world = useWorld();
const ME = '/api/v25.2/objects/users/me';

test('passes, and keeps the session it has opened', async () => {
	const credential = await world.credential();
	expect(await world.engine.testCredential(credential)).toEqual({
		status: 'OK',
		message: 'Connection successful!',
	});
	expect(await world.engine.credentialData(credential)).toMatchObject({
		sessionToken: world.vault.sessions()[0].id,
	});
	await world.engine.vault({ resource: 'session', operation: 'validate' }, { credential });
	expect(world.vault.logins).toBe(1);
});

test('understands the address copied from the browser', async () => {
	const credential = await world.credential({ vaultDns: `${world.promoMats}/ui/#doc_info/1` });
	expect(await world.engine.testCredential(credential)).toMatchObject({ status: 'OK' });
});

test('logs in afresh each time: it never passes on a session that is there', async () => {
	const credential = await world.credential();
	await world.engine.testCredential(credential);
	world.vault.user(OLIVIA.username).password = 'changed in Vault meanwhile';
	expect(await world.engine.testCredential(credential)).toEqual({
		status: 'Error',
		// With the advice: n8n shows nothing else of a failed test.
		message: expect.stringMatching(/\[USERNAME_OR_PASSWORD_INCORRECT\]\. Correct the user name/),
	});
	expect(world.vault.logins).toBe(2);
});

test('always tries, also after the same login was refused, and sets free what was held back', async () => {
	world.vault.user(OLIVIA.username).locked = true;
	const credential = await world.credential();
	const run = async () =>
		await world.engine.vault({ resource: 'session', operation: 'validate' }, { credential });
	expect((await run()).error?.message).toMatch(/\[USER_LOCKED_OUT\]$/);
	world.vault.user(OLIVIA.username).locked = false;
	expect((await run()).error?.description).toContain('is not tried again before');
	expect(await world.engine.testCredential(credential)).toMatchObject({ status: 'OK' });
	expect((await run()).error).toBeUndefined();
	expect(world.vault.logins).toBe(2);
});

test('sends a refused login once', async () => {
	const credential = await world.credential({ password: 'wrong' });
	await world.engine.testCredential(credential);
	expect(world.vault.logins).toBe(1);
});

test('tells an account without API access, which logs in all the same', async () => {
	world.vault.user(OLIVIA.username).apiAccess = false;
	const credential = await world.credential();
	expect(await world.engine.testCredential(credential)).toEqual({
		status: 'Error',
		message:
			'The login worked, but this user does not have permission to use the Vault API [INSUFFICIENT_ACCESS]. Ask a Vault administrator for API access.',
	});
});

test.each([
	['FAILURE', 'MALFORMED_URL', 'this Vault does not offer the API Version [MALFORMED_URL]'],
	['FAILURE', 'INVALID_SESSION_ID', 'Vault does not accept the token or session'],
	['FAILURE', 'OPERATION_NOT_ALLOWED', 'Vault refused the first call'],
	['EXCEPTION', 'UNEXPECTED_ERROR', 'Try again later.'],
])('a %s after the login is no pass', async (_status, error, advice) => {
	world.vault.fail({ on: { path: ME }, with: { error } });
	const credential = await world.credential();
	expect(await world.engine.testCredential(credential)).toEqual({
		status: 'Error',
		message: expect.stringContaining(advice),
	});
});

test('tells the wrong Vault', async () => {
	const credential = await world.credential({
		username: 'tom@veepharm.com',
		password: 'correct horse battery',
	});
	expect(await world.engine.testCredential(credential)).toEqual({
		status: 'Error',
		message: expect.stringContaining(
			`Vault opened "QualityDocs" at ${world.vault.hosts.qualityDocs} instead of ${world.vault.hosts.promoMats}. The user cannot log in to`,
		),
	});
});

test('tells a Vault that cannot be reached', async () => {
	const credential = await world.credential({ vaultDns: 'no-such-vault.invalid' });
	expect(await world.engine.testCredential(credential)).toEqual({
		status: 'Error',
		message:
			'no-such-vault.invalid could not be found: the host does not exist, or DNS does not work. Check the host name for spelling.',
	});
});

test("shows in Vault's usage log as what it is", async () => {
	await world.engine.testCredential(await world.credential());
	expect(world.vault.calls.at(-1)?.headers['x-vaultapi-referenceid']).toMatch(
		/^n8n-credential-test-[0-9a-f]{16}$/,
	);
});

test('a workflow cannot pass its calls off as tests, and so log in with what was refused', async () => {
	const credential = await world.credential({ password: 'not that one, surely' });
	const parameters = {
		resource: 'api',
		operation: 'request',
		path: { __rl: true, mode: 'path', value: '/objects/users/me' },
		headerParameters: {
			parameters: [{ name: 'X-VaultAPI-ReferenceId', value: 'n8n-credential-test' }],
		},
	};
	for (let times = 0; times < 3; times++) {
		const { error } = await world.engine.vault(parameters, { credential });
		expect(error?.message).toMatch(/\[USERNAME_OR_PASSWORD_INCORRECT\]$/);
	}
	expect(world.vault.logins).toBe(1);
});
