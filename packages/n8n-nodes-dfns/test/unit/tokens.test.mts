import { fc } from '../../../../test/fc.mts';
import { readDelegatedUser } from '../../nodes/Dfns/credential/fields';
import { ServerClocks } from '../../nodes/Dfns/dfns/http/clocks';
import { connectionError } from '../../nodes/Dfns/dfns/http/connectionErrors';
import { bindingOf } from '../../nodes/Dfns/dfns/token/binding';
import { Tokens } from '../../nodes/Dfns/dfns/token/tokens';
import { readUserToken, type UserToken } from '../../nodes/Dfns/dfns/token/userToken';
import { issueJwt } from '../simulator/jwt.mts';
import { newKey } from '../simulator/keys.mts';

const owner = { identity: 'login', host: 'api.dfns.io' };

test('one login serves all callers, even if it takes longer than tokens are remembered', async () => {
	let now = 1_000_000;
	const tokens = new Tokens({ localNow: () => now, now: () => now });
	let logins = 0;
	let respond = () => {};
	const logIn = async () => {
		const token = `token ${++logins}`;
		if (logins === 1) await new Promise<void>((resolve) => (respond = resolve));
		return { token, issuedAt: now, expiresAt: now + 3_600_000 };
	};
	const first = tokens.renew(owner, undefined, logIn);
	now += 49 * 3_600_000;
	// A login of another user makes the map of tokens drop what has expired.
	await tokens.renew({ ...owner, identity: 'other' }, undefined, logIn);
	const second = tokens.renew(owner, undefined, logIn);
	respond();
	expect((await second).token).toBe((await first).token);
	expect(logins).toBe(2);
});

test('in any order of events: one login at a time, no refused or expired token, and no unnecessary login', async () => {
	const step = fc.oneof(
		fc.record({ do: fc.constant('use' as const), times: fc.integer({ min: 1, max: 20 }) }),
		fc.record({ do: fc.constant('revoke' as const) }),
		fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 90_000 }) }),
	);
	await fc.assert(
		fc.asyncProperty(
			fc.array(step, { maxLength: 30 }),
			fc.integer({ min: 10_000, max: 200_000 }),
			async (steps, lifetime) => {
				let now = 1_000_000;
				let issued = 0;
				let loginsAtOnce = 0;
				const alive = new Map<string, number>();
				const tokens = new Tokens({ localNow: () => now, now: () => now });
				let stored: (UserToken & { binding: string }) | undefined;
				const calls = {
					logIn: async () => {
						expect(++loginsAtOnce).toBe(1);
						await Promise.resolve();
						const token = `token ${++issued}`;
						alive.set(token, now + lifetime);
						loginsAtOnce -= 1;
						return { token, issuedAt: now, expiresAt: now + lifetime };
					},
					isAlive: async ({ token }: UserToken) => (alive.get(token) ?? 0) > now,
				};
				const use = async () => {
					const token =
						tokens.usable(owner, stored) ?? (await tokens.renew(owner, stored, calls.logIn));
					expect(token.expiresAt).toBeGreaterThan(now);
					if (await calls.isAlive(token)) return token;
					expect(await tokens.isAccepted(token, calls)).toBe(false);
					const other = await tokens.renew(owner, stored, calls.logIn);
					expect(await calls.isAlive(other)).toBe(true);
					return other;
				};
				let needed = 0;
				for (const each of steps) {
					if (each.do === 'wait') now += each.ms;
					if (each.do === 'revoke') alive.clear();
					if (each.do !== 'use') continue;
					const margin = Math.min(60_000, lifetime / 10);
					if (![...alive.values()].some((until) => until - margin > now)) needed += 1;
					const [token] = await Promise.all(Array.from({ length: each.times }, use));
					stored = { ...token, binding: bindingOf(token.token, owner.identity) };
				}
				expect(issued).toBe(needed);
			},
		),
	);
});

test('a stored token is used only with the fields that created it', () => {
	const tokens = new Tokens({ localNow: () => 0, now: () => 0 });
	const stored = {
		token: 't',
		issuedAt: 0,
		expiresAt: 3_600_000,
		binding: bindingOf('t', owner.identity),
	};
	expect(tokens.usable(owner, stored)).toBe(stored);
	expect(tokens.usable({ ...owner, identity: 'another' }, stored)).toBeUndefined();
	expect(tokens.usable(owner, { ...stored, token: 'u' })).toBeUndefined();
});

describe('a stored token', () => {
	const { credentialId, privateKey } = newKey('Ed25519');
	const fields = {
		baseUrl: 'https://api.dfns.io',
		authToken: 'eyJ.e30.x',
		credentialId,
		privateKey,
		appId: '',
		username: 'jdoe@example.co',
	};
	const { identity } = readDelegatedUser(fields);
	const stored = { token: 't', issuedAt: 0, expiresAt: 9e9, binding: bindingOf('t', identity) };
	const usable = (changed: object) => {
		const user = readDelegatedUser({ ...fields, ...changed });
		const { host } = user.account.base;
		const tokens = new Tokens({ localNow: () => 0, now: () => 0 });
		return tokens.usable({ identity: user.identity, host }, stored);
	};

	test('is used with the same fields', () => expect(usable({})).toBe(stored));

	test.each([
		{ baseUrl: 'https://api.uae.dfns.io' },
		{ authToken: 'eyJ.e30.y' },
		{ credentialId: 'Y2ktb3RoZXI' },
		{ privateKey: newKey('Ed25519').privateKey },
		{ appId: 'ap-2a9in-tt2a1-983lho480p35ejd0' },
		{ username: 'ada@example.co' },
	])('is not used after a field changed: %j', (changed) => {
		expect(usable(changed)).toBeUndefined();
	});
});

test('everyone who asks at the same time whether a token is accepted shares one check', async () => {
	const tokens = new Tokens({ localNow: () => 0, now: () => 0 });
	const isAlive = jest.fn(async () => false);
	const token = { token: 't', issuedAt: 0, expiresAt: 3_600_000 };
	const ask = async () => await tokens.isAccepted(token, { isAlive });
	expect(await Promise.all([ask(), ask()])).toEqual([false, false]);
	// A known result is not checked again.
	expect(await ask()).toBe(false);
	expect(isAlive).toHaveBeenCalledTimes(1);
});

test('an accepted token is checked again the next time', async () => {
	const tokens = new Tokens({ localNow: () => 0, now: () => 0 });
	const isAlive = jest.fn(async () => true);
	const token = { token: 't', issuedAt: 0, expiresAt: 3_600_000 };
	for (let times = 0; times < 2; times++) {
		expect(await tokens.isAccepted(token, { isAlive })).toBe(true);
	}
	expect(isAlive).toHaveBeenCalledTimes(2);
});

test('a token that cannot be read is not used', () => {
	fc.assert(
		fc.property(
			fc.oneof(
				fc.string(),
				fc.json().map((json) => `e30.${btoa(encodeURI(json))}.x`),
			),
			(text) => {
				expect(readUserToken(text, 0)).toBeUndefined();
			},
		),
	);
	expect(readUserToken(issueJwt({ exp: 60, iat: 1 }), 5)).toMatchObject({
		issuedAt: 1000,
		expiresAt: 60_000,
	});
	expect(readUserToken(issueJwt({ exp: 60 }), 5)).toMatchObject({ issuedAt: 5 });
	expect(readUserToken(issueJwt({ exp: '60' }), 5)).toBeUndefined();
});

test('a clock counts when it differs by more than a response takes', () => {
	const clocks = new ServerClocks(() => Date.UTC(2026, 0, 1, 12));
	expect(clocks.difference('h')).toBe(0);
	clocks.learn('h', 'Thu, 01 Jan 2026 12:00:20 GMT');
	expect(clocks.difference('h')).toBe(0);
	clocks.learn('h', 'Thu, 01 Jan 2026 12:10:00 GMT');
	expect(clocks.now('h')).toBe(Date.UTC(2026, 0, 1, 12, 10));
	clocks.learn('h', 'no date');
	clocks.learn('h', undefined);
	expect(clocks.difference('h')).toBe(600_000);
	expect(clocks.difference('other')).toBe(0);
});

test.each([
	['ECONNABORTED', 'did not respond in time', 'TIMEOUT'],
	['ETIMEDOUT', 'did not respond in time', 'TIMEOUT'],
	['EHOSTUNREACH', 'cannot be reached from n8n', 'UNREACHABLE'],
	['HPE_INVALID_CONSTANT', 'sent a response that is not HTTP', 'NOT_A_DFNS_ANSWER'],
	['ERR_CANCELED', 'the execution was canceled', 'CANCELLED'],
	['ESOMETHING', 'n8n could not complete the call to api.dfns.io: ***', 'CALL_NOT_COMPLETED'],
])('%s is found anywhere in the chain of causes', (code, what, type) => {
	const failure = Object.assign(new Error('secret'), { code });
	const wrapped = new Error('secret', { cause: new Error('secret', { cause: failure }) });
	for (const thrown of [failure, wrapped]) {
		const error = connectionError('api.dfns.io', thrown, (text) => text.replace('secret', '***'));
		expect(error.message).toContain('api.dfns.io');
		expect(error.message).toContain(what);
		expect(error.type).toBe(type);
		expect(error.message + error.description).not.toContain('secret');
		expect(error.cause).toBeUndefined();
	}
});
