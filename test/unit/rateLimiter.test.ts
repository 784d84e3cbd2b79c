import { RateLimiter } from '../../nodes/VeevaVault/vault/http/rateLimiter';
import { fc } from '../fc.mts';

const WINDOW = 5 * 60_000;

/** A Vault that counts calls in windows, and time that passes when nothing else happens. */
class LimitedVault {
	now: number;

	readonly windows = new Map<number, number>();

	readonly waits: number[] = [];

	private readonly sleepers: Array<{ until: number; wake: () => void }> = [];

	constructor(
		private readonly limit: number,
		start: number,
		private readonly skewMs = 0,
	) {
		this.now = start;
	}

	readonly clock = {
		now: () => this.now,
		sleepUntil: async (until: number) =>
			await new Promise<void>((wake) => this.sleepers.push({ until, wake })),
		waiting: (until: number) => void this.waits.push(until),
	};

	/** A call that takes so many ms. */
	async call(ms: number) {
		const window = Math.floor((this.now + this.skewMs) / WINDOW);
		const calls = (this.windows.get(window) ?? 0) + 1;
		this.windows.set(window, calls);
		const headers = {
			'X-VaultAPI-BurstLimit': String(this.limit),
			'X-VaultAPI-BurstLimitRemaining': String(Math.max(0, this.limit - calls)),
			...(calls > this.limit ? { 'X-VaultAPI-ResponseDelay': '500' } : {}),
		};
		await this.clock.sleepUntil(this.now + ms);
		return { headers };
	}

	/** Works on items, so many at the same time, and lets time pass until all are done. */
	async work(pace: RateLimiter, items: number, concurrency: number): Promise<void> {
		let next = 0;
		let done = 0;
		const worker = async () => {
			while (next++ < items) {
				await pace.run(async () => await this.call(50 + (next % 7) * 10));
				done += 1;
			}
		};
		const all = Promise.all(Array.from({ length: concurrency }, worker));
		while (done < items) {
			await this.pass();
		}
		await all;
	}

	/** Lets time pass until nobody waits for it any more. */
	async settle(): Promise<void> {
		for (;;) if (!(await this.pass())) return;
	}

	/** Wakes who waits for the nearest time, once all else has happened; tells whether there was somebody. */
	private async pass(): Promise<boolean> {
		for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
		const [first] = this.sleepers.sort((a, b) => a.until - b.until);
		if (first === undefined) return false;
		this.sleepers.shift();
		this.now = Math.max(this.now, first.until);
		first.wake();
		return true;
	}

	get most(): number {
		return Math.max(...this.windows.values());
	}
}

test('the burst limit is never exceeded by more than the concurrency, whenever the run begins', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 60 }),
			fc.integer({ min: 1, max: 20 }),
			fc.integer({ min: 0, max: WINDOW }),
			async (limit, concurrency, start) => {
				const vault = new LimitedVault(limit, start);
				await vault.work(new RateLimiter(vault.clock), limit * 3, concurrency);
				expect(vault.most).toBeLessThanOrEqual(limit + concurrency);
			},
		),
		{ numRuns: 60 },
	);
});

test('when windows begin at other times than expected, the limit is checked once a minute', async () => {
	const vault = new LimitedVault(20, 0, 150_000);
	await vault.work(new RateLimiter(vault.clock), 60, 4);
	expect(vault.most).toBeLessThanOrEqual(20 + 4 + 5);
});

test('however far apart the clocks are, the limit is exceeded by no more than these checks', async () => {
	await fc.assert(
		fc.asyncProperty(fc.integer({ min: 0, max: WINDOW - 1 }), async (skewMs) => {
			const vault = new LimitedVault(20, 0, skewMs);
			await vault.work(new RateLimiter(vault.clock), 60, 4);
			expect(vault.most).toBeLessThanOrEqual(20 + 4 + 5);
		}),
		{ numRuns: 60 },
	);
});

test('calls are spread over the window when few are left, and do not wait when many are left', async () => {
	const vault = new LimitedVault(1000, 0);
	await vault.work(new RateLimiter(vault.clock), 800, 10);
	expect(vault.now).toBeLessThan(WINDOW);
	expect(vault.waits).toEqual([]);
	await vault.work(new RateLimiter(vault.clock), 190, 10);
	expect(vault.waits).toEqual([]);
	expect(vault.now).toBeLessThanOrEqual(WINDOW + 10_000);
	expect(vault.most).toBeLessThanOrEqual(1000);
});

test('a failed call does not keep the others waiting', async () => {
	const vault = new LimitedVault(1, 0);
	const pace = new RateLimiter(vault.clock);
	await pace.run(async () => ({
		headers: { 'x-vaultapi-burstlimit': '2', 'x-vaultapi-burstlimitremaining': '1' },
	}));
	const failing = pace.run(async () => {
		await Promise.resolve();
		throw new Error('no answer');
	});
	const next = pace.run(async () => ({ headers: {} }));
	await expect(failing).rejects.toThrow('no answer');
	vault.now += WINDOW;
	await expect(next).resolves.toEqual({ headers: {} });
});

test('calls are not delayed when Vault reports no limit', async () => {
	const vault = new LimitedVault(1, 0);
	const pace = new RateLimiter(vault.clock);
	for (let calls = 0; calls < 100; calls += 1) await pace.run(async () => ({ headers: {} }));
	expect(vault.now).toBe(0);
});

const left = (remaining: number, limit = 40) => ({
	headers: {
		'x-vaultapi-burstlimit': String(limit),
		'x-vaultapi-burstlimitremaining': String(remaining),
	},
});

/** Calls that are under way until the test answers them. */
class Calls {
	private readonly open: Array<{
		answer: (answer: { headers: Record<string, string> }) => void;
		fail: (error: Error) => void;
	}> = [];

	readonly make = async () =>
		await new Promise<{ headers: Record<string, string> }>((answer, fail) =>
			this.open.push({ answer, fail }),
		);

	get atOnce(): number {
		return this.open.length;
	}

	answer(answer: { headers: Record<string, string> }): void {
		this.open.shift()?.answer(answer);
	}

	fail(): void {
		this.open.shift()?.fail(new Error('no answer'));
	}
}

test.each([
	['fails', (calls: Calls) => calls.fail()],
	['says nothing of the limit', (calls: Calls) => calls.answer({ headers: {} })],
])(
	'one of the waiting calls checks the limit, and when it %s the next one does',
	async (_, end) => {
		const vault = new LimitedVault(40, 0);
		const pace = new RateLimiter(vault.clock);
		await pace.run(async () => await Promise.resolve(left(0)));
		const calls = new Calls();
		const all = Promise.allSettled(Array.from({ length: 10 }, () => pace.run(calls.make)));
		for (let call = 0; call < 10; call += 1) {
			await vault.settle();
			expect(calls.atOnce).toBe(1);
			end(calls);
		}
		await all;
	},
);

test('when others use up a whole window, calls continue one after the other', async () => {
	const vault = new LimitedVault(40, 0);
	const pace = new RateLimiter(vault.clock);
	const { headers } = left(0);
	const delayed = { headers: { ...headers, 'x-vaultapi-responsedelay': '500' } };
	const starts: number[] = [];
	let running = 0;
	let most = 0;
	const call = async () => {
		starts.push(vault.now);
		most = Math.max(most, ++running);
		await vault.clock.sleepUntil(vault.now + 500);
		running -= 1;
		return delayed;
	};
	await pace.run(async () => await Promise.resolve(delayed));
	const all = Promise.all(Array.from({ length: 100 }, () => pace.run(call)));
	await vault.settle();
	await all;
	expect(vault.now).toBeLessThan(20 * 60_000);
	expect(most).toBe(1);
	expect(starts.filter((start) => start < 2 * WINDOW).length).toBeLessThanOrEqual(5);

	const calls = new Calls();
	const then = Promise.all(Array.from({ length: 10 }, () => pace.run(calls.make)));
	await vault.settle();
	expect(calls.atOnce).toBe(1);
	calls.answer(left(5));
	await vault.settle();
	expect(calls.atOnce).toBe(5);
	// From here on windows are waited for as before.
	const { now } = vault;
	while (calls.atOnce > 0) calls.answer(left(0));
	await vault.settle();
	expect(vault.now).toBeGreaterThan(now + 60_000);
	expect(calls.atOnce).toBe(1);
	calls.answer(left(30));
	await vault.settle();
	while (calls.atOnce > 0) calls.answer(left(30));
	await then;
});

test.each(['', ' '])('a header with %j is ignored', async (empty) => {
	const vault = new LimitedVault(40, 0);
	const headers = { 'x-vaultapi-burstlimit': '40', 'x-vaultapi-burstlimitremaining': empty };
	await new RateLimiter(vault.clock).run(async () => await Promise.resolve({ headers }));
	expect(vault.waits).toEqual([]);
});

test('after the check, as many calls follow as are left', async () => {
	const vault = new LimitedVault(40, 0);
	const pace = new RateLimiter(vault.clock);
	await pace.run(async () => await Promise.resolve(left(0)));
	const calls = new Calls();
	const all = Promise.all(Array.from({ length: 10 }, () => pace.run(calls.make)));
	await vault.settle();
	calls.answer(left(4));
	await vault.settle();
	expect(calls.atOnce).toBe(4);
	calls.answer(left(39));
	await vault.settle();
	expect(calls.atOnce).toBe(8);
	while (calls.atOnce > 0) calls.answer(left(30));
	await all;
});

test('calls that do not wait are counted as well', async () => {
	const vault = new LimitedVault(40, 0);
	const pace = new RateLimiter(vault.clock);
	const calls = new Calls();
	const first = Array.from({ length: 3 }, () => pace.run(calls.make, { waits: false }));
	calls.answer(left(4));
	await vault.settle();
	const then = Array.from({ length: 5 }, () => pace.run(calls.make));
	await vault.settle();
	// Two of the first, which may not be among the four yet, and two more.
	expect(calls.atOnce).toBe(4);
	while (calls.atOnce > 0) {
		calls.answer(left(30));
		await vault.settle();
	}
	await Promise.all([...first, ...then]);
});

test('waiting calls that are no longer wanted are not made, and others are', async () => {
	const vault = new LimitedVault(40, 0);
	let wanted = true;
	const assertWanted = () => {
		if (!wanted) throw new Error('not wanted');
	};
	const pace = new RateLimiter({ ...vault.clock, assertWanted });
	await pace.run(async () => await Promise.resolve(left(0)));
	const calls = new Calls();
	const all = Promise.allSettled(Array.from({ length: 3 }, () => pace.run(calls.make)));
	await vault.settle();
	wanted = false;
	calls.answer(left(30));
	await vault.settle();
	expect(calls.atOnce).toBe(0);
	expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
	await expect(
		pace.run(async () => await Promise.resolve(left(29)), { waits: false }),
	).resolves.toEqual(left(29));
});
