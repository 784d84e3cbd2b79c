import { Stagger } from '../../nodes/VeevaVault/items/stagger';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** When each of so many turns came, in ms. */
async function starts(stagger: Stagger, count: number): Promise<number[]> {
	const before = performance.now();
	const turns = Array.from({ length: count }, async () => {
		await stagger.waitForStart();
		return performance.now() - before;
	});
	await jest.runAllTimersAsync();
	return await Promise.all(turns);
}

test('the first items start at once, because it is not known how long an item takes', async () => {
	expect(await starts(new Stagger(3), 3)).toEqual([0, 0, 0]);
});

test('later items are spread over the time that an item takes, minus a part that keeps all of them busy', async () => {
	const stagger = new Stagger(10);
	stagger.took(50);
	expect(await starts(stagger, 4)).toEqual([0, 4, 8, 12]);
});

test('slow items are delayed by a few milliseconds at most', async () => {
	const stagger = new Stagger(10);
	stagger.took(60_000);
	expect(await starts(stagger, 3)).toEqual([0, 5, 10]);
});

test('quick items are not delayed', async () => {
	const stagger = new Stagger(10);
	stagger.took(60_000);
	stagger.took(20);
	expect(await starts(stagger, 3)).toEqual([0, 0, 0]);
});

test('items that run one after the other are not delayed, even when a quick item follows a slow one', async () => {
	const stagger = new Stagger(1);
	for (const ms of [50, 0.5, 50, 0.5, 5]) {
		expect(await starts(stagger, 1)).toEqual([0]);
		jest.advanceTimersByTime(ms);
		stagger.took(ms);
	}
	expect(await starts(stagger, 1)).toEqual([0]);
});
