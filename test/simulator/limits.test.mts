import { logIn, openSession, poke } from './calling.mts';
import { startSimulator, type Simulator } from './simulator.mts';

const MINUTE = 60_000;

/** Starts a new window, so that a test does not straddle two. */
const nextWindow = (vault: Simulator, length: number) =>
	vault.clock.advance(length - (vault.clock.now() % length));

describe('the login burst limit', () => {
	let vault: Simulator;
	beforeAll(async () => {
		vault = await startSimulator({ loginBurstLimit: 4, throttleDelay: 60 });
	});
	beforeEach(() => {
		vault.reset();
		nextWindow(vault, MINUTE);
	});
	afterAll(() => vault.close());

	it('counts down, delays above 50 %, and refuses until the next minute', async () => {
		const seen: Array<[string | null, string | null, string | undefined]> = [];
		for (let login = 1; login <= 5; login += 1) {
			const started = Date.now();
			const { headers, error } = await logIn(vault);
			const delay = headers.get('X-VaultAPI-ResponseDelay');
			expect(headers.get('X-VaultAPI-BurstLimit')).toBe('4');
			if (delay) expect(Date.now() - started).toBeGreaterThanOrEqual(55);
			seen.push([headers.get('X-VaultAPI-BurstLimitRemaining'), delay, error]);
		}
		expect(seen).toEqual([
			['3', null, undefined],
			['2', null, undefined],
			['1', '60', undefined],
			['0', '60', undefined],
			['0', null, 'API_LIMIT_EXCEEDED'],
		]);
		vault.clock.advance(MINUTE);
		expect((await logIn(vault)).error).toBeUndefined();
	});

	it('is counted for each user name and Vault DNS', async () => {
		for (let login = 1; login <= 5; login += 1) await logIn(vault);
		expect((await logIn(vault)).error).toBe('API_LIMIT_EXCEEDED');
		expect((await logIn(vault, 'ian@veepharm.com')).error).toBeUndefined();
		const there = await logIn(vault, undefined, { vaultDNS: vault.hosts.qualityDocs });
		expect(there.error).toBeUndefined();
	});
});

it('the general burst limit delays and never refuses', async () => {
	const vault = await startSimulator({ burstLimit: 2, throttleDelay: 60 });
	nextWindow(vault, 5 * MINUTE);
	const session = await openSession(vault);
	const delays: Array<string | null> = [];
	for (let count = 1; count <= 4; count += 1) {
		const { headers, error } = await poke(vault, session);
		expect(error).toBeUndefined();
		delays.push(headers.get('X-VaultAPI-ResponseDelay'));
	}
	expect(delays).toEqual([null, null, '60', '60']);
	const other = await poke(vault, session, vault.hosts.qualityDocs);
	expect(other.headers.get('X-VaultAPI-BurstLimitRemaining')).toBe('1');
	vault.clock.advance(5 * MINUTE);
	expect((await poke(vault, session)).headers.get('X-VaultAPI-ResponseDelay')).toBeNull();
	await vault.close();
});

it('a login takes as long as it is set to take', async () => {
	const vault = await startSimulator({ loginDelay: 80 });
	const started = Date.now();
	await logIn(vault);
	expect(Date.now() - started).toBeGreaterThanOrEqual(75);
	await vault.close();
});
