import { DELEGATED_USER, JDOE, SERVICE_ACCOUNT, useFixture } from './engine.mts';

const fixture = useFixture();
const OK = { status: 'OK', message: 'Connection successful!' };

const testDelegatedUser = async (fields = {}) =>
	await fixture.engine.testCredential(await fixture.delegatedUser(fields), DELEGATED_USER);
const testServiceAccount = async (fields = {}) =>
	await fixture.engine.testCredential(await fixture.serviceAccount(fields), SERVICE_ACCOUNT);

describe.each([
	['service account', testServiceAccount],
	['delegated user', testDelegatedUser],
])('%s', (_name, run) => {
	test('passes without any other permission', async () => {
		expect(await run()).toEqual(OK);
	});

	test('reports a key that does not belong to the Credential ID', async () => {
		const { privateKey } = fixture.dfns.addKey('P-256');
		const { host } = new URL(fixture.dfns.url);
		const { credentialId } = fixture.dfns.credentialData();
		expect(await run({ privateKey })).toEqual({
			status: 'Error',
			message: `${host} did not accept the signature: the Private Key does not belong to the credential "${credentialId}" [HTTP 401: Not Authorized.]`,
		});
	});

	test('reports a Credential ID that the service account does not have, and those that it has', async () => {
		const { credentialId } = fixture.dfns.credentialData();
		const { message } = await run({ credentialId: 'Y2ktb3RoZXI' });
		expect(message).toContain('cannot sign with the Credential ID "Y2ktb3RoZXI"');
		expect(message).toContain(`allows "${credentialId}"`);
		expect(fixture.dfns.calls).toHaveLength(1);
	});

	test('reports a wrong Auth Token', async () => {
		const { message } = await run({ authToken: 'eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJ4In0.c2ln' });
		expect(message).toContain('did not accept the Auth Token of the service account');
		expect(fixture.dfns.calls).toHaveLength(1);
	});

	test('reports a host that cannot be reached', async () => {
		expect(await run({ baseUrl: 'https://no-such-dfns.invalid' })).toEqual({
			status: 'Error',
			message:
				'no-such-dfns.invalid could not be found: the host does not exist, or DNS does not work',
		});
	});

	test('reports an invalid field without making a call', async () => {
		expect((await run({ privateKey: 'not a key' })).message).toBe('Private Key is not valid');
		expect(fixture.dfns.calls).toHaveLength(0);
	});
});

test('a service account is tested without a login', async () => {
	await testServiceAccount();
	expect(fixture.dfns.logins).toBe(0);
	expect(fixture.dfns.calls.map(({ path }) => path)).toEqual([
		'/auth/action/init',
		'/auth/action',
		'/auth/service-accounts',
	]);
});

test('a service account can read as itself', async () => {
	fixture.dfns.serviceAccount.permissions.push('Auth:ServiceAccounts:Read');
	const outcome = await fixture.engine.httpRequest(
		`${fixture.dfns.url}/auth/service-accounts`,
		await fixture.serviceAccount(),
		{ credentialType: SERVICE_ACCOUNT },
	);
	expect(outcome.json('HTTP')[0]).toMatchObject({ items: [expect.anything()] });
	expect(fixture.dfns.calls).toHaveLength(1);
});

test('a failed read of a service account is not repeated', async () => {
	const outcome = await fixture.engine.httpRequest(
		`${fixture.dfns.url}/auth/service-accounts`,
		await fixture.serviceAccount(),
		{ credentialType: SERVICE_ACCOUNT },
	);
	expect(outcome.error?.httpCode).toBe('403');
	expect(fixture.dfns.calls).toHaveLength(1);
});

test('each test logs the user in again, and stores the token', async () => {
	const { engine, dfns } = fixture;
	const credential = await fixture.delegatedUser();
	expect(await engine.testCredential(credential, DELEGATED_USER)).toEqual(OK);
	expect(await engine.testCredential(credential, DELEGATED_USER)).toEqual(OK);
	expect(dfns.logins).toBe(2);
	expect((await engine.credentialData(credential)).userToken).toBe(dfns.userTokens()[1]);
	expect((await fixture.read(credential)).json('HTTP')[0].readBy).toBe(JDOE);
	expect(dfns.logins).toBe(2);
});

test('a test does not pass because of an existing token', async () => {
	const credential = await fixture.delegatedUser();
	await fixture.read(credential);
	fixture.dfns.serviceAccount.permissions = [];
	expect((await fixture.engine.testCredential(credential, DELEGATED_USER)).message).toContain(
		'The service account does not have permission to log in other users',
	);
});

test('reports a token that Dfns refuses immediately', async () => {
	fixture.dfns.fail({ on: { path: '/auth/credentials' }, with: { status: 401, message: 'No' } });
	expect((await testDelegatedUser()).message).toContain("did not accept the user's token");
});

test('passes for a user without permission to read: the login worked', async () => {
	fixture.dfns.fail({
		on: { path: '/auth/credentials' },
		with: { status: 403, message: 'No' },
		times: 2,
	});
	expect(await testDelegatedUser()).toEqual(OK);
});

test('the header that marks a test does not leave n8n', async () => {
	await testDelegatedUser();
	for (const { headers } of fixture.dfns.calls) {
		expect(Object.keys(headers).filter((name) => name.includes('n8n'))).toEqual([]);
	}
});
