import { ExpiringMap } from '../../../packages/shared/expiringMap';

const HOUR_MS = 3_600_000;

test('an entry lives exactly as long as the map says', () => {
	let now = 1_000_000;
	const map = new ExpiringMap<number>(48 * HOUR_MS, () => now);
	expect(map.get('a')).toBeUndefined();
	map.set('a', 1);
	now += 48 * HOUR_MS - 1;
	expect(map.get('a')).toBe(1);
	now += 1;
	expect(map.get('a')).toBeUndefined();
});

test('setting an entry again restarts its time', () => {
	let now = 0;
	const map = new ExpiringMap<number>(48 * HOUR_MS, () => now);
	map.set('a', 1);
	map.set('b', 1);
	now += 47 * HOUR_MS;
	map.set('a', 2);
	now += HOUR_MS;
	map.set('c', 3);
	expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([2, undefined, 3]);
});
