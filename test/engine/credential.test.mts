import { OLIVIA, ME } from '../fixture/data.mts';
import { useFixture } from '../fixture/jest.mts';

const fixture = useFixture();

test('the credential test passes, and keeps the session that it opened', async () => {
	const credential = await fixture.credential();
	expect(await fixture.engine.testCredential(credential)).toEqual({
		status: 'OK',
		message: 'Connection successful!',
	});
	expect(await fixture.engine.credentialData(credential)).toMatchObject({
		sessionToken: fixture.vault.sessions()[0].id,
	});
	await fixture.engine.vault({ resource: 'session', operation: 'validate' }, { credential });
	expect(fixture.vault.logins).toBe(1);
});

test('the credential test accepts an address copied from the browser', async () => {
	const credential = await fixture.credential({ vaultDns: `${fixture.promoMats}/ui/#doc_info/1` });
	expect(await fixture.engine.testCredential(credential)).toMatchObject({ status: 'OK' });
});

test('the credential test logs in each time, even when there is a session', async () => {
	const credential = await fixture.credential();
	await fixture.engine.testCredential(credential);
	fixture.vault.user(OLIVIA).password = 'changed in Vault meanwhile';
	expect(await fixture.engine.testCredential(credential)).toEqual({
		status: 'Error',
		// With the advice: n8n shows nothing else of a failed test.
		message: expect.stringMatching(/\[USERNAME_OR_PASSWORD_INCORRECT\]\. Correct the user name/),
	});
	expect(fixture.vault.logins).toBe(2);
});

test('the credential test logs in even after the same login was refused, and lets executions try again', async () => {
	fixture.vault.user(OLIVIA).locked = true;
	const credential = await fixture.credential();
	const run = async () =>
		await fixture.engine.vault({ resource: 'session', operation: 'validate' }, { credential });
	expect((await run()).error?.message).toMatch(/\[USER_LOCKED_OUT\]$/);
	fixture.vault.user(OLIVIA).locked = false;
	expect((await run()).error?.description).toMatch(
		/the credential waits until \d{4}-\d\d-\d\d \d\d:\d\d UTC/,
	);
	expect(await fixture.engine.testCredential(credential)).toMatchObject({ status: 'OK' });
	expect((await run()).error).toBeUndefined();
	expect(fixture.vault.logins).toBe(2);
});

test('the credential test sends a refused login once', async () => {
	const credential = await fixture.credential({ password: 'wrong' });
	await fixture.engine.testCredential(credential);
	expect(fixture.vault.logins).toBe(1);
});

test('the credential test reports an account without API access, which can log in all the same', async () => {
	fixture.vault.user(OLIVIA).apiAccess = false;
	const credential = await fixture.credential();
	expect(await fixture.engine.testCredential(credential)).toEqual({
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
])('the credential test fails when a %s follows the login', async (_status, error, advice) => {
	fixture.vault.fail({ on: { path: ME }, with: { error } });
	const credential = await fixture.credential();
	expect(await fixture.engine.testCredential(credential)).toEqual({
		status: 'Error',
		message: expect.stringContaining(advice),
	});
});

test('the credential test reports that Vault opened another Vault', async () => {
	const credential = await fixture.credential({
		username: 'tom@veepharm.com',
		password: 'correct horse battery',
	});
	expect(await fixture.engine.testCredential(credential)).toEqual({
		status: 'Error',
		message: expect.stringContaining(
			`Vault opened "QualityDocs" at ${fixture.vault.hosts.qualityDocs} instead of ${fixture.vault.hosts.promoMats}. The user cannot log in to`,
		),
	});
});

test('the credential test reports a Vault that cannot be reached', async () => {
	const credential = await fixture.credential({ vaultDns: 'no-such-vault.invalid' });
	expect(await fixture.engine.testCredential(credential)).toEqual({
		status: 'Error',
		message:
			'no-such-vault.invalid could not be found: the host does not exist, or DNS does not work. Check the host name for spelling.',
	});
});

test("Vault's usage log shows that a credential was tested", async () => {
	await fixture.engine.testCredential(await fixture.credential());
	expect(fixture.vault.calls.at(-1)?.headers['x-vaultapi-referenceid']).toMatch(
		/^n8n-credential-test-[0-9a-f]{16}$/,
	);
});

test('a workflow cannot disguise its calls as tests to log in again with a refused login', async () => {
	const credential = await fixture.credential({ password: 'not that one, surely' });
	const parameters = {
		resource: 'api',
		operation: 'request',
		path: { __rl: true, mode: 'path', value: '/objects/users/me' },
		headerParameters: {
			parameters: [{ name: 'X-VaultAPI-ReferenceId', value: 'n8n-credential-test' }],
		},
	};
	for (let times = 0; times < 3; times++) {
		const { error } = await fixture.engine.vault(parameters, { credential });
		expect(error?.message).toMatch(/\[USERNAME_OR_PASSWORD_INCORRECT\]$/);
	}
	expect(fixture.vault.logins).toBe(1);
});
