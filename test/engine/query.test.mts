import { useFixture } from '../fixture/jest.mts';
import { VEEVA_VAULT } from './engine.mts';

const RECORDS = 2500;
const fixture = useFixture({ queryRecords: RECORDS });

const run = (query: string, more = {}) => ({
	resource: 'query',
	operation: 'run',
	query,
	returnAll: true,
	...more,
});
const READINGS = 'SELECT id, name__v FROM reading__c';

test('returns one item for each record, from all pages', async () => {
	const credential = await fixture.credential();
	const { items, error } = await fixture.engine.vault(run(READINGS), { credential });
	expect(error).toBeUndefined();
	expect(items('Vault')).toHaveLength(RECORDS);
	expect(items('Vault')[RECORDS - 1]).toEqual({
		json: { id: 'V00000000002499', name__v: 'Reading 2500' },
		pairedItem: { item: 0 },
	});
	expect(fixture.vault.count({ method: 'POST', path: '/query' })).toBe(1);
	expect(fixture.vault.count({ method: 'POST', path: /\/query\// })).toBe(2);
	expect(fixture.vault.calls.at(-1)?.form).toBeUndefined();
});

test.each([
	[1, 1],
	[1000, 1],
	[1001, 2],
])('a limit of %i reads no more than %i pages', async (limit, pages) => {
	const credential = await fixture.credential();
	const { json } = await fixture.engine.vault(run(READINGS, { returnAll: false, limit }), {
		credential,
	});
	expect(json('Vault')).toHaveLength(limit);
	expect(fixture.vault.count({ path: /\/query/ })).toBe(pages);
});

test('accepts whole numbers as text, as an expression gives them', async () => {
	const credential = await fixture.credential();
	const given = { returnAll: false, limit: '={{ "2" }}', options: { concurrency: '={{ " 5 " }}' } };
	const { json, error } = await fixture.engine.vault(run(READINGS, given), { credential });
	expect(error).toBeUndefined();
	expect(json('Vault')).toHaveLength(2);
});

test('returns no items when there are no records', async () => {
	const credential = await fixture.credential();
	const { json, error } = await fixture.engine.vault(run('SELECT id FROM documents'), {
		credential,
	});
	expect(error).toBeUndefined();
	expect(json('Vault')).toEqual([]);
});

test('returns the description first when it is requested', async () => {
	const credential = await fixture.credential();
	const given = run(`${READINGS} MAXROWS 1`, { options: { describe: true } });
	const { json } = await fixture.engine.vault(given, { credential });
	expect(json('Vault')).toEqual([
		{
			queryDescribe: {
				object: expect.objectContaining({ name: 'reading__c' }),
				fields: [
					{ name: 'id', type: 'Number' },
					{ name: 'name__v', type: 'String' },
				],
			},
		},
		{ id: 'V00000000000000', name__v: 'Reading 1' },
	]);
});

test('keeps the results of sub-queries as Vault wrote them', async () => {
	const credential = await fixture.credential();
	const vql = 'SELECT id, (SELECT name__v FROM products__cr) FROM reading__c MAXROWS 1';
	const { json } = await fixture.engine.vault(run(vql), { credential });
	expect(json('Vault')).toEqual([
		{
			id: 'V00000000000000',
			products__cr: {
				responseDetails: { pagesize: 250, pageoffset: 0, size: 2, total: 2 },
				data: [{ name__v: 'Related 1' }, { name__v: 'Related 2' }],
			},
		},
	]);
});

test("shows Vault's message for a syntax error at its item, and completes the other items", async () => {
	const credential = await fixture.credential();
	const outcome = await fixture.engine.vault(run('={{ $json.vql }}'), {
		credential,
		items: [
			{ vql: `${READINGS} MAXROWS 1` },
			{ vql: 'SELECT FROM' },
			{ vql: 'SELECT id, x FROM y' },
		],
		onError: 'continueRegularOutput',
	});
	const [first, second, third] = outcome.items('Vault');
	expect(first).toEqual({
		json: expect.objectContaining({ id: 'V00000000000000' }),
		pairedItem: { item: 0 },
	});
	expect(second).toMatchObject({
		json: {
			error: {
				message: expect.stringMatching(
					/^The query cannot be read: SELECT FROM .+\[INCORRECT_QUERY_SYNTAX_ERROR\]$/,
				),
				description: expect.stringContaining('Correct the VQL statement.'),
			},
		},
		pairedItem: { item: 1 },
	});
	expect(third.pairedItem).toEqual({ item: 2 });

	const { error } = await fixture.engine.vault(run('SELECT FROM'), { credential });
	expect(error?.message).toMatch(/\[INCORRECT_QUERY_SYNTAX_ERROR\]$/);
	expect(error?.context).toMatchObject({ itemIndex: 0 });
});

describe('expressions in the statement', () => {
	const documents = async (query: string, items = [{ name: "Olivia's" }]) => {
		const credential = await fixture.credential();
		fixture.vault.addDocument({ name: "Olivia's" });
		return await fixture.engine.vault(run(query), { credential, items });
	};

	test('are resolved in the text, as the editor shows them', async () => {
		const { json } = await documents(
			'SELECT id FROM documents WHERE name__v = \'{{ $json.name.replace("\'", "\\\\\'") }}\'',
		);
		expect(fixture.vault.calls.at(-1)?.form).toEqual({
			q: "SELECT id FROM documents WHERE name__v = 'Olivia\\'s'",
		});
		expect(json('Vault')).toEqual([{ id: 1 }]);
	});

	test("are escaped as the field's help says", async () => {
		const node = fixture.engine.description(VEEVA_VAULT);
		const help = node.properties.find(({ name }) => name === 'query')?.description ?? '';
		const [escaped = ''] = /\{\{ .+ \}\}/.exec(help) ?? [];
		await documents(`SELECT id FROM documents WHERE name__v = '${escaped}'`, [
			{ name: "a\\' OR 'b" },
		]);
		expect(fixture.vault.calls.at(-1)?.form).toEqual({
			q: "SELECT id FROM documents WHERE name__v = 'a\\\\\\' OR \\'b'",
		});
	});

	test('may give the whole statement', async () => {
		const { json } = await documents('={{ "SELECT id FROM documents" }}');
		expect(json('Vault')).toEqual([{ id: 1 }]);
	});

	test.each(['{{ $json.name }}', '={{ $json.name }}'])(
		'are not resolved again in the result of %s',
		async (query) => {
			await documents(query, [{ name: 'SELECT {{ 6 * 7 }}' }]);
			expect(fixture.vault.calls.at(-1)?.form).toEqual({ q: 'SELECT {{ 6 * 7 }}' });
		},
	);
});

test.each([
	['Query is empty', { query: '={{ "" }}' }],
	['Query is not valid: "xxx', { query: 'x'.repeat(50_001) }],
	['Query is not valid: "5"', { query: '={{ 5 }}' }],
	['Limit is empty', { query: READINGS, limit: '={{ "" }}' }],
	['Limit is not valid: "0"', { query: READINGS, limit: 0 }],
	['Limit is not valid: "1.5"', { query: READINGS, limit: 1.5 }],
	['Limit is not valid: "five"', { query: READINGS, limit: '={{ "five" }}' }],
	['Concurrent Items is not valid: "0"', { query: READINGS, options: { concurrency: 0 } }],
	['Concurrent Items is not valid: "101"', { query: READINGS, options: { concurrency: 101 } }],
])('%s is refused before any call', async (message, given) => {
	const credential = await fixture.credential();
	const { error } = await fixture.engine.vault(run('', { returnAll: false, ...given }), {
		credential,
	});
	expect(error?.name).toBe('NodeOperationError');
	expect(error?.message).toContain(message);
	expect(error?.description).toMatch(/^Expected /);
	expect(fixture.vault.calls).toEqual([]);
});

test('renews a session that ends between two pages, and loses no record', async () => {
	const credential = await fixture.credential();
	fixture.vault.fail({ on: { path: /\/query\// }, with: { error: 'INVALID_SESSION_ID' } });
	const { json, error } = await fixture.engine.vault(run(READINGS), { credential });
	expect(error).toBeUndefined();
	expect(new Set(json('Vault').map(({ id }) => id)).size).toBe(RECORDS);
	expect(fixture.vault.logins).toBe(2);
});

test('fails when a page fails, and does not request that page again', async () => {
	const credential = await fixture.credential();
	fixture.vault.fail({ on: { path: /\/query\// }, with: 'reset', after: 1 });
	const { error, json } = await fixture.engine.vault(run(READINGS), { credential });
	expect(error?.message).toContain('closed the connection');
	expect(json('Vault')).toEqual([]);
	expect(fixture.vault.count({ path: /\/query\// })).toBe(2);
});
