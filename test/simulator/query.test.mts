import { call, openSession } from './calling.mts';
import { startSimulator, type Simulator } from './simulator.mts';

let vault: Simulator;
let session: string;
beforeAll(async () => {
	vault = await startSimulator();
	session = await openSession(vault);
	for (const name__v of ['A', 'B', 'C']) {
		await call(vault, 'POST', '/api/v25.2/objects/documents', { session, form: { name__v } });
	}
});
afterAll(() => vault.close());

const submit = (q: string, headers: Record<string, string> = {}) =>
	call(vault, 'POST', '/api/v25.2/query', { session, form: { q }, headers });

it('a query is paged by next_page, with GET or POST', async () => {
	const first = await submit('SELECT name__v FROM documents PAGESIZE 2');
	expect(first.body).toEqual({
		responseStatus: 'SUCCESS',
		responseDetails: {
			pagesize: 2,
			pageoffset: 0,
			size: 2,
			total: 3,
			next_page: expect.stringMatching(/^\/api\/v25\.2\/query\/.+\?pagesize=2&pageoffset=2$/),
		},
		data: [{ name__v: 'A' }, { name__v: 'B' }],
	});
	const next = /"next_page":"([^"]+)"/.exec(first.text)?.[1] ?? '';
	for (const method of ['GET', 'POST']) {
		const { body } = await call(vault, method, next, { session });
		expect(body).toMatchObject({ data: [{ name__v: 'C' }], responseDetails: { size: 1 } });
		expect(body.responseDetails).not.toHaveProperty('next_page');
	}
});

it('a query describes its fields on request', async () => {
	const headers = { 'X-VaultAPI-DescribeQuery': 'true' };
	const { body } = await submit('select id, name__v from documents', headers);
	expect(body.queryDescribe).toMatchObject({
		fields: [
			{ name: 'id', type: 'Number' },
			{ name: 'name__v', type: 'String' },
		],
	});
});

it.each([
	['SELECT FROM', 'INCORRECT_QUERY_SYNTAX_ERROR'],
	['SELECT nothing__c FROM documents', 'INCORRECT_QUERY_SYNTAX_ERROR'],
	['', 'PARAMETER_REQUIRED'],
])('the query %j is answered with %s', async (q, type) => {
	expect((await submit(q)).error).toBe(type);
});

it('pages of other queries are refused', async () => {
	const answer = await call(vault, 'GET', '/api/v25.2/query/none?pageoffset=2', { session });
	expect(answer.error).toBe('INVALID_DATA');
});
