import { call, logIn, openSession, poke } from './calling.mts';
import { startSimulator, type Simulator } from './simulator.mts';

let vault: Simulator;
let session: string;
beforeAll(async () => {
	vault = await startSimulator();
});
beforeEach(async () => {
	vault.reset();
	session = await openSession(vault);
});
afterAll(() => vault.close());

const create = () =>
	call(vault, 'POST', '/api/v25.2/objects/documents', { session, form: { name__v: 'A' } });
const documents = async () => (await poke(vault, session)).body.size;

it('the fault "slow" responds late', async () => {
	vault.fail({ with: 'slow', delay: 80 });
	const started = Date.now();
	expect((await poke(vault, session)).error).toBeUndefined();
	expect(Date.now() - started).toBeGreaterThanOrEqual(75);
});

it('the fault "reset" cuts the connection, before or after the call is carried out', async () => {
	vault.fail({ with: 'reset' });
	await expect(create()).rejects.toThrow();
	expect(await documents()).toBe(0);
	vault.fail({ with: 'reset', executed: true });
	await expect(create()).rejects.toThrow();
	expect(await documents()).toBe(1);
	expect(vault.changes).toBe(2);
	expect(vault.count({ outcome: 'reset' })).toBe(2);
});

it(`the fault "500" responds with an error that is not Vault's, before or after the call is carried out`, async () => {
	vault.fail({ with: '500' });
	expect(await create()).toMatchObject({ status: 500, body: {} });
	vault.fail({ with: '500', executed: true });
	expect(await create()).toMatchObject({ status: 500 });
	expect(await documents()).toBe(1);
});

it('the fault "html" responds with the login page of a proxy', async () => {
	vault.fail({ with: 'html' });
	const { status, headers, text } = await poke(vault, session);
	expect(status).toBe(200);
	expect(headers.get('content-type')).toContain('text/html');
	expect(text).toContain('<html>');
});

it('the fault "redirect" redirects to the given address', async () => {
	vault.fail({ with: 'redirect', to: 'http://elsewhere.example/' });
	const { status, headers } = await poke(vault, session);
	expect([status, headers.get('location')]).toEqual([302, 'http://elsewhere.example/']);
	expect(() => vault.fail({ with: 'redirect' })).toThrow();
});

it('the fault "downtime" says how long it lasts', async () => {
	vault.fail({ with: 'downtime', minutes: 45 });
	const { status, headers } = await poke(vault, session);
	expect(status).toBe(503);
	expect(headers.get('X-VaultAPI-DowntimeExpectedDurationMinutes')).toBe('45');
});

it(`the fault "error" responds with any failure in Vault's words`, async () => {
	vault.fail({ with: { error: 'RACE_CONDITION', message: 'Again' } });
	expect((await poke(vault, session)).body).toEqual({
		responseStatus: 'FAILURE',
		errors: [{ type: 'RACE_CONDITION', message: 'Again' }],
	});
	vault.fail({ with: { error: 'UNEXPECTED_ERROR' } });
	expect((await logIn(vault)).body).toMatchObject({
		responseStatus: 'EXCEPTION',
		errorType: 'AUTHENTICATION_FAILED',
	});
	expect(vault.count({ outcome: 'RACE_CONDITION' })).toBe(1);
});

describe('the fault "refuse"', () => {
	const untilItListens = async () => {
		for (let attempt = 0; attempt < 50; attempt += 1) {
			const answer = await poke(vault, session).catch(() => undefined);
			if (answer) return answer;
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
		throw new Error('It never listened again.');
	};

	it('refuses connections for a time', async () => {
		vault.fail({ with: 'refuse', delay: 150 });
		await expect(poke(vault, session)).rejects.toThrow();
		expect((await untilItListens()).error).toBeUndefined();
	});

	it('begins with a matching call', async () => {
		vault.fail({ with: 'refuse', on: { path: '/keep-alive' }, delay: Infinity });
		expect((await poke(vault, session)).error).toBeUndefined();
		const keepAlive = () => call(vault, 'POST', '/api/v25.2/keep-alive', { session });
		await expect(keepAlive()).rejects.toThrow();
		await expect(poke(vault, session)).rejects.toThrow();
		await vault.start();
		expect((await poke(vault, session)).error).toBeUndefined();
	});

	it('ends with a reset', async () => {
		vault.fail({ with: 'refuse', delay: 60_000 });
		vault.reset();
		expect((await untilItListens()).error).toBe('INVALID_SESSION_ID');
	});
});

it('a fault happens to the calls that it names, as often as it says', async () => {
	vault.fail({ on: { method: 'POST', path: /documents$/ }, with: '500', after: 1, times: 2 });
	const statuses = [];
	for (let count = 1; count <= 4; count += 1) {
		expect((await poke(vault, session)).status).toBe(200);
		statuses.push((await create()).status);
	}
	expect(statuses).toEqual([200, 500, 500, 200]);
	vault.fail({ with: 'html', times: Infinity });
	for (let count = 1; count <= 3; count += 1) expect((await create()).body).toEqual({});
});
