import fc from 'fast-check';

import { Pace } from '../../nodes/VeevaVault/vault/pace';

const WINDOW = 5 * 60_000;

/** A Vault that counts calls in windows, and time that passes when nothing else happens. */
class World {
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
	async work(pace: Pace, items: number, concurrency: number): Promise<void> {
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
			for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
			const [first] = this.sleepers.sort((a, b) => a.until - b.until);
			if (first === undefined) continue;
			this.sleepers.shift();
			this.now = Math.max(this.now, first.until);
			first.wake();
		}
		await all;
	}

	get most(): number {
		return Math.max(...this.windows.values());
	}
}

test('the limit is never exceeded by more than the concurrency, whenever the run begins', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 60 }),
			fc.integer({ min: 1, max: 20 }),
			fc.integer({ min: 0, max: WINDOW }),
			async (limit, concurrency, start) => {
				const world = new World(limit, start);
				await world.work(new Pace(world.clock), limit * 3, concurrency);
				expect(world.most).toBeLessThanOrEqual(limit + concurrency);
			},
		),
		{ numRuns: 60 },
	);
});

test('where windows begin at other times than thought, it looks once a minute', async () => {
	const world = new World(20, 0, 150_000);
	await world.work(new Pace(world.clock), 60, 4);
	expect(world.most).toBeLessThanOrEqual(20 + 4 + 5);
});

test('what is left is spread when it is little, and there is no waiting where it is not', async () => {
	const world = new World(1000, 0);
	await world.work(new Pace(world.clock), 800, 10);
	expect(world.now).toBeLessThan(WINDOW);
	expect(world.waits).toEqual([]);
	await world.work(new Pace(world.clock), 190, 10);
	expect(world.waits).toEqual([]);
	expect(world.now).toBeLessThanOrEqual(WINDOW + 10_000);
	expect(world.most).toBeLessThanOrEqual(1000);
});

test('a call that fails does not leave the others waiting', async () => {
	const world = new World(1, 0);
	const pace = new Pace(world.clock);
	await pace.run(async () => ({
		headers: { 'x-vaultapi-burstlimit': '2', 'x-vaultapi-burstlimitremaining': '1' },
	}));
	const failing = pace.run(async () => {
		await Promise.resolve();
		throw new Error('no answer');
	});
	const next = pace.run(async () => ({ headers: {} }));
	await expect(failing).rejects.toThrow('no answer');
	world.now += WINDOW;
	await expect(next).resolves.toEqual({ headers: {} });
});

test('a Vault that says nothing of limits is not slowed down', async () => {
	const world = new World(1, 0);
	const pace = new Pace(world.clock);
	for (let calls = 0; calls < 100; calls += 1) await pace.run(async () => ({ headers: {} }));
	expect(world.now).toBe(0);
});
