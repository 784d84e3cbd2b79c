import type { FaultKind } from '../simulator/types.mts';
import { DELEGATED_USER, JDOE, SERVICE_ACCOUNT, shorten, useFixture } from './engine.mts';

const fixture = useFixture();
afterEach(() => jest.restoreAllMocks());

const INIT = '/auth/action/init';
const SIGN = '/auth/action';
const LOGIN = '/auth/login/delegated';

interface Reported {
	message: string;
	description?: string | null;
	type?: string;
}

/** Every entry point that causes a login. */
const entryPoints: Array<[string, () => Promise<Reported>, steps: string[]]> = [
	[
		'Dfns node',
		async () => {
			const credential = await fixture.serviceAccount();
			const { error } = await fixture.logIn(credential);
			expect(error?.name).toBe('NodeApiError');
			return { message: error?.message ?? '', description: error?.description };
		},
		[INIT, SIGN, LOGIN],
	],
	[
		'Dfns node, On Error: Continue',
		async () => {
			const credential = await fixture.serviceAccount();
			const outcome = await fixture.logIn(credential, { onError: 'continueRegularOutput' });
			const [{ error }] = outcome.json('Dfns');
			expect(outcome.items('Dfns')[0].pairedItem).toEqual({ item: 0 });
			return error as { message: string; description: string; type: string };
		},
		[INIT, SIGN, LOGIN],
	],
	[
		'HTTP Request node',
		async () => {
			const credential = await fixture.delegatedUser();
			const { error } = await fixture.read(credential);
			return { message: error?.message ?? '', description: error?.description };
		},
		[INIT, SIGN, LOGIN],
	],
	[
		'test of a delegated user',
		async () => {
			const credential = await fixture.delegatedUser();
			return await fixture.engine.testCredential(credential, DELEGATED_USER);
		},
		[INIT, SIGN, LOGIN, '/auth/credentials'],
	],
	[
		'test of a service account',
		async () => {
			const credential = await fixture.serviceAccount();
			return await fixture.engine.testCredential(credential, SERVICE_ACCOUNT);
		},
		[INIT, SIGN],
	],
];

/** What goes wrong with a call, and how it is reported. */
const faults: Array<[FaultKind, what: RegExp, type: string | RegExp]> = [
	['reset', /^HOST closed the connection before it responded$/, 'CONNECTION_RESET'],
	['html', /^HOST did not respond like Dfns: text\/html$/, 'NOT_A_DFNS_ANSWER'],
	['502', /^HOST could not process the call \[HTTP 502\]$/, 'SERVER_ERROR'],
	['halfJson', /^HOST did not respond like Dfns: unreadable JSON$/, 'NOT_A_DFNS_ANSWER'],
	['array', /^HOST did not respond like Dfns: application\/json$/, 'NOT_A_DFNS_ANSWER'],
	['redirect', /^HOST redirected the call to elsewhere\.example; it was not followed$/, 'REDIRECT'],
	['policy', /^A policy at HOST requires an approval first: .*\[HTTP 202\]$/, 'POLICY_PENDING'],
	[{ status: 400, message: 'Bad things' }, /\[HTTP 400: Bad things\]$/, 'INVALID_REQUEST'],
	[{ status: 403, message: 'No, no' }, /\[HTTP 403: No, no\]$/, /NO_PERMISSION|FORBIDDEN/],
	[{ status: 404, message: 'Not Found' }, /^HOST does not offer this call \[HTTP 404/, 'NOT_FOUND'],
	[{ status: 429, message: 'Slow down' }, /^HOST gets too many calls/, 'RATE_LIMIT'],
	[{ status: 500, message: 'Internal Server Error' }, /^HOST could not process/, 'SERVER_ERROR'],
	[{ status: 503 }, /^HOST could not process the call \[HTTP 503\]$/, 'SERVER_ERROR'],
];

/** A credential test passes for a user without permission for the read that follows the login. */
const faultsAt = (path: string) =>
	faults.filter(([fault]) => {
		const forbidden = typeof fault === 'object' && 'status' in fault && fault.status === 403;
		return !(forbidden && path === '/auth/credentials');
	});

describe.each(entryPoints)('%s', (_entryPoint, run, steps) => {
	describe.each(steps)('%s', (path) => {
		test.each(faultsAt(path))('%j', async (fault, what, type) => {
			const { dfns } = fixture;
			dfns.fail({
				on: { path },
				with: fault,
				to: 'https://elsewhere.example/auth',
				times: Infinity,
			});
			const reported = await run();
			const { host } = new URL(dfns.url);
			expect(reported.message.replace(host, 'HOST')).toMatch(what);
			if (reported.type !== undefined) expect(reported.type).toMatch(type);
			if (reported.description !== undefined) expect(reported.description).toMatch(/^[A-Z].+\.$/);
			// No call is repeated, and no call follows.
			for (const step of steps) {
				expect(dfns.count({ path: step })).toBe(steps.indexOf(step) <= steps.indexOf(path) ? 1 : 0);
			}
			expect(dfns.count({ path: '/wallets' })).toBe(0);
		});
	});
});

describe('the meaning of each refusal', () => {
	const errorOf = async (options: { username?: string } = {}, fields = {}) => {
		const outcome = await fixture.logIn(await fixture.serviceAccount(fields), {
			...options,
			onError: 'continueRegularOutput',
		});
		const [{ error }] = outcome.json('Dfns');
		return error as { message: string; description: string; type: string };
	};

	test.each([
		['USER_NOT_FOUND', LOGIN, 401, 'User not found'],
		['USER_DEACTIVATED', LOGIN, 400, 'User account has been deactivated.'],
		['SERVICE_ACCOUNT_DEACTIVATED', INIT, 400, 'User account has been deactivated.'],
		['AUTH_TOKEN_REFUSED', INIT, 401, 'Not Authorized.'],
		['LOGIN_REFUSED', LOGIN, 401, 'Not Authorized.'],
		[
			'NO_PERMISSION',
			LOGIN,
			403,
			'us-1 is not authorized to perform operation (Auth:Login:Delegated)',
		],
		['USER_ACTION_REFUSED', LOGIN, 403, 'user action signature is missing or invalid'],
		['USER_ACTION_REFUSED', LOGIN, 400, 'user action has already been used'],
		['CHALLENGE_REFUSED', SIGN, 400, 'Challenge token is not valid.'],
		[
			'NO_CREDENTIAL',
			SIGN,
			401,
			'User does not have a credential that can be used for the application.',
		],
		['SERVICE_ACCOUNT_DEACTIVATED', SIGN, 401, 'User account has been deactivated.'],
		['SIGNATURE_REFUSED', SIGN, 401, 'Not Authorized.'],
		['INVALID_REQUEST', SIGN, 400, 'firstFactor is not valid'],
		['FORBIDDEN', SIGN, 403, 'Forbidden'],
		['NONCE_REFUSED', INIT, 400, 'request nonce is missing or invalid'],
		['FORBIDDEN', INIT, 403, 'Forbidden'],
	])('%s: %s %d %s', async (type, path, status, message) => {
		fixture.dfns.fail({ on: { path }, with: { status, message, id: '2038837570328299032' } });
		const result = await errorOf();
		expect(result).toMatchObject({ type, errorId: '2038837570328299032' });
		expect(result.message).toContain(`[HTTP ${status}: ${message}]`);
		expect(result.description).toMatch(/ Dfns's error ID: 2038837570328299032\.$/);
	});

	test('a missing permission is named', async () => {
		fixture.dfns.serviceAccount.permissions = [];
		expect(await errorOf()).toMatchObject({
			message: expect.stringContaining('operation (Auth:Login:Delegated)'),
			description: expect.stringContaining('Auth:Login:Delegated (in older organizations'),
			type: 'NO_PERMISSION',
		});
	});

	test('a policy that requires approval: the error names the user and the approval', async () => {
		fixture.dfns.fail({ on: { path: LOGIN }, with: 'policy' });
		const { message, description, ...rest } = await errorOf();
		expect(message).toContain(`"${JDOE}" was not logged in [HTTP 202`);
		expect(description).toMatch(/ The approval's ID: cr-6uunn-bm6ja-f6rmod5kqrk5rbel\.$/);
		// It is not the ID of an error.
		expect(description).not.toContain('error ID');
		expect(rest).toEqual({ type: 'POLICY_PENDING' });
	});

	test('a login refused without a reason: the error says what to check first', async () => {
		fixture.dfns.fail({ on: { path: LOGIN }, with: { status: 401, message: 'Not Authorized.' } });
		const { message, description } = await errorOf();
		const { host } = new URL(fixture.dfns.url);
		expect(message).toBe(`${host} did not log in "${JDOE}" [HTTP 401: Not Authorized.]`);
		expect(description).toMatch(/^Check the User Name .* check that the Auth Token /);
	});

	test('clocks that differ are reported', async () => {
		fixture.dfns.ahead = -12 * 60_000;
		fixture.dfns.fail({ on: { path: LOGIN }, with: { status: 400, message: 'No' } });
		const { description } = await errorOf();
		expect(description).toContain(
			'is 12 minutes behind that of the n8n server: one of them is wrong.',
		);
	});

	test('an expired Auth Token is reported', async () => {
		const claims = Buffer.from(JSON.stringify({ exp: 1_700_000_000 })).toString('base64url');
		const { description } = await errorOf({}, { authToken: `eyJhbGciOiJIUzI1NiJ9.${claims}.c2ln` });
		expect(description).toContain('The Auth Token expired on 2023-11-14T22:13:20.000Z.');
	});

	test.each([
		['a challenge without an identifier', INIT, { challenge: 'x' }, 'no challenge to sign'],
		['a signed challenge without userAction', SIGN, { userAction: 7 }, 'without a userAction'],
		['a userAction that no header can hold', SIGN, { userAction: 'a\nb' }, 'without a userAction'],
		['a login without a token', LOGIN, {}, 'a login without a token'],
		[
			'a token that is not a JWT',
			LOGIN,
			{ token: 'opaque' },
			'not a JWT with an expiry time (exp)',
		],
		['a token without exp', LOGIN, { token: 'eyJ.e30.x' }, 'not a JWT with an expiry time (exp)'],
	])('%s', async (_name, path, body, what) => {
		fixture.dfns.fail({ on: { path }, with: { body } });
		const { message, type } = await errorOf();
		expect(message).toBe(
			`${new URL(fixture.dfns.url).host} did not respond like Dfns: ${message.split(': ')[1]}`,
		);
		expect(message).toContain(what);
		expect(type).toBe('NOT_A_DFNS_ANSWER');
	});

	test.each([[null], [1e15]])('a token with an impossible exp is reported: %j', async (exp) => {
		fixture.dfns.tokenShape = { exp };
		expect((await errorOf()).message).toContain('not a JWT with an expiry time (exp)');
	});

	test('a token that has already expired', async () => {
		fixture.dfns.tokenShape = { exp: -60 };
		const { message, type } = await errorOf();
		expect(message).toContain('returned a token that had already expired at 2');
		expect(type).toBe('EXPIRED_TOKEN');
	});

	test('a response that never ends', async () => {
		shorten(60_000);
		fixture.dfns.fail({ on: { path: SIGN }, with: 'drip' });
		expect(await errorOf()).toEqual({
			message: `${new URL(fixture.dfns.url).host} did not respond in time`,
			description: expect.stringContaining('so it was not repeated'),
			type: 'TIMEOUT',
		});
	});

	test('a service account without any key that can sign', async () => {
		const body = { challenge: 'x', challengeIdentifier: 'y', allowCredentials: { key: [] } };
		fixture.dfns.fail({ on: { path: INIT }, with: { body } });
		expect(await errorOf()).toMatchObject({
			message: expect.stringContaining('allows no key at all'),
			type: 'OTHER_CREDENTIAL',
		});
	});

	test.each([
		['https://127.0.0.1:1', '127.0.0.1:1 refused the connection', 'CONNECTION_REFUSED'],
		['https://no-such-dfns.invalid', 'could not be found', 'UNKNOWN_HOST'],
	])('%s', async (baseUrl, what, type) => {
		const result = await errorOf({}, { baseUrl });
		expect(result.message).toContain(what);
		expect(result.type).toBe(type);
	});

	test('https to a server without TLS', async () => {
		const result = await errorOf({}, { baseUrl: fixture.dfns.url.replace('http:', 'https:') });
		expect(result.message).toContain('showed a certificate that cannot be trusted');
		expect(result.type).toBe('BAD_CERTIFICATE');
	});
});

describe('an invalid field is reported before any call', () => {
	const key = '-----BEGIN';
	test.each([
		['Base URL', { baseUrl: '' }, 'Base URL is empty'],
		['Base URL', { baseUrl: 'http://api.dfns.io' }, 'Base URL is not valid: "http://api.dfns.io"'],
		['Base URL', { baseUrl: 'https://api.dfns.io/v1' }, '"https://api.dfns.io/v1"'],
		['Base URL', { baseUrl: 'https://me:pw@api.dfns.io' }, 'Base URL is not valid'],
		['Auth Token', { authToken: '' }, 'Auth Token is empty'],
		['Auth Token', { authToken: 'to-202a0-cdo33' }, 'Auth Token is not valid'],
		['Credential ID', { credentialId: ' ' }, 'Credential ID is empty'],
		['Credential ID', { credentialId: 'a b' }, 'Credential ID is not valid: "a b"'],
		['Credential ID', { credentialId: `${key} X` }, 'Credential ID is not valid'],
		['Private Key', { privateKey: '' }, 'Private Key is empty'],
		['Private Key', { privateKey: 'abc' }, 'Private Key is not valid'],
		['Application ID', { appId: 'ap 1' }, 'Application ID is not valid: "ap 1"'],
		['User Name', { username: '  ' }, 'User Name is empty'],
	])('%s: %j', async (field, fields, message) => {
		const credential = await fixture.delegatedUser(fields);
		const { error } = await fixture.read(credential);
		expect(error?.message).toContain(message);
		expect(error?.description).toMatch(/^Expected /);
		if (field !== 'User Name') {
			const outcome = await fixture.logIn(await fixture.serviceAccount(fields));
			expect(outcome.error).toMatchObject({ name: 'NodeOperationError' });
			expect(outcome.error?.message).toContain(message);
			expect(outcome.error?.description).toBe(error?.description);
		}
		expect(fixture.dfns.calls).toHaveLength(0);
	});
});
