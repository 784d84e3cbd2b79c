import { explain } from '../../nodes/VeevaVault/credential/advice';
import { VaultError } from '../../nodes/VeevaVault/vault/errors';
import { ExpiringMap } from '../../packages/shared/expiringMap';
import { bindingOf } from '../../nodes/VeevaVault/vault/session/binding';
import type {
	LoginIdentity,
	OpenedSession,
	StoredSession,
	VaultSession,
} from '../../nodes/VeevaVault/vault/session/types';
import { Sessions } from '../../nodes/VeevaVault/vault/session/sessions';
import type { NamedVault } from '../../nodes/VeevaVault/vault/vaultIds';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const VAULTS: NamedVault[] = [
	{ id: 1776, name: 'PromoMats', url: 'https://myvault.veevavault.com/api' },
];

/** A Vault that has nothing but sessions, with a clock that the test moves. */
function fixture() {
	let now = Date.UTC(2026, 0, 1);
	const living = new Set<string>();
	const counts = { logins: 0, keepAlives: 0, loginsAtOnce: 0, mostLoginsAtOnce: 0 };
	const slept: number[] = [];
	const clock = {
		now: () => now,
		sleep: async (ms: number) => {
			slept.push(ms);
			now += ms;
		},
	};
	const calls = {
		logIn: async (): Promise<OpenedSession> => {
			const id = `session-${++counts.logins}`;
			counts.mostLoginsAtOnce = Math.max(counts.mostLoginsAtOnce, ++counts.loginsAtOnce);
			await Promise.resolve();
			counts.loginsAtOnce--;
			living.add(id);
			return { id, userId: 12021, vaultId: 1776, vaultIds: VAULTS };
		},
		keepAlive: async ({ id }: VaultSession) => {
			counts.keepAlives++;
			await Promise.resolve();
			return living.has(id);
		},
	};
	return {
		sessions: new Sessions(clock),
		/** The sessions of another process: another n8n worker */
		process: () => new Sessions(clock),
		calls,
		counts,
		living,
		slept,
		advance: (ms: number) => (now += ms),
	};
}

const olivia: LoginIdentity = {
	identity: 'olivia',
	boundTo: 'olivia',
	sessionTimeoutMs: 20 * MINUTE,
};
const ian: LoginIdentity = { identity: 'ian', boundTo: 'ian', sessionTimeoutMs: 20 * MINUTE };

/** A session as the credential keeps it. */
function stored(session: VaultSession, { boundTo } = olivia): StoredSession {
	return { ...session, binding: bindingOf(session.id, boundTo) };
}

function refusal(type: string): VaultError {
	return new VaultError(`Refused [${type}]`, 'Do something.', type);
}

test('one renewal serves all callers, even one that takes longer than the map keeps its entries', async () => {
	const { sessions, calls, counts, advance } = fixture();
	let answer = () => {};
	const logIn = async () => {
		await new Promise<void>((resolve) => (answer = resolve));
		return await calls.logIn();
	};
	const first = sessions.renew(olivia, undefined, { ...calls, logIn });
	advance(49 * HOUR);
	// A login of another user makes the map of logins drop what is old.
	await sessions.renew(ian, undefined, calls);
	const second = sessions.renew(olivia, undefined, calls);
	answer();
	expect((await second).id).toBe((await first).id);
	expect(counts.logins).toBe(2);
});

describe('the lease', () => {
	test('a session is used without a check for five minutes', async () => {
		const { sessions, calls, counts, advance } = fixture();
		const session = await sessions.renew(olivia, undefined, calls);
		advance(5 * MINUTE - 1);
		expect(sessions.usable(olivia, stored(session))?.id).toBe(session.id);
		advance(1);
		expect(sessions.usable(olivia, stored(session))).toBeUndefined();
		expect(counts).toMatchObject({ logins: 1, keepAlives: 0 });
	});

	test('is half the session timeout when that is shorter than five minutes', async () => {
		const { sessions, calls, advance } = fixture();
		const short = { ...olivia, sessionTimeoutMs: 2000 };
		await sessions.renew(short, undefined, calls);
		advance(999);
		expect(sessions.usable(short)).toBeDefined();
		advance(1);
		expect(sessions.usable(short)).toBeUndefined();
	});

	test('starts again with a call that counts as activity', async () => {
		const { sessions, calls, advance } = fixture();
		const { id } = await sessions.renew(olivia, undefined, calls);
		advance(4 * MINUTE);
		sessions.seenAlive(olivia, id);
		advance(4 * MINUTE);
		expect(sessions.usable(olivia)).toBeDefined();
	});

	test('after it, a keep-alive distinguishes a valid session from an ended one', async () => {
		const { sessions, calls, counts, living, advance } = fixture();
		const session = await sessions.renew(olivia, undefined, calls);
		advance(5 * MINUTE);
		expect((await sessions.renew(olivia, stored(session), calls)).id).toBe(session.id);
		expect(counts).toMatchObject({ logins: 1, keepAlives: 1 });

		advance(5 * MINUTE);
		living.clear();
		expect((await sessions.renew(olivia, stored(session), calls)).id).not.toBe(session.id);
		expect(counts).toMatchObject({ logins: 2, keepAlives: 2 });
	});

	test('a session of 47.5 hours is replaced without a check, although it may still be valid', async () => {
		const { sessions, calls, counts, advance } = fixture();
		const session = await sessions.renew(olivia, undefined, calls);
		advance(47.5 * HOUR - MINUTE);
		sessions.seenAlive(olivia, session.id);
		expect(sessions.usable(olivia)).toBeDefined();
		advance(MINUTE);
		expect(sessions.usable(olivia)).toBeUndefined();
		await sessions.renew(olivia, stored(session), calls);
		expect(counts).toMatchObject({ logins: 2, keepAlives: 0 });
	});

	test('a session that another process opened is checked once, whatever its clock says', async () => {
		const { sessions, process, calls, counts, advance } = fixture();
		const session = await process().renew(olivia, undefined, calls);
		for (const skew of [-HOUR, 0, HOUR]) {
			const other = stored({ ...session, startedAt: session.startedAt + skew });
			expect(sessions.usable(olivia, other)).toBeUndefined();
		}
		expect((await sessions.renew(olivia, stored(session), calls)).id).toBe(session.id);
		advance(5 * MINUTE - 1);
		expect(sessions.usable(olivia, stored(session))?.id).toBe(session.id);
		expect(counts).toMatchObject({ logins: 1, keepAlives: 1 });
	});
});

describe('the binding of a session to its login', () => {
	test('a session that was opened with other login fields is not used', async () => {
		const { sessions, calls, counts } = fixture();
		const session = await sessions.renew(olivia, undefined, calls);
		expect(sessions.usable(ian, stored(session))).toBeUndefined();
		expect(sessions.newest(ian, stored(session))).toBeUndefined();
		await sessions.renew(ian, stored(session), calls);
		expect(counts).toMatchObject({ logins: 2, keepAlives: 0 });
	});

	test('reveals neither the login fields nor the session', () => {
		expect(bindingOf('session-1', 'olivia')).toMatch(/^[A-Za-z0-9+/]{43}=$/);
		expect(bindingOf('session-1', 'olivia')).not.toBe(bindingOf('session-2', 'olivia'));
	});
});

describe('logins at the same time', () => {
	test.each(['no session', 'a stale session', 'a dead session'])(
		'200 executions at once with %s log in at most once',
		async (state) => {
			const { sessions, process, calls, counts, living, advance } = fixture();
			let kept: StoredSession | undefined;
			if (state !== 'no session') {
				kept = stored(await process().renew(olivia, undefined, calls));
				advance(10 * MINUTE);
				if (state === 'a dead session') living.clear();
			}
			const before = counts.logins;
			const all = await Promise.all(
				Array.from({ length: 200 }, async () => await sessions.renew(olivia, kept, calls)),
			);
			expect(new Set(all.map(({ id }) => id)).size).toBe(1);
			expect(counts.logins - before).toBe(state === 'a stale session' ? 0 : 1);
			expect(counts.keepAlives).toBe(state === 'no session' ? 0 : 1);
		},
	);

	test('everything that waits for a login shares its error', async () => {
		const { sessions, calls, counts } = fixture();
		const logIn = async () => {
			counts.logins++;
			return await Promise.reject(refusal('UNEXPECTED_ERROR'));
		};
		const all = await Promise.allSettled(
			Array.from({ length: 50 }, async () => {
				return await sessions.renew(olivia, undefined, { ...calls, logIn });
			}),
		);
		expect(all.every(({ status }) => status === 'rejected')).toBe(true);
		expect(counts.logins).toBe(1);
	});

	test('two different logins do not wait for each other', async () => {
		const { sessions, calls, counts } = fixture();
		const [a, b] = await Promise.all([
			sessions.renew(olivia, undefined, calls),
			sessions.renew(ian, undefined, calls),
		]);
		expect(a.id).not.toBe(b.id);
		expect(counts.logins).toBe(2);
	});

	test('credential tests each log in, one after the other', async () => {
		const { sessions, calls, counts } = fixture();
		const old = await sessions.renew(olivia, undefined, calls);
		const fresh = await Promise.all(
			[1, 2, 3].map(
				async () => await sessions.renew(olivia, stored(old), calls, { forceLogin: true }),
			),
		);
		expect(new Set([old, ...fresh].map(({ id }) => id)).size).toBe(4);
		expect(counts).toMatchObject({ logins: 4, mostLoginsAtOnce: 1 });
	});
});

describe('renewal', () => {
	test('uses a newer session of this process', async () => {
		const { sessions, calls, counts } = fixture();
		const old = await sessions.renew(olivia, undefined, calls);
		sessions.seenDead(olivia, old.id);
		const newer = await sessions.renew(olivia, stored(old), calls);
		expect((await sessions.renew(olivia, stored(old), calls)).id).toBe(newer.id);
		expect(counts.logins).toBe(2);
	});

	test('uses a newer session in the credential, once it is known to be valid', async () => {
		const { sessions, process, calls, counts, living, advance } = fixture();
		const old = await sessions.renew(olivia, undefined, calls);
		living.clear();
		advance(MINUTE);
		const newer = await process().renew(olivia, undefined, calls);
		sessions.seenDead(olivia, old.id);
		expect((await sessions.renew(olivia, stored(newer), calls)).id).toBe(newer.id);
		expect(counts).toMatchObject({ logins: 2, keepAlives: 1 });
	});

	test("checks the user's other sessions before they are used when one was killed", async () => {
		const { sessions, process, calls, counts, living } = fixture();
		const mine = await sessions.renew(olivia, undefined, calls);
		const other = stored(await process().renew(olivia, undefined, calls));
		living.clear();
		sessions.seenDead(olivia, mine.id);
		expect(sessions.usable(olivia, other)).toBeUndefined();
		const { id } = await sessions.renew(olivia, other, calls);
		expect([mine.id, other.id]).not.toContain(id);
		expect(counts).toMatchObject({ logins: 3, keepAlives: 1 });
	});

	test('does not use a session that was ended during its keep-alive', async () => {
		const { sessions, calls, counts, advance } = fixture();
		const old = await sessions.renew(olivia, undefined, calls);
		advance(10 * MINUTE);
		const keepAlive = async (session: VaultSession) => {
			sessions.forget(session.id);
			return await calls.keepAlive(session);
		};
		const { id } = await sessions.renew(olivia, stored(old), { ...calls, keepAlive });
		expect(id).not.toBe(old.id);
		expect(counts.logins).toBe(2);
	});

	test('does not use an ended session again, even when a response to it comes late', async () => {
		const { sessions, calls } = fixture();
		const { id } = await sessions.renew(olivia, undefined, calls);
		sessions.seenDead(olivia, id);
		sessions.seenAlive(olivia, id);
		expect(sessions.usable(olivia)).toBeUndefined();
	});
});

describe('the lockout guard', () => {
	const types = [
		'USERNAME_OR_PASSWORD_INCORRECT',
		'USER_LOCKED_OUT',
		'PASSWORD_CHANGE_REQUIRED',
		'INACTIVE_USER',
	];

	test.each(types)('after %s, the same login is not tried for five minutes', async (type) => {
		const { sessions, calls, advance } = fixture();
		let tries = 0;
		const refusing = {
			...calls,
			logIn: async () => {
				tries++;
				return await Promise.reject(refusal(type));
			},
		};
		for (let minute = 0; minute < 5; minute++) {
			await expect(sessions.renew(olivia, undefined, refusing)).rejects.toMatchObject({ type });
			advance(MINUTE);
		}
		expect(tries).toBe(1);
		await expect(sessions.renew(olivia, undefined, refusing)).rejects.toMatchObject({ type });
		expect(tries).toBe(2);
	});

	test('says until when, with the time of day', async () => {
		const { sessions, calls } = fixture();
		const logIn = async () => await Promise.reject(refusal('USER_LOCKED_OUT'));
		const renew = async () => await sessions.renew(olivia, undefined, { ...calls, logIn });
		await expect(renew()).rejects.toThrow('Refused [USER_LOCKED_OUT]');
		const heldBack = await renew().catch((error: VaultError) => explain(error));
		expect(heldBack).toMatchObject({
			message: 'Refused [USER_LOCKED_OUT]',
			description: expect.stringContaining(
				'This login was refused at 2026-01-01 00:00 UTC. To protect the account from being locked, the credential waits until 2026-01-01 00:05 UTC',
			),
		});
	});

	test('tries a login that is refused again and again less and less often', async () => {
		const { sessions, calls, advance } = fixture();
		const tries: number[] = [];
		const logIn = async () => await Promise.reject(refusal('USERNAME_OR_PASSWORD_INCORRECT'));
		for (let minute = 0; minute <= 24 * 60; minute++) {
			const counting = async () => {
				tries.push(minute);
				return await logIn();
			};
			await expect(
				sessions.renew(olivia, undefined, { ...calls, logIn: counting }),
			).rejects.toThrow();
			advance(MINUTE);
		}
		expect(tries).toEqual([0, 5, 25, 105, 425]);
	});

	test('holds a refused login back for a day at most, however often it was refused', async () => {
		const { sessions, calls, advance } = fixture();
		const logIn = async () => await Promise.reject(refusal('USERNAME_OR_PASSWORD_INCORRECT'));
		const test = async () =>
			await sessions.renew(olivia, undefined, { ...calls, logIn }, { forceLogin: true });
		for (let times = 0; times < 40; times++) await expect(test()).rejects.toThrow('Refused');
		const renew = async () => await sessions.renew(olivia, undefined, calls);
		const heldBack = await renew().catch((error: VaultError) => explain(error));
		expect(heldBack).toMatchObject({
			description: expect.stringContaining('until 2026-01-02 00:00 UTC'),
		});
		advance(24 * HOUR);
		await renew();
	});

	test('lets a changed password and a credential test log in at once', async () => {
		const { sessions, calls, counts } = fixture();
		const logIn = async () => await Promise.reject(refusal('USERNAME_OR_PASSWORD_INCORRECT'));
		await expect(sessions.renew(olivia, undefined, { ...calls, logIn })).rejects.toThrow();
		await sessions.renew({ ...olivia, identity: 'olivia, corrected' }, undefined, calls);
		await sessions.renew(olivia, undefined, calls, { forceLogin: true });
		expect(counts.logins).toBe(2);
		// The test has shown that the login works again.
		await sessions.renew(olivia, undefined, calls);
		expect(counts.logins).toBe(2);
	});

	test('does not hold back a login after other errors', async () => {
		const { sessions, calls, counts } = fixture();
		const logIn = async () => await Promise.reject(refusal('DOWNTIME'));
		await expect(sessions.renew(olivia, undefined, { ...calls, logIn })).rejects.toThrow();
		await sessions.renew(olivia, undefined, calls);
		expect(counts.logins).toBe(1);
	});
});

describe('a Vault that refuses the sessions that it opened', () => {
	test('is not asked for a minute after three such sessions', async () => {
		const { sessions, calls, counts, advance } = fixture();
		for (let times = 0; times < 3; times++) {
			const { id } = await sessions.renew(olivia, undefined, calls);
			sessions.seenDead(olivia, id);
		}
		await expect(sessions.renew(olivia, undefined, calls)).rejects.toMatchObject({
			type: 'STILLBORN_SESSION',
		});
		expect(counts.logins).toBe(3);
		advance(MINUTE);
		await sessions.renew(olivia, undefined, calls);
		expect(counts.logins).toBe(4);
	});

	test('sessions that ended later do not count, even if they served no call', async () => {
		const { sessions, calls, counts, advance } = fixture();
		for (let times = 0; times < 10; times++) {
			// As after credential tests, and calls of the HTTP Request node.
			const { id } = await sessions.renew(olivia, undefined, calls, { forceLogin: true });
			advance(10_000);
			sessions.seenDead(olivia, id);
		}
		await sessions.renew(olivia, undefined, calls);
		expect(counts.logins).toBe(11);
	});

	test('a session that serves a call in between starts the count again', async () => {
		const { sessions, calls, counts } = fixture();
		for (let times = 0; times < 5; times++) {
			const killed = await sessions.renew(olivia, undefined, calls, { forceLogin: true });
			sessions.seenDead(olivia, killed.id);
			const { id } = await sessions.renew(olivia, undefined, calls);
			sessions.seenAlive(olivia, id);
		}
		expect(counts.logins).toBe(10);
	});

	test('sessions that have served a call do not count', async () => {
		const { sessions, calls, counts } = fixture();
		for (let times = 0; times < 10; times++) {
			const { id } = await sessions.renew(olivia, undefined, calls);
			sessions.seenAlive(olivia, id);
			sessions.seenDead(olivia, id);
		}
		expect(counts.logins).toBe(10);
	});
});

describe('the login burst limit', () => {
	test('waits for the next minute, once', async () => {
		const { sessions, calls, counts, slept, advance } = fixture();
		advance(42_000);
		let refused = false;
		const logIn = async () => {
			if (refused) return await calls.logIn();
			refused = true;
			throw refusal('API_LIMIT_EXCEEDED');
		};
		await sessions.renew(olivia, undefined, { ...calls, logIn });
		// And a little more, for Vault's clock may be behind.
		expect(slept).toEqual([20_000]);
		expect(counts.logins).toBe(1);
	});

	test("fails with Vault's error when it is exceeded again", async () => {
		const { sessions, calls, slept } = fixture();
		const logIn = async () => await Promise.reject(refusal('API_LIMIT_EXCEEDED'));
		await expect(sessions.renew(olivia, undefined, { ...calls, logIn })).rejects.toMatchObject({
			type: 'API_LIMIT_EXCEEDED',
		});
		expect(slept).toHaveLength(1);
	});
});

describe('the memory of sessions', () => {
	test('forgets what is 48 hours old', async () => {
		const { sessions, calls, advance } = fixture();
		const entries = () =>
			Object.values(sessions)
				.filter((value) => value instanceof ExpiringMap)
				.map((map) => (map as unknown as { entries: Map<string, unknown> }).entries.size);
		for (let user = 0; user < 100; user++) {
			await sessions.renew({ ...olivia, identity: `user ${user}` }, undefined, calls);
		}
		expect(entries()).toEqual([100, 100]);
		advance(48 * HOUR);
		await sessions.renew(olivia, undefined, calls);
		expect(entries()).toEqual([1, 1]);
	});
});
