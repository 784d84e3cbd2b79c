import { createHash } from 'node:crypto';

import { call, openSession } from './calling.mts';
import { startSimulator, type Simulator } from './simulator.mts';

const RECORDS = 100_001;
let vault: Simulator;
let session: string;
beforeAll(async () => {
	vault = await startSimulator({ queryRecords: RECORDS });
});
beforeEach(async () => {
	vault.reset();
	session = await openSession(vault);
});
afterAll(() => vault.close());

const query = (q: string) => call(vault, 'POST', '/api/v25.2/query', { session, form: { q } });

it('the simulator generates as many records as a test needs', async () => {
	const { body } = await query('SELECT id, value__c FROM reading__c');
	expect(body.responseDetails).toMatchObject({ size: 1000, total: RECORDS });
	const id = /query\/([^?]+)/.exec(JSON.stringify(body.responseDetails))?.[1];
	const last = await call(vault, 'POST', `/api/v25.2/query/${id}?pageoffset=100000`, { session });
	expect(last.body).toMatchObject({ data: [{ id: 'V00000000100000', value__c: 0 }] });
	expect(last.body.responseDetails).not.toHaveProperty('next_page');
});

it.each([
	["SELECT id FROM documents WHERE name__v = 'Olivia\\'s' AND id = 1", [{ id: 1 }]],
	['SELECT id FROM documents WHERE id = 2', []],
	[
		'select id, (select name__v from products__cr) from documents maxrows 1',
		[{ id: 1, products__cr: expect.objectContaining({ data: expect.any(Array) }) }],
	],
	[
		'SELECT username__sys FROM user__sys WHERE id = 12021',
		[{ username__sys: 'olivia@veepharm.com' }],
	],
])('the simulator answers %s', async (q, data) => {
	vault.addDocument({ name: "Olivia's" });
	expect((await query(q)).body.data).toEqual(data);
});

it.each([
	'SELECT id FROM documents WHERE',
	'SELECT id FROM documents x',
	'SELECT id, FROM documents',
	'SELECT id FROM nothing',
	'SELECT id FROM documents PAGESIZE 0',
	"SELECT id FROM documents WHERE name__v = 'open",
])('the simulator does not accept %s', async (q) => {
	expect((await query(q)).error).toBe('INCORRECT_QUERY_SYNTAX_ERROR');
});

it("a document's file can be uploaded and downloaded again", async () => {
	const form = new FormData();
	form.append('name__v', 'Leaflet');
	form.append('file', new File(['content'], 'Ä.txt', { type: 'text/plain' }));
	const path = '/api/v25.2/objects/documents';
	const { body } = await call(vault, 'POST', path, { session, form });
	const sha256 = createHash('sha256').update('content').digest('hex');
	expect(vault.calls.at(-1)?.files).toEqual({
		file: expect.objectContaining({ fileName: 'Ä.txt', size: 7, sha256 }),
	});
	const file = await call(vault, 'GET', `${path}/${String(body.id)}/file`, { session });
	expect(file.text).toBe('content');
	expect(file.headers.get('content-disposition')).toBe(
		`attachment;filename="_.txt";filename*=UTF-8''%C3%84.txt`,
	);
	expect(file.headers.get('x-vaultapi-status')).toBe('SUCCESS');
	expect((await call(vault, 'GET', `${path}/7/file`, { session })).error).toBe('INVALID_DATA');
});

it('each record of a bulk call has its own outcome', async () => {
	const send = async (headers: Record<string, string>, body: string) => {
		const response = await fetch(
			vault.url(vault.hosts.promoMats, '/api/v25.2/vobjects/product__v'),
			{
				method: 'POST',
				headers: { Authorization: session, 'X-VaultAPI-ClientID': 'x', ...headers },
				body,
			},
		);
		return await response.text();
	};
	const json: unknown = JSON.parse(
		await send({ 'Content-Type': 'application/json' }, '[{"name__v":"A"},{}]'),
	);
	expect(json).toMatchObject({
		responseStatus: 'SUCCESS',
		data: [{ responseStatus: 'SUCCESS' }, { responseStatus: 'FAILURE' }],
	});
	expect(await send({ 'Content-Type': 'text/csv', Accept: 'text/csv' }, 'name__v\nA\nB')).toBe(
		'responseStatus,id,url,errors\n' +
			'FAILURE,,,"""INVALID_DATA|The name """"A"""", is taken."""\n' +
			'SUCCESS,V00000000000002,api/v25.2/vobjects/product__v/V00000000000002,\n',
	);
	expect(await send({ 'Content-Type': 'text/plain' }, 'x')).toContain('INVALID_DATA');
	expect(await send({ 'Content-Type': 'application/json' }, '{')).toContain('INVALID_DATA');
});
