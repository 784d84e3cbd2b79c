import { setTimeout as sleep } from 'node:timers/promises';

import { textOf } from '../../../../test/fixture/text.mts';
import { ADA, JDOE, useFixture } from './engine.mts';

const fixture = useFixture();
afterEach(() => jest.restoreAllMocks());

test('logs a user in, and returns the token with its expiry time and its user', async () => {
	const { dfns } = fixture;
	const before = Date.now();
	const outcome = await fixture.logIn(await fixture.serviceAccount());
	expect(outcome.error).toBeUndefined();
	const [token] = dfns.userTokens();
	expect(outcome.items('Dfns')).toEqual([
		{
			json: {
				username: JDOE,
				token,
				expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
				userId: dfns.users.get(JDOE)?.userId,
				orgId: dfns.orgId,
				baseUrl: dfns.url,
			},
			pairedItem: { item: 0 },
		},
	]);
	const expiresAt = Date.parse(textOf(outcome.json('Dfns')[0].expiresAt));
	expect(Math.abs(expiresAt - before - 3_600_000)).toBeLessThan(60_000);
	expect(dfns.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
		'POST /auth/action/init',
		'POST /auth/action',
		'POST /auth/login/delegated',
	]);
});

test('reads with the token are made as the user', async () => {
	const { dfns } = fixture;
	const [{ token }] = (await fixture.logIn(await fixture.serviceAccount())).json('Dfns');
	const response = await fetch(`${dfns.url}/wallets`, {
		headers: { authorization: `Bearer ${textOf(token)}` },
	});
	expect(await response.json()).toMatchObject({ readBy: JDOE });
});

test('uses the user name of each item, and logs each user in once', async () => {
	const { dfns } = fixture;
	const items = [{ name: JDOE }, { name: ADA }, { name: ` ${JDOE} ` }];
	const outcome = await fixture.logIn(await fixture.serviceAccount(), {
		username: '={{ $json.name }}',
		items,
	});
	const json = outcome.json('Dfns');
	expect(json.map(({ username }) => username)).toEqual([JDOE, ADA, JDOE]);
	expect(json[2].token).toBe(json[0].token);
	expect(json[1].token).not.toBe(json[0].token);
	expect(outcome.items('Dfns').map(({ pairedItem }) => pairedItem)).toEqual([
		{ item: 0 },
		{ item: 1 },
		{ item: 2 },
	]);
	expect(dfns.logins).toBe(2);
});

test('logs in again when a token of the same run has expired', async () => {
	const { dfns } = fixture;
	dfns.tellsTime = false;
	const now = Date.now.bind(Date);
	// The second login takes an hour, as long as the first token lasts.
	jest.spyOn(Date, 'now').mockImplementation(() => now() + (dfns.logins >= 2 ? 3_600_000 : 0));
	const outcome = await fixture.logIn(await fixture.serviceAccount(), {
		username: '={{ $json.name }}',
		items: [{ name: JDOE }, { name: ADA }, { name: JDOE }],
	});
	expect(outcome.error).toBeUndefined();
	const tokens = outcome.json('Dfns').map(({ token }) => token);
	expect(new Set(tokens).size).toBe(3);
	expect(dfns.logins).toBe(3);
});

test('a failed login fails only its own item, and the next item tries again', async () => {
	const { dfns } = fixture;
	const path = '/auth/login/delegated';
	dfns.fail({ on: { path }, with: { status: 503 } });
	const outcome = await fixture.logIn(await fixture.serviceAccount(), {
		items: [{}, {}, {}],
		onError: 'continueRegularOutput',
	});
	expect(outcome.json('Dfns')).toEqual([
		{ error: expect.objectContaining({ type: 'SERVER_ERROR' }) },
		expect.objectContaining({ username: JDOE }),
		expect.objectContaining({ username: JDOE }),
	]);
	expect(dfns.count({ path })).toBe(2);
});

test('ends when the execution is canceled', async () => {
	const { dfns } = fixture;
	dfns.fail({ on: { path: '/auth/action' }, with: 'hang' });
	let cancel = () => {};
	const run = fixture.logIn(await fixture.serviceAccount(), {
		items: [{}, {}],
		onError: 'continueRegularOutput',
		started: (stop) => (cancel = stop),
	});
	while (dfns.count({ path: '/auth/action' }) === 0) await sleep(10);
	cancel();
	await run.catch(() => {});
	while (dfns.calls.some(({ closed }) => !closed)) await sleep(10);
	// The other item makes no call.
	expect(dfns.calls).toHaveLength(2);
});

test('each execution logs in again, with its own user action', async () => {
	const { dfns } = fixture;
	const credential = await fixture.serviceAccount();
	await fixture.logIn(credential);
	await fixture.logIn(credential);
	expect(dfns.logins).toBe(2);
	const actions = dfns.calls
		.filter(({ path }) => path === '/auth/login/delegated')
		.map(({ headers }) => headers['x-dfns-useraction']);
	expect(new Set(actions).size).toBe(2);
});

test.each(['P-256', 'secp256k1', 'Ed25519', 'RSA'] as const)(
	'signs with a %s key',
	async (type) => {
		const { credentialId, privateKey } = fixture.dfns.addKey(type);
		const outcome = await fixture.logIn(await fixture.serviceAccount({ credentialId, privateKey }));
		expect(outcome.error).toBeUndefined();
		expect(fixture.dfns.logins).toBe(1);
	},
);

test('sends what was signed, byte for byte', async () => {
	const { dfns } = fixture;
	const username = 'Zoë "\\Ω" \u2028 😀 <b>&amp;</b>\u00a0@example.co';
	dfns.addUser(username);
	const outcome = await fixture.logIn(await fixture.serviceAccount(), {
		username: '={{ $json.name }}',
		items: [{ name: username }],
	});
	expect(outcome.error).toBeUndefined();
	const [init, , login] = dfns.calls;
	expect(JSON.parse(init.body)).toEqual({
		userActionPayload: login.body,
		userActionHttpMethod: 'POST',
		userActionHttpPath: '/auth/login/delegated',
		userActionServerKind: 'Api',
	});
	expect(JSON.parse(login.body)).toEqual({ username });
});

test('sends the application and a new nonce with each call for an older organization', async () => {
	fixture.dfns.requiredAppId = 'ap-2a9in-tt2a1-983lho480p35ejd0';
	const appId = fixture.dfns.requiredAppId;
	expect((await fixture.logIn(await fixture.serviceAccount({ appId }))).error).toBeUndefined();
	const { error } = await fixture.logIn(await fixture.serviceAccount());
	expect(error?.message).toContain('did not accept the Auth Token');
	expect(error?.description).toContain('Older organizations need the Application ID');
});

test('each item has its own outcome with "Continue"', async () => {
	const { dfns } = fixture;
	const ada = dfns.users.get(ADA);
	if (ada !== undefined) ada.active = false;
	const outcome = await fixture.logIn(await fixture.serviceAccount(), {
		username: '={{ $json.name }}',
		items: [{ name: 'nobody@example.co' }, { name: JDOE }, { name: '' }, { name: ADA }],
		onError: 'continueRegularOutput',
	});
	expect(outcome.error).toBeUndefined();
	expect(outcome.items('Dfns').map(({ pairedItem }) => pairedItem)).toEqual(
		[0, 1, 2, 3].map((item) => ({ item })),
	);
	expect(outcome.json('Dfns')).toEqual([
		{
			error: {
				message:
					'The organization of the service account has no user "nobody@example.co" [HTTP 401: User not found]',
				description: expect.stringContaining('Check the User Name'),
				type: 'USER_NOT_FOUND',
				errorId: expect.stringMatching(/^\d+$/),
			},
		},
		expect.objectContaining({ username: JDOE }),
		{
			error: {
				message: 'User Name is empty',
				description: 'Expected the name of the user in Dfns, such as jdoe@example.co.',
				type: 'INVALID_FIELD',
			},
		},
		{
			error: expect.objectContaining({
				message:
					'The user "ada@example.co" has been deactivated [HTTP 400: User account has been deactivated.]',
				type: 'USER_DEACTIVATED',
			}),
		},
	]);
});

test('returns null for the IDs that the token does not contain', async () => {
	fixture.dfns.tokenShape = { withoutMetadata: true };
	const [json] = (await fixture.logIn(await fixture.serviceAccount())).json('Dfns');
	expect(json).toMatchObject({ userId: null, orgId: null });
});

test('is usable as a tool for AI agents, and its token is marked as sensitive', async () => {
	const { Dfns } = await import('../../nodes/Dfns/Dfns.node');
	const { description } = new Dfns();
	expect(description).toMatchObject({ usableAsTool: true, sensitiveOutputFields: ['token'] });
});
