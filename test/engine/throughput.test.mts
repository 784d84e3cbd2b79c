import { getEventListeners } from 'node:events';

import type { IDataObject } from 'n8n-workflow';

import { clock } from '../fixture/clock.mts';
import { logIn, end } from '../fixture/data.mts';
import { useFixture } from '../fixture/jest.mts';
import { poke } from '../simulator/calling.mts';
import type { Fault } from '../simulator/types.mts';
import { VEEVA_VAULT } from './engine.mts';

const WINDOW = 5 * 60_000;
const BURST_LIMIT = 40;
const fixture = useFixture({ burstLimit: BURST_LIMIT, throttleDelay: 5, queryRecords: 100_000 });

const DOCUMENTS = '/api/v25.2/objects/documents';
const request = (path: string, options: IDataObject = {}) =>
	({
		resource: 'api',
		operation: 'request',
		method: 'GET',
		path: { __rl: true, mode: 'path', value: path },
		options,
	}) as never;
const items = (count: number) => Array.from({ length: count }, (_, number) => ({ number }));
const slow = (delay: number, more: Partial<Fault> = {}) =>
	fixture.vault.fail({ on: { path: /objects/ }, with: 'slow', delay, times: Infinity, ...more });

/** Calls other than logins. */
const calls = () => fixture.vault.calls.filter(({ path }) => path.startsWith(DOCUMENTS));

/** Time stands still for n8n and for Vault, at the beginning of a window. */
function stopTime(): void {
	const now = Date.now();
	clock.stopAt(now - (now % WINDOW) + 1000);
}

/** Lets Vault have so many calls left in this window. */
async function leave(calls: number): Promise<void> {
	const session = fixture.vault.sessions()[0].id;
	let left = Number.POSITIVE_INFINITY;
	while (left > calls) {
		const { headers } = await poke(fixture.vault, session, fixture.vault.hosts.promoMats);
		left = Number(headers.get('x-vaultapi-burstlimitremaining'));
	}
	fixture.vault.calls.length = 0;
}

/** Lets the session be there, so that there are no calls but those of the items. */
async function warm(): Promise<string> {
	const credential = await fixture.credential();
	await fixture.engine.vault({ resource: 'session', operation: 'keepAlive' }, { credential });
	fixture.vault.addDocument({ name: 'The only one' });
	fixture.vault.calls.length = 0;
	return credential;
}

describe('items at the same time', () => {
	test.each([
		[undefined, 10],
		[1, 1],
		[3, 3],
	])(
		'Concurrent Items of %j: up to %i calls at once, with results in the order of the items',
		async (concurrency, most) => {
			const credential = await warm();
			// The first of them takes longest.
			slow(60, { times: 1 });
			slow(20);
			const outcome = await fixture.engine.vault(
				request('={{ "/objects/documents?n=" + $json.number }}', { concurrency }),
				{ credential, items: items(25) },
			);
			expect(outcome.error).toBeUndefined();
			expect(fixture.vault.mostAtOnce).toBe(most);
			expect(outcome.items('Vault').map(({ pairedItem }) => pairedItem)).toEqual(
				items(25).map(({ number }) => ({ item: number })),
			);
			expect(calls()).toHaveLength(25);
		},
	);

	test('one login serves all items that start without a session', async () => {
		const credential = await fixture.credential();
		const { error } = await fixture.engine.vault(request('/objects/documents'), {
			credential,
			items: items(20),
		});
		expect(error).toBeUndefined();
		expect(fixture.vault.logins).toBe(1);
	});

	test('one login serves all items whose session has ended, and each call is repeated once', async () => {
		const credential = await warm();
		fixture.vault.killSessions();
		const outcome = await fixture.engine.vault(request('/objects/documents'), {
			credential,
			items: items(15),
		});
		expect(outcome.error).toBeUndefined();
		expect(outcome.json('Vault')).toHaveLength(15);
		expect(fixture.vault.count({ path: '/auth' })).toBe(1);
		const refused = calls().filter(({ outcome }) => outcome === 'INVALID_SESSION_ID').length;
		expect(calls()).toHaveLength(15 + refused);
		expect(refused).toBeLessThanOrEqual(10);
	});

	test('the first item that fails ends the run: no further item is started', async () => {
		const credential = await warm();
		slow(30);
		const { error } = await fixture.engine.vault(
			request('={{ "/objects/documents" + ($json.number === 4 ? "/x" : "") }}', { concurrency: 3 }),
			{ credential, items: items(30) },
		);
		expect(error?.context).toMatchObject({ itemIndex: 4 });
		expect(error?.description).toMatch(/ [4-9] of 30 items finished, and their results are lost/);
		expect(calls().length).toBeLessThan(15);
		// Those under way came to their end.
		expect(calls().filter(({ outcome }) => outcome === 'RUNNING')).toEqual([]);
	});

	test('the error names the first of several items that fail', async () => {
		const credential = await warm();
		slow(60, { times: 1 });
		const { error } = await fixture.engine.vault(
			request('={{ "/objects/documents/x" + $json.number }}'),
			{
				credential,
				items: items(5),
			},
		);
		expect(error?.context).toMatchObject({ itemIndex: 0 });
	});

	test('after an item has failed, items that wait for their turn make no call', async () => {
		stopTime();
		const credential = await warm();
		await leave(2);
		slow(300, { on: { path: '/documents/x' } });
		const { error } = await fixture.engine.vault(
			request('={{ "/objects/documents" + ($json.number === 0 ? "/x" : "") }}', {
				concurrency: 2,
			}),
			{ credential, items: items(5) },
		);
		expect(error?.context).toMatchObject({ itemIndex: 0 });
		expect(calls().length).toBeLessThanOrEqual(2);
	});

	test('after an item has failed, the error does not name an item that waits for a page', async () => {
		stopTime();
		const credential = await warm();
		await leave(2);
		slow(300, { on: { path: '/documents/x' } });
		const { error } = await fixture.engine.vault(
			{
				...(request('={{ $json.number === 0 ? "/query" : "/objects/documents/x" }}', {
					concurrency: 2,
					followPages: true,
				}) as object),
				method: '={{ $json.number === 0 ? "POST" : "GET" }}',
				contentType: 'form-urlencoded',
				bodyParameters: {
					parameters: [{ name: 'q', value: 'SELECT id FROM reading__c PAGESIZE 100' }],
				},
			},
			{ credential, items: items(5) },
		);
		expect(error?.context).toMatchObject({ itemIndex: 1 });
		expect(fixture.vault.count({ path: /\/query\// })).toBe(0);
		expect(fixture.vault.calls.length).toBeLessThanOrEqual(2);
	});

	test('with "Continue", items that wait for their turn make their calls', async () => {
		clock.skipSleeps();
		const credential = await warm();
		await leave(2);
		slow(300, { on: { path: '/documents/x' } });
		const outcome = await fixture.engine.vault(
			request('={{ "/objects/documents" + ($json.number === 0 ? "/x" : "") }}', {
				concurrency: 2,
			}),
			{ credential, items: items(5), onError: 'continueRegularOutput' },
		);
		expect(outcome.items('Vault').map(({ json }) => 'error' in json)).toEqual(
			items(5).map(({ number }) => number === 0),
		);
		expect(calls()).toHaveLength(5);
	});

	test('with "Continue", an option that cannot be read is the outcome of its item', async () => {
		const credential = await warm();
		const outcome = await fixture.engine.vault(
			request('/objects/documents', {
				concurrency: 2,
				timeout: '={{ $json.number === 0 ? $("Nowhere").item.json.timeout : 60000 }}',
			}),
			{ credential, items: items(3), onError: 'continueRegularOutput' },
		);
		expect(outcome.error).toBeUndefined();
		expect(outcome.items('Vault').map(({ json }) => 'error' in json)).toEqual([true, false, false]);
		expect(fixture.vault.mostAtOnce).toBeLessThanOrEqual(2);
	});

	test('with "Continue", Concurrent Items that is not a number is the outcome of every item', async () => {
		const outcome = await fixture.engine.vault(
			request('/objects/documents', { concurrency: '={{ "abc" }}' }),
			{ credential: await fixture.credential(), items: items(3), onError: 'continueRegularOutput' },
		);
		expect(outcome.items('Vault').map(({ json }) => json.error)).toEqual(
			items(3).map(() =>
				expect.objectContaining({ message: 'Concurrent Items is not valid: "abc"' }),
			),
		);
		expect(fixture.vault.calls).toEqual([]);
	});

	test('with "Continue", every item has its own outcome', async () => {
		const credential = await warm();
		const outcome = await fixture.engine.vault(
			request('={{ "/objects/documents" + ($json.number % 3 === 1 ? "/x" : "") }}'),
			{ credential, items: items(20), onError: 'continueRegularOutput' },
		);
		expect(outcome.items('Vault').map(({ json }) => 'error' in json)).toEqual(
			items(20).map(({ number }) => number % 3 === 1),
		);
	});

	test('operations that change the session run one after the other', async () => {
		const credential = await warm();
		const { error } = await fixture.engine.vault(end, { credential, items: items(5) });
		expect(error).toBeUndefined();
		expect(fixture.vault.count({ method: 'DELETE' })).toBe(1);
		const { json } = await fixture.engine.vault(logIn, { credential, items: items(5) });
		expect(new Set(json('Vault').map(({ sessionId }) => sessionId)).size).toBe(1);
		expect(fixture.vault.mostAtOnce).toBe(1);
	});
});

describe('canceling', () => {
	test.each([
		['credential', 10],
		['session ID', 10],
	])('stops all calls at once, with a %s', async (signedBy, most) => {
		const credential = await warm();
		const [{ id }] = fixture.vault.sessions();
		slow(20_000);
		const given =
			signedBy === 'credential'
				? {}
				: { sessionSource: 'sessionId', sessionId: id, vaultDns: fixture.promoMats };
		let cancel = () => {};
		const run = fixture.engine.vault(
			{ ...(request('/objects/documents') as object), ...given },
			{
				credential,
				items: items(50),
				onError: 'continueRegularOutput',
				started: (stop) => (cancel = stop),
			},
		);
		while (calls().length < most) await new Promise((resolve) => setTimeout(resolve, 10));
		cancel();
		await run.catch(() => {});
		while (calls().some(({ aborted }) => !aborted))
			await new Promise((resolve) => setTimeout(resolve, 10));
		expect(calls()).toHaveLength(most);
	});

	test('leaves no listener behind when the step is done', async () => {
		const credential = await warm();
		const signals = new Set<AbortSignal>();
		// Called below with the target that each listener is for.
		// eslint-disable-next-line @typescript-eslint/unbound-method
		const listen = EventTarget.prototype.addEventListener;
		const spy = jest.spyOn(EventTarget.prototype, 'addEventListener').mockImplementation(function (
			this: EventTarget,
			...given
		) {
			if (this instanceof AbortSignal) signals.add(this);
			listen.apply(this, given);
		});
		const { engine } = fixture;
		const node = (name: string) =>
			engine.node(name, VEEVA_VAULT, request('/objects/documents'), { credential });
		const { error } = await engine.run([node('First'), node('Second')], { items: items(3) });
		spy.mockRestore();
		expect(error).toBeUndefined();
		expect(signals.size).toBeGreaterThan(0);
		expect([...signals].flatMap((signal) => getEventListeners(signal, 'abort'))).toEqual([]);
	});

	test('does not wait for the next burst limit window', async () => {
		const credential = await warm();
		let cancel = () => {};
		const run = fixture.engine.vault(request('/objects/documents', { concurrency: 1 }), {
			credential,
			items: items(BURST_LIMIT * 2),
			started: (stop) => (cancel = stop),
		});
		while (calls().length < BURST_LIMIT * 0.9)
			await new Promise((resolve) => setTimeout(resolve, 10));
		cancel();
		await run.catch(() => {});
		expect(calls().length).toBeLessThanOrEqual(BURST_LIMIT);
	});
});

describe('a Vault that throttles', () => {
	test.each([1, 10])(
		'gets no more calls in a window than its limit, plus a concurrency of %i',
		async (concurrency) => {
			clock.skipSleeps();
			const credential = await warm();
			const { error } = await fixture.engine.vault(request('/objects/documents', { concurrency }), {
				credential,
				items: items(BURST_LIMIT * 2.5),
			});
			expect(error).toBeUndefined();
			const windows = new Map<number, number>();
			for (const { at } of calls()) {
				const window = Math.floor(at / WINDOW);
				windows.set(window, (windows.get(window) ?? 0) + 1);
			}
			expect(calls()).toHaveLength(BURST_LIMIT * 2.5);
			expect(Math.max(...windows.values())).toBeLessThanOrEqual(BURST_LIMIT + concurrency);
		},
	);

	test('is not asked for its pages any faster', async () => {
		clock.skipSleeps();
		const credential = await warm();
		const query = 'SELECT id FROM reading__c MAXROWS 6000 PAGESIZE 100';
		const { json, error } = await fixture.engine.vault(
			{
				resource: 'query',
				operation: 'run',
				query,
				returnAll: true,
			},
			{ credential },
		);
		expect(error).toBeUndefined();
		expect(json('Vault')).toHaveLength(6000);
		expect(fixture.vault.count({ path: /\/query/ })).toBe(60);
	});
});

test('returns 100,000 records as 100,000 items', async () => {
	clock.skipSleeps();
	const credential = await warm();
	const { json, error } = await fixture.engine.vault(
		{
			resource: 'query',
			operation: 'run',
			query: 'SELECT id, name__v FROM reading__c',
			returnAll: true,
		},
		{ credential },
	);
	expect(error).toBeUndefined();
	expect(json('Vault')).toHaveLength(100_000);
	expect(fixture.vault.count({ path: /\/query/ })).toBe(100);
});
