import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { textOf } from '../../../../test/fixture/text.mts';
import { identityOf, readServiceAccount } from '../../nodes/Dfns/credential/fields';
import { bindingOf } from '../../nodes/Dfns/dfns/token/binding';
import { ADA, DELEGATED_USER, JDOE, OTHER_NODE, shorten, useFixture } from './engine.mts';

const fixture = useFixture();

const change = async (id: string, fields: Record<string, string>) =>
	await fixture.engine.saveCredential(fields, { id, type: DELEGATED_USER });

const readBy = async (credential: string) => {
	const outcome = await fixture.read(credential);
	return outcome.json('HTTP')[0]?.readBy ?? outcome.error?.message;
};

const POST = { method: 'POST', sendBody: true, contentType: 'json' };

afterEach(() => jest.restoreAllMocks());

/** Lets time pass for this process, including the local Dfns. */
function advance(ms: number): void {
	const now = Date.now.bind(Date);
	jest.spyOn(Date, 'now').mockImplementation(() => now() + ms);
}

describe('one login', () => {
	test('serves every read, with one call each', async () => {
		const { dfns } = fixture;
		const credential = await fixture.delegatedUser();
		for (let times = 0; times < 3; times++) expect(await readBy(credential)).toBe(JDOE);
		expect(dfns.logins).toBe(1);
		expect(dfns.calls).toHaveLength(3 + 3);
		expect(fixture.engine.credentials.saves).toBeGreaterThan(0);
	});

	test('is stored in the credential', async () => {
		const credential = await fixture.delegatedUser();
		await fixture.read(credential);
		const data = await fixture.engine.credentialData(credential);
		expect(data.userToken).toBe(fixture.dfns.userTokens()[0]);
		expect(Object.keys(JSON.parse(textOf(data.loginDetails)) as object)).toEqual([
			'issuedAt',
			'binding',
		]);
	});

	test('serves 200 executions at once', async () => {
		fixture.dfns.loginDelay = 300;
		const credential = await fixture.delegatedUser();
		const outcomes = await Promise.all(Array.from({ length: 200 }, () => fixture.read(credential)));
		expect(outcomes.map(({ error }) => error?.message).filter(Boolean)).toEqual([]);
		expect(outcomes.every(({ json }) => json('HTTP')[0].readBy === JDOE)).toBe(true);
		expect(fixture.dfns.logins).toBe(1);
		expect(fixture.dfns.count({ path: '/auth/action/init' })).toBe(1);
	});

	test('serves 200 executions at once after Dfns revoked the token', async () => {
		const credential = await fixture.delegatedUser();
		await fixture.read(credential);
		fixture.dfns.revokeUserTokens();
		fixture.dfns.loginDelay = 300;
		const outcomes = await Promise.all(Array.from({ length: 200 }, () => fixture.read(credential)));
		expect(outcomes.map(({ error }) => error?.message).filter(Boolean)).toEqual([]);
		expect(fixture.dfns.logins).toBe(2);
		// They share one check.
		expect(fixture.dfns.count({ path: '/auth/credentials' })).toBe(1);
	});

	test('serves each user of a credential whose user name is an expression', async () => {
		const { engine, dfns } = fixture;
		const credential = await fixture.delegatedUser({ username: '={{ $json.name }}' });
		const read = async () =>
			await engine.httpRequest(`${dfns.url}/wallets`, credential, {
				credentialType: DELEGATED_USER,
				items: [{ name: JDOE }, { name: ADA }, { name: JDOE }],
			});
		for (let times = 0; times < 2; times++) {
			const outcome = await read();
			expect(outcome.json('HTTP').map((json) => json.readBy)).toEqual([JDOE, ADA, JDOE]);
		}
		expect(dfns.logins).toBe(2);
		expect((await engine.credentialData(credential)).username).toBe('={{ $json.name }}');
	});

	test('serves two credentials of the same user', async () => {
		const [one, other] = [await fixture.delegatedUser(), await fixture.delegatedUser()];
		expect([await readBy(one), await readBy(other)]).toEqual([JDOE, JDOE]);
		expect(fixture.dfns.logins).toBe(1);
	});

	test('of another process is used when it is newer', async () => {
		const { dfns } = fixture;
		const credential = await fixture.delegatedUser();
		await fixture.read(credential);
		dfns.revokeUserTokens();
		// Another worker noticed it, and saved a new token.
		advance(5000);
		const [{ token }] = (await fixture.logIn(await fixture.serviceAccount())).json('Dfns');
		const identity = identityOf(readServiceAccount(dfns.credentialData()), JDOE);
		await change(credential, {
			userToken: textOf(token),
			loginDetails: JSON.stringify({
				issuedAt: Date.now(),
				binding: bindingOf(textOf(token), identity),
			}),
		});
		expect(dfns.logins).toBe(2);
		expect(await readBy(credential)).toBe(JDOE);
		expect(dfns.logins).toBe(2);
		expect(dfns.count({ status: 401 })).toBe(0);
	});

	test('that fails is made once, and fails for everyone who waits for it', async () => {
		const path = '/auth/login/delegated';
		const credential = await fixture.delegatedUser();
		fixture.dfns.fail({ on: { path }, with: { status: 500 }, delay: 1500 });
		const outcomes = await Promise.all(Array.from({ length: 20 }, () => fixture.read(credential)));
		for (const { error } of outcomes)
			expect(error?.message).toContain('could not process the call');
		expect(fixture.dfns.count({ path })).toBe(1);
	});

	test('that never ends is ended for everyone who waits for it, and the next execution logs in', async () => {
		shorten(60_000);
		const credential = await fixture.delegatedUser();
		fixture.dfns.fail({ on: { path: '/auth/action/init' }, with: 'drip' });
		const outcomes = await Promise.all(Array.from({ length: 5 }, () => fixture.read(credential)));
		expect(outcomes[0].error?.message).toContain('did not respond in time');
		jest.restoreAllMocks();
		expect(await readBy(credential)).toBe(JDOE);
	});
});

describe('renewal', () => {
	test('happens a minute before the token expires, so that Dfns never refuses it', async () => {
		const { dfns } = fixture;
		const credential = await fixture.delegatedUser();
		await fixture.read(credential);
		advance(3_530_000);
		await fixture.read(credential);
		expect(dfns.logins).toBe(1);
		jest.restoreAllMocks();
		advance(3_545_000);
		expect(await readBy(credential)).toBe(JDOE);
		expect(dfns.logins).toBe(2);
		expect(dfns.count({ status: 401 })).toBe(0);
	});

	test('uses short-lived tokens too', async () => {
		fixture.dfns.tokenShape = { exp: 30 };
		const credential = await fixture.delegatedUser();
		await fixture.read(credential);
		await fixture.read(credential);
		expect(fixture.dfns.logins).toBe(1);
	});

	test('happens after a 401: the read is repeated with a new token, which is stored', async () => {
		const { dfns } = fixture;
		const credential = await fixture.delegatedUser();
		await fixture.read(credential);
		dfns.revokeUserTokens();
		expect(await readBy(credential)).toBe(JDOE);
		expect(dfns.logins).toBe(2);
		expect(dfns.count({ path: '/wallets', status: 401 })).toBe(1);
		expect((await fixture.engine.credentialData(credential)).userToken).toBe(dfns.userTokens()[0]);
		expect(await readBy(credential)).toBe(JDOE);
		expect(dfns.logins).toBe(2);
	});

	test('happens when the user name changes, although n8n keeps the token of the previous user', async () => {
		const credential = await fixture.delegatedUser();
		expect(await readBy(credential)).toBe(JDOE);
		await change(credential, { username: ADA });
		expect((await fixture.engine.credentialData(credential)).userToken).not.toBe('');
		expect(await readBy(credential)).toBe(ADA);
		await change(credential, { username: JDOE });
		expect(await readBy(credential)).toBe(JDOE);
		expect(fixture.dfns.logins).toBe(2);
	});

	test.each(['another token', 'other details', 'details that are no JSON'])(
		'happens when the stored token is not usable: %s',
		async (what) => {
			const credential = await fixture.delegatedUser({
				userToken: what === 'another token' ? 'eyJ.e30.x' : 'eyJhbGciOiJub25lIn0.eyJleHAiOjl9.x',
				loginDetails:
					what === 'details that are no JSON' ? '{' : JSON.stringify({ issuedAt: 1, binding: 'x' }),
			});
			expect(await readBy(credential)).toBe(JDOE);
			expect(fixture.dfns.logins).toBe(1);
		},
	);

	test('goes by the clock of Dfns', async () => {
		for (const ahead of [-7_200_000, 7_200_000]) {
			fixture.dfns.reset();
			fixture.dfns.ahead = ahead;
			const credential = await fixture.delegatedUser();
			for (let times = 0; times < 3; times++) expect(await readBy(credential)).toBe(JDOE);
			expect(fixture.dfns.logins).toBe(1);
		}
	});

	test('a token that has already expired is reported as such', async () => {
		fixture.dfns.ahead = -7_200_000;
		fixture.dfns.tellsTime = false;
		// Clocks are remembered by host. This process does not know the clock of this host yet.
		const baseUrl = fixture.dfns.url.replace('127.0.0.1', 'localhost');
		const credential = await fixture.delegatedUser({ baseUrl });
		const { error } = await fixture.read(credential, { url: `${baseUrl}/wallets` });
		expect(error?.message).toMatch(/^localhost:\d+ returned a token that had already expired at 2/);
		expect(error?.description).toContain('One of the clocks is wrong.');
		expect(fixture.dfns.logins).toBe(1);
	});
});

describe('a failed request', () => {
	test.each([400, 403, 404, 409, 429, 500, 503])(
		'with HTTP %d is not sent again, and causes no login',
		async (status) => {
			const { dfns } = fixture;
			const credential = await fixture.delegatedUser();
			await fixture.read(credential);
			dfns.fail({ on: { path: '/wallets' }, with: { status, message: 'Words of Dfns' } });
			const { error } = await fixture.read(credential);
			expect(error?.httpCode).toBe(String(status));
			expect(dfns.count({ path: '/wallets' })).toBe(2);
			expect(dfns.logins).toBe(1);
		},
	);

	test('with HTTP 401 is not sent again when Dfns accepts the token', async () => {
		const { dfns } = fixture;
		const credential = await fixture.delegatedUser();
		dfns.fail({ on: { path: '/wallets' }, with: { status: 401, message: 'Not this one' } });
		const { error } = await fixture.read(credential);
		expect(error?.httpCode).toBe('401');
		expect(dfns.count({ path: '/wallets' })).toBe(1);
		expect(dfns.logins).toBe(1);
	});

	test.each([['reset'], ['resetAfter'], ['502'], [{ status: 401 }], [{ status: 403 }]] as const)(
		'that changes data is sent once: %j',
		async (fault) => {
			const { dfns } = fixture;
			const credential = await fixture.delegatedUser();
			await fixture.read(credential);
			dfns.fail({ on: { method: 'POST', path: '/wallets' }, with: fault });
			const { error } = await fixture.read(credential, { parameters: POST });
			expect(error).toBeDefined();
			expect(dfns.count({ method: 'POST', path: '/wallets' })).toBe(1);
			expect(dfns.logins).toBe(1);
		},
	);

	test('that changes data is sent once even if the token was revoked, and the next one logs in', async () => {
		const { dfns } = fixture;
		const credential = await fixture.delegatedUser();
		await fixture.read(credential);
		dfns.revokeUserTokens();
		const { error } = await fixture.read(credential, { parameters: POST });
		expect(error?.httpCode).toBe('401');
		expect(dfns.count({ method: 'POST', path: '/wallets' })).toBe(1);
		expect(dfns.logins).toBe(1);
		expect(await readBy(credential)).toBe(JDOE);
		expect(dfns.logins).toBe(2);
		expect(dfns.count({ path: '/wallets', method: 'GET', status: 401 })).toBe(0);
	});

	test('that Dfns carried out before the connection broke and the token was revoked is not sent again', async () => {
		const { dfns } = fixture;
		dfns.writesNeedSignature = false;
		const credential = await fixture.delegatedUser();
		await fixture.read(credential);
		dfns.fail({ on: { method: 'POST', path: '/wallets' }, with: 'resetAfter', revokes: true });
		const { error } = await fixture.read(credential, { parameters: POST });
		expect(error).toBeDefined();
		expect(dfns.changes).toBe(1);
	});

	test('that timed out is not sent again, and causes no login', async () => {
		const { dfns } = fixture;
		const credential = await fixture.delegatedUser();
		await fixture.read(credential);
		dfns.fail({ on: { path: '/wallets' }, with: 'hang' });
		const { error } = await fixture.read(credential, { parameters: { options: { timeout: 300 } } });
		expect(error).toBeDefined();
		expect(dfns.count({ path: '/wallets' })).toBe(2);
		expect(dfns.logins).toBe(1);
	});

	test('is reported when Dfns cannot be asked about the token', async () => {
		const { dfns } = fixture;
		const credential = await fixture.delegatedUser();
		await fixture.read(credential);
		dfns.fail({ on: { path: '/wallets' }, with: { status: 503, message: 'First' } });
		dfns.fail({ on: { path: '/auth/credentials' }, with: 'reset' });
		expect((await fixture.read(credential)).error?.httpCode).toBe('503');
		expect(dfns.logins).toBe(1);
	});

	test('is reported after ten seconds when Dfns does not say whether it accepts the token', async () => {
		const { dfns } = fixture;
		const credential = await fixture.delegatedUser();
		await fixture.read(credential);
		const limits = shorten(10_000);
		dfns.fail({ on: { path: '/wallets' }, with: { status: 503, message: 'First' } });
		dfns.fail({ on: { path: '/auth/credentials' }, with: 'hang' });
		expect((await fixture.read(credential)).error?.httpCode).toBe('503');
		expect(limits.mock.calls).toEqual([[10_000]]);
	});

	test('is reported with the reason when the login that follows is refused', async () => {
		const { dfns } = fixture;
		const credential = await fixture.delegatedUser();
		await fixture.read(credential);
		dfns.revokeUserTokens();
		dfns.serviceAccount.permissions = [];
		const { error } = await fixture.read(credential);
		expect(error?.message).toContain(
			'The service account does not have permission to log in other users',
		);
		expect(error?.description).toContain('Auth:Login:Delegated');
		expect(dfns.count({ path: '/wallets' })).toBe(2);
	});
});

describe("a node that calls with n8n's other helper", () => {
	const call = async (credential: string, method = 'GET', url = `${fixture.dfns.url}/wallets`) => {
		const { engine } = fixture;
		const parameters = { method, url };
		return await engine.run([
			engine.node('Other', OTHER_NODE, parameters, { credential, credentialType: DELEGATED_USER }),
		]);
	};

	test('a read is repeated with a new token', async () => {
		const { dfns } = fixture;
		const credential = await fixture.delegatedUser();
		await call(credential);
		dfns.revokeUserTokens();
		expect((await call(credential)).json('Other')[0]).toMatchObject({ readBy: JDOE });
		expect(dfns.logins).toBe(2);
		expect(dfns.count({ path: '/wallets' })).toBe(3);
	});

	test("sends a relative address to the credential's Dfns", async () => {
		const credential = await fixture.delegatedUser();
		expect((await call(credential, 'GET', '/wallets')).json('Other')[0]).toMatchObject({
			readBy: JDOE,
		});
	});

	test('a refused read is not repeated when Dfns accepts the token', async () => {
		const { dfns } = fixture;
		const credential = await fixture.delegatedUser();
		await call(credential);
		dfns.fail({ on: { path: '/wallets' }, with: { status: 401, message: 'Not this one' } });
		const { error } = await call(credential);
		expect(error?.message).toBe(
			`${new URL(dfns.url).host} refused the request with HTTP status 401`,
		);
		expect(dfns.count({ path: '/wallets' })).toBe(2);
		expect(dfns.logins).toBe(1);
	});

	test('sends a request that changes data once', async () => {
		const { dfns } = fixture;
		dfns.writesNeedSignature = false;
		const credential = await fixture.delegatedUser();
		await call(credential);
		dfns.revokeUserTokens();
		const { error } = await call(credential, 'POST');
		expect(error?.message).toContain('refused the request with HTTP status 401');
		expect(error?.description).toContain('Run the step again.');
		expect(dfns.count({ method: 'POST', path: '/wallets' })).toBe(1);
		expect((await call(credential, 'POST')).error).toBeUndefined();
		expect(dfns.changes).toBe(1);
	});
});

describe('a token is sent', () => {
	let otherServer: Server;
	let received: Array<Record<string, unknown>>;
	let otherOrigin: string;

	beforeAll(async () => {
		otherServer = createServer((request, response) => {
			received.push({ ...request.headers });
			response.setHeader('content-type', 'application/json').end('{}');
		});
		await new Promise<void>((resolve) => otherServer.listen(0, '127.0.0.1', resolve));
		otherOrigin = `http://127.0.0.1:${(otherServer.address() as AddressInfo).port}`;
	});
	afterAll(async () => await new Promise((resolve) => otherServer.close(resolve)));
	beforeEach(() => (received = []));

	test.each([false, true])('not to another host (existing token: %s)', async (exists) => {
		const credential = await fixture.delegatedUser();
		if (exists) await fixture.read(credential);
		const before = fixture.dfns.calls.length;
		const { error } = await fixture.read(credential, { url: `${otherOrigin}/wallets` });
		expect(error?.message).toBe(
			`The request to ${new URL(otherOrigin).host} was not sent: it is not the Dfns of this credential`,
		);
		expect(error?.description).toContain(new URL(fixture.dfns.url).host);
		expect(received).toEqual([]);
		expect(fixture.dfns.calls).toHaveLength(before);
	});

	test('is not sent over plain http', async () => {
		const credential = await fixture.delegatedUser({ baseUrl: 'https://api.dfns.io' });
		const { error } = await fixture.read(credential, { url: 'http://api.dfns.io/wallets' });
		expect(error?.message).toContain('it would carry the token over plain http');
		expect(fixture.dfns.calls).toHaveLength(0);
	});

	test('not with a redirect to another origin', async () => {
		const credential = await fixture.delegatedUser();
		fixture.dfns.fail({
			on: { path: '/wallets' },
			with: 'redirect',
			to: `${otherOrigin}/wallets`,
		});
		await fixture.read(credential, {
			parameters: { options: { redirect: { redirect: { followRedirects: true } } } },
		});
		expect(received).toHaveLength(1);
		expect(JSON.stringify(received)).not.toContain('Bearer');
		expect(JSON.stringify(received)).not.toContain(fixture.dfns.userTokens()[0]);
	});

	test('replaces another Authorization, and is sent with the application of older organizations', async () => {
		const appId = 'ap-2a9in-tt2a1-983lho480p35ejd0';
		fixture.dfns.requiredAppId = appId;
		const credential = await fixture.delegatedUser({ appId });
		const outcome = await fixture.read(credential, {
			parameters: {
				sendHeaders: true,
				headerParameters: { parameters: [{ name: 'authorization', value: 'Bearer mine' }] },
			},
		});
		expect(outcome.json('HTTP')[0]).toMatchObject({ readBy: JDOE });
	});

	test('with a new nonce each time, even when a read is repeated', async () => {
		const { dfns } = fixture;
		dfns.requiredAppId = 'ap-2a9in-tt2a1-983lho480p35ejd0';
		const credential = await fixture.delegatedUser({ appId: dfns.requiredAppId });
		await fixture.read(credential);
		dfns.revokeUserTokens();
		expect(await readBy(credential)).toBe(JDOE);
		const nonces = dfns.calls.map(({ headers }) => headers['x-dfns-nonce']);
		expect(dfns.count({ path: '/wallets' })).toBe(3);
		expect(new Set(nonces).size).toBe(nonces.length);
	});
});
