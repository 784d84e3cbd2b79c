import { DELEGATED_USER, JDOE, SERVICE_ACCOUNT, useWorld } from './engine.mts';

const world = useWorld();
const OK = { status: 'OK', message: 'Connection successful!' };

const testDelegatedUser = async (fields = {}) =>
	await world.engine.testCredential(await world.delegatedUser(fields), DELEGATED_USER);
const testServiceAccount = async (fields = {}) =>
	await world.engine.testCredential(await world.serviceAccount(fields), SERVICE_ACCOUNT);

describe.each([
	['service account', testServiceAccount],
	['delegated user', testDelegatedUser],
])('%s', (_name, run) => {
	test('passes without any other permission', async () => {
		expect(await run()).toEqual(OK);
	});

	test('tells a key that is not the one of the Credential ID', async () => {
		const { privateKey } = world.dfns.addKey('P-256');
		const { host } = new URL(world.dfns.url);
		const { credentialId } = world.dfns.credentialData();
		expect(await run({ privateKey })).toEqual({
			status: 'Error',
			message: `${host} did not accept the signature: the Private Key does not belong to the credential "${credentialId}" [HTTP 401: Not Authorized.]`,
		});
	});

	test('tells a Credential ID that is none of the service account, and which are', async () => {
		const { credentialId } = world.dfns.credentialData();
		const { message } = await run({ credentialId: 'Y2ktb3RoZXI' });
		expect(message).toContain('cannot sign with the Credential ID "Y2ktb3RoZXI"');
		expect(message).toContain(`allows "${credentialId}"`);
		expect(world.dfns.calls).toHaveLength(1);
	});

	test('tells a wrong Auth Token', async () => {
		const { message } = await run({ authToken: 'eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJ4In0.c2ln' });
		expect(message).toContain('did not accept the Auth Token of the service account');
		expect(world.dfns.calls).toHaveLength(1);
	});

	test('tells a host that cannot be reached', async () => {
		expect(await run({ baseUrl: 'https://no-such-dfns.invalid' })).toEqual({
			status: 'Error',
			message: 'no-such-dfns.invalid could not be found: there is no such host, or no name service',
		});
	});

	test('tells a field that cannot be right, without a call', async () => {
		expect((await run({ privateKey: 'not a key' })).message).toBe('Private Key is not valid');
		expect(world.dfns.calls).toHaveLength(0);
	});
});

test('a service account is tested without a login', async () => {
	await testServiceAccount();
	expect(world.dfns.logins).toBe(0);
	expect(world.dfns.calls.map(({ path }) => path)).toEqual([
		'/auth/action/init',
		'/auth/action',
		'/auth/service-accounts',
	]);
});

test('a service account may read in its own name', async () => {
	world.dfns.serviceAccount.permissions.push('Auth:ServiceAccounts:Read');
	const outcome = await world.engine.httpRequest(
		`${world.dfns.url}/auth/service-accounts`,
		await world.serviceAccount(),
		{ credentialType: SERVICE_ACCOUNT },
	);
	expect(outcome.json('HTTP')[0]).toMatchObject({ items: [expect.anything()] });
	expect(world.dfns.calls).toHaveLength(1);
});

test('a read of a service account that fails is made once', async () => {
	const outcome = await world.engine.httpRequest(
		`${world.dfns.url}/auth/service-accounts`,
		await world.serviceAccount(),
		{ credentialType: SERVICE_ACCOUNT },
	);
	expect(outcome.error?.httpCode).toBe('403');
	expect(world.dfns.calls).toHaveLength(1);
});

test('a user is logged in afresh by each test, and the token is kept', async () => {
	const { engine, dfns } = world;
	const credential = await world.delegatedUser();
	expect(await engine.testCredential(credential, DELEGATED_USER)).toEqual(OK);
	expect(await engine.testCredential(credential, DELEGATED_USER)).toEqual(OK);
	expect(dfns.logins).toBe(2);
	expect((await engine.credentialData(credential)).userToken).toBe(dfns.userTokens()[1]);
	expect((await world.read(credential)).json('HTTP')[0].readBy).toBe(JDOE);
	expect(dfns.logins).toBe(2);
});

test('a test never passes on a token that is there', async () => {
	const credential = await world.delegatedUser();
	await world.read(credential);
	world.dfns.serviceAccount.permissions = [];
	expect((await world.engine.testCredential(credential, DELEGATED_USER)).message).toContain(
		'The service account does not have permission to log in other users',
	);
});

test('tells a token that Dfns refuses at once', async () => {
	world.dfns.fail({ on: { path: '/auth/credentials' }, with: { status: 401, message: 'No' } });
	expect((await testDelegatedUser()).message).toContain("did not accept the user's token");
});

test('passes for a user who may not read, for the login has worked', async () => {
	world.dfns.fail({
		on: { path: '/auth/credentials' },
		with: { status: 403, message: 'No' },
		times: 2,
	});
	expect(await testDelegatedUser()).toEqual(OK);
});

test('the mark of a test does not leave n8n', async () => {
	await testDelegatedUser();
	for (const { headers } of world.dfns.calls) {
		expect(Object.keys(headers).filter((name) => name.includes('n8n'))).toEqual([]);
	}
});
