import { createHash } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import type { IDataObject } from 'n8n-workflow';

import { keepAlive } from '../fixture/data.mts';
import { useFixture } from '../fixture/jest.mts';
import { textOf } from '../fixture/text.mts';
import { VEEVA_VAULT } from './engine.mts';

const fixture = useFixture();

const DOCUMENTS = '/objects/documents';
const byPath = (value: string) => ({ __rl: true as const, mode: 'path', value });
const pairs = (values: Record<string, unknown>) => ({
	parameters: Object.entries(values).map(([name, value]) => ({ name, value })),
});
const request = (path: string, more: IDataObject = {}) =>
	({ resource: 'api', operation: 'request', method: 'GET', path: byPath(path), ...more }) as never;
const post = (path: string, more: IDataObject = {}) => request(path, { method: 'POST', ...more });

const REFUSED_RECORDS =
	'Vault refused 2 of 3 records: record 2: Missing required parameter [name__v]. [PARAMETER_REQUIRED]; record 3: The name "A", is taken. [INVALID_DATA]';

/** Parameters for a server that answers as no Vault does; it is there until the test has ended. */
async function withServer(
	listener: RequestListener,
	test: (session: IDataObject) => Promise<void>,
): Promise<void> {
	const server = createServer(listener);
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	const { port } = server.address() as AddressInfo;
	const vaultDns = `http://127.0.0.1:${port}`;
	try {
		await test({ sessionSource: 'sessionId', sessionId: 'S1', vaultDns });
	} finally {
		server.closeAllConnections();
		server.close();
	}
}

/** What every answer of a Vault has. */
const VAULT_HEADERS = { 'Content-Type': 'application/json', 'X-VaultAPI-ExecutionId': 'e-1' };

/** The calls that are not logins. */
const calls = () => fixture.vault.calls.filter(({ path }) => !path.endsWith('/auth'));
const lastCall = () => calls().at(-1);

describe('paths', () => {
	test.each([
		['/objects/documents', '/api/v25.2/objects/documents'],
		['objects/documents', '/api/v25.2/objects/documents'],
		['/api/v24.3/objects/documents', '/api/v24.3/objects/documents'],
		['v24.3/objects/documents', '/api/v24.3/objects/documents'],
		['/api/', '/api/'],
		['/api/{version}/objects/documents', '/api/v25.2/objects/documents'],
	])('%s calls %s', async (given, path) => {
		const credential = await fixture.credential();
		await fixture.engine.vault(request(given), { credential });
		expect(lastCall()?.path).toBe(path);
	});

	test('are filled with values, and get their query', async () => {
		const credential = await fixture.credential();
		fixture.vault.addDocument({ name: 'Leaflet' });
		const { json } = await fixture.engine.vault(
			request('/objects/documents/{doc_id}?a=1', {
				pathParameters: pairs({ doc_id: '={{ $json.id }}' }),
				queryParameters: pairs({ a: 'x&y', list: [1] }),
			}),
			{ credential, items: [{ id: 1 }] },
		);
		expect(lastCall()).toMatchObject({
			path: '/api/v25.2/objects/documents/1',
			query: { a: '1,x&y', list: '[1]' },
		});
		expect(json('Vault')).toEqual([{ id: 1, name__v: 'Leaflet' }]);
	});

	test('may be an address of the Vault itself, and of no other host', async () => {
		const credential = await fixture.credential();
		const own = await fixture.engine.vault(
			request(`${fixture.promoMats}/api/v25.2/objects/documents`),
			{
				credential,
			},
		);
		expect(own.error).toBeUndefined();
		const before = fixture.vault.calls.length;
		for (const other of [fixture.qualityDocs, 'https://example.com']) {
			const { error } = await fixture.engine.vault(
				request(`${other}/api/v25.2/objects/documents`),
				{
					credential,
				},
			);
			expect(error?.message).toMatch(/was not sent: it is not the Vault of this step$/);
		}
		expect(fixture.vault.calls).toHaveLength(before);
	});

	test.each([
		'/objects/../../../ui',
		'/objects/%2e%2e/x',
		'/objects/%252e%252e/x',
		'//example.com/api/v25.2/x',
		'/objects\\..\\x',
		'/objects/a%2fb',
		'/objects/..;/..;x/ui',
		'/objects/documents/{doc_id}',
		'=/objects/documents/{{ $json.id }}',
		'=/{{ $json.id }}',
		'GET /objects/documents',
		'/auth',
		'/api/v24.3/auth?username=a',
		'/%61uth',
		'/Auth;x=1',
		'/objects//file',
		'/objects/documents#x',
		'={{ "/objects/\\t/x" }}',
		'https://user:pass@localhost/api/x',
		'javascript:alert(1)',
		'foo:/api/x',
		'={{ "" }}',
	])('%j is refused before any call', async (given) => {
		const credential = await fixture.credential();
		const { error } = await fixture.engine.vault(request(given), { credential });
		expect(error?.name).toBe('NodeOperationError');
		expect(error?.message).toMatch(/^Path is (empty|not valid)/);
		expect(error?.description).toMatch(/^Expected /);
		expect(error?.message).not.toContain('pass');
		expect(fixture.vault.calls).toEqual([]);
	});

	test("keep an item's value within its part of the path", async () => {
		const credential = await fixture.credential();
		for (const id of ['..', '../users', '1/versions', '%2e%2e', '1?x=y', '1#x']) {
			await fixture.engine.vault(
				request('/objects/documents/{id}', { pathParameters: pairs({ id }) }),
				{ credential },
			);
		}
		expect(calls().map(({ path }) => path)).toEqual(
			['1%3Fx%3Dy', '1%23x'].map((id) => `/api/v25.2/objects/documents/${id}`),
		);
	});

	test('report the field of a value that cannot be part of a path', async () => {
		const credential = await fixture.credential();
		for (const id of ['a/b', '..', '..;x']) {
			const { error } = await fixture.engine.vault(
				request('/objects/documents/{id}', { pathParameters: pairs({ id }) }),
				{ credential },
			);
			expect(error?.message).toBe(`Path Parameters › id is not valid: "${id}"`);
		}
		expect(fixture.vault.calls).toEqual([]);
	});

	test('take values in the query as well', async () => {
		const credential = await fixture.credential();
		await fixture.engine.vault(
			request('/objects/documents?q={q}&p={p}', {
				pathParameters: pairs({ q: '5&x=1', p: '../a\nb' }),
			}),
			{ credential },
		);
		expect(lastCall()?.query).toEqual({ q: '5&x=1', p: '../a\nb' });
		const { error } = await fixture.engine.vault(request('/objects/documents?limit={limit}'), {
			credential,
		});
		expect(error?.message).toBe('Path Parameters is empty');
		expect(error?.description).toBe('Expected a value for {limit}.');
	});

	test('are shown in an error without their query', async () => {
		const credential = await fixture.credential();
		const { error } = await fixture.engine.vault(request('/x?password=hunter2#'), { credential });
		expect(error?.message).toBe('Path is not valid: "/x"');
	});

	test('take values with any characters', async () => {
		const credential = await fixture.credential();
		const pathParameters = pairs({ id: '{abc}' });
		await fixture.engine.vault(request('/objects/documents/{id}', { pathParameters }), {
			credential,
		});
		expect(lastCall()?.path).toBe('/api/v25.2/objects/documents/%7Babc%7D');
	});

	test('can be chosen from a list of endpoints', async () => {
		const node = fixture.engine.node('Vault', VEEVA_VAULT, {});
		const { results } = await fixture.engine.listSearch('getEndpoints', node, 'download');
		expect(results.map(({ value }) => value)).toContain('/objects/documents/{doc_id}/file');
		expect((await fixture.engine.listSearch('getEndpoints', node)).results.length).toBeGreaterThan(
			20,
		);
	});
});

describe('headers and query', () => {
	test('are sent with the call, together with the session', async () => {
		const credential = await fixture.credential();
		await fixture.engine.vault(
			request(DOCUMENTS, {
				headerParameters: pairs({ 'X-VaultAPI-ReferenceId': 'r1', 'x-vaultapi-clientid': 'own' }),
			}),
			{ credential },
		);
		expect(lastCall()?.headers).toMatchObject({
			'x-vaultapi-referenceid': 'r1',
			'x-vaultapi-clientid': 'own',
			authorization: fixture.vault.sessions()[0].id,
		});
	});

	test.each([
		['headerParameters', 'authorization', 'x', 'Headers › Name is not valid: "authorization"'],
		['headerParameters', 'Host', 'example.com', 'Headers › Name is not valid: "Host"'],
		['headerParameters', 'X-Auth-Host', 'x', 'Headers › Name is not valid: "X-Auth-Host"'],
		['headerParameters', 'a b', 'x', 'Headers › Name is not valid: "a b"'],
		['headerParameters', 'x-a', 'se\ncret', 'Headers › x-a is not valid'],
		['headerParameters', '={{ "" }}', 'x', 'Headers › Name is empty'],
		['queryParameters', 'ext_ns', 'sfdc', 'Query Parameters › Name is not valid: "ext_ns"'],
		['pathParameters', 'id', 'x', 'Path Parameters is not valid: "id"'],
	])('%s %s is refused before any call', async (field, name, value, message) => {
		const credential = await fixture.credential();
		const given = request(DOCUMENTS, { [field]: pairs({ [name]: value }) });
		const { error } = await fixture.engine.vault(given, { credential });
		expect(error?.message).toBe(message);
		expect(fixture.vault.calls).toEqual([]);
	});
});

test('a header that is given twice is refused', async () => {
	const credential = await fixture.credential();
	const given = request(DOCUMENTS, { headerParameters: pairs({ 'X-A': '1', 'x-a': '2' }) });
	const { error } = await fixture.engine.vault(given, { credential });
	expect(error?.message).toBe('Headers › Name is not valid: "x-a"');
	expect(fixture.vault.calls).toEqual([]);
});

test("a date is sent in Vault's format", async () => {
	const credential = await fixture.credential();
	const given = request(DOCUMENTS, { queryParameters: pairs({ since: '={{ new Date(0) }}' }) });
	await fixture.engine.vault(given, { credential });
	expect(lastCall()?.query).toEqual({ since: '1970-01-01T00:00:00.000Z' });
});

test.each([
	['?auth=x', 'auth'],
	['?a=1&Ext_URL=https%3A%2F%2Fexample.com', 'Ext_URL'],
	['?%65xt_ns=sfdc', 'ext_ns'],
	['?+ext_ns=sfdc', 'ext_ns'],
])('a path with %s is refused before any call', async (query, name) => {
	const credential = await fixture.credential();
	for (const address of [DOCUMENTS, `${fixture.promoMats}/api/v25.2${DOCUMENTS}`]) {
		const { error } = await fixture.engine.vault(request(address + query), { credential });
		expect(error?.message).toBe(`Path is not valid: "${name}"`);
		expect(error?.description).toMatch(
			/^Expected a parameter that does not sign the call\. The credential signs it\.$/,
		);
	}
	expect(fixture.vault.calls).toEqual([]);
});

describe('bodies', () => {
	test('are sent as a form', async () => {
		const credential = await fixture.credential();
		const { json } = await fixture.engine.vault(
			post(DOCUMENTS, {
				contentType: 'form-urlencoded',
				bodyParameters: pairs({ name__v: 'Ä & b=c', tags: ['x'] }),
			}),
			{ credential },
		);
		expect(lastCall()?.form).toEqual({ name__v: 'Ä & b=c', tags: '["x"]' });
		expect(json('Vault')).toEqual([{ responseMessage: 'successfully created document', id: 1 }]);
	});

	test.each([
		['a text', '[{"name__v":"A"},{"name__v":"B"}]'],
		['an expression', '={{ [{ name__v: "A" }, { name__v: "B" }] }}'],
	])('are sent as JSON, given as %s', async (_name, jsonBody) => {
		const credential = await fixture.credential();
		const { json } = await fixture.engine.vault(
			post('/vobjects/product__v', { contentType: 'json', jsonBody }),
			{ credential },
		);
		expect(lastCall()?.headers['content-type']).toBe('application/json');
		expect(json('Vault')).toEqual(
			['V00000000000001', 'V00000000000002'].map((id) => ({
				responseStatus: 'SUCCESS',
				data: { id, url: `/api/v25.2/vobjects/product__v/${id}` },
			})),
		);
	});

	test('are sent as CSV, and the response comes in CSV', async () => {
		const credential = await fixture.credential();
		const { json } = await fixture.engine.vault(
			post('/vobjects/product__v', {
				contentType: 'raw',
				rawContentType: 'text/csv',
				body: 'name__v\nA\nB\n',
				headerParameters: pairs({ accept: 'text/csv' }),
				responseFormat: 'text',
				outputPropertyName: 'csv',
			}),
			{ credential },
		);
		expect(lastCall()?.body).toBe('name__v\nA\nB\n');
		const [{ csv }] = json('Vault');
		expect(textOf(csv).split('\n')[1]).toMatch(/^SUCCESS,V00000000000001,/);
	});

	test('leave Content-Type to the caller when there is no body', async () => {
		const credential = await fixture.credential();
		const headerParameters = pairs({ 'Content-Type': 'text/csv' });
		for (const given of [{ method: 'GET', contentType: 'json' }, { contentType: 'none' }]) {
			await fixture.engine.vault(post(DOCUMENTS, { headerParameters, ...given }), { credential });
			expect(lastCall()?.headers['content-type']).toBe('text/csv');
		}
	});

	test.each([
		['json', /Body Content Type/],
		['multipart-form-data', /Body Content Type/],
		['raw', /the field Content Type/],
	])('report which option sets the Content-Type of %s', async (contentType, where) => {
		const credential = await fixture.credential();
		const headerParameters = pairs({ 'Content-Type': 'text/csv' });
		const { error } = await fixture.engine.vault(
			post(DOCUMENTS, { headerParameters, contentType }),
			{
				credential,
			},
		);
		expect(error?.description).toMatch(where);
	});

	test.each([
		[{ contentType: 'json', jsonBody: '{"password": "x",}' }, /^JSON is not valid$/],
		[{ contentType: 'json', jsonBody: '' }, 'JSON is empty'],
		[{ contentType: 'raw', body: '' }, 'Body is empty'],
		[
			{ contentType: 'raw', body: 'x', rawContentType: '={{ "a\\nb" }}' },
			'Content Type is not valid',
		],
		[{ contentType: 'multipart-form-data' }, 'Body Parts is empty'],
		[
			{ contentType: 'binaryData', inputDataFieldName: 'file' },
			'Input Data Field Name is not valid: "file"',
		],
		[
			{ contentType: 'json', jsonBody: '[]', headerParameters: pairs({ 'content-type': 'x/y' }) },
			'Headers › Name is not valid: "content-type"',
		],
		[
			{
				contentType: 'raw',
				body: 'x',
				rawContentType: 'text/csv',
				headerParameters: pairs({ 'Content-Type': 'text/csv' }),
			},
			'Headers › Name is not valid: "Content-Type"',
		],
		[{ contentType: 'raw', body: '={{ ({ password: "x" }) }}' }, /^Body is not valid$/],
		[{ contentType: 'smoke' }, 'Body Content Type is not valid: "smoke"'],
		[{ simplify: '={{ "perhaps" }}' }, 'Simplify is not valid: "perhaps"'],
		[{ options: { followPages: '={{ "ja" }}' } }, 'Follow Pages is not valid: "ja"'],
		[{ method: 'PUT', options: { followPages: true } }, 'Follow Pages is not valid: "true"'],
		[
			{ responseFormat: 'text', outputPropertyName: 'error' },
			'Put Output in Field is not valid: "error"',
		],
		[{ method: 'TRACE' }, 'Method is not valid: "TRACE"'],
		[{ responseFormat: 'pigeon' }, 'Response Format is not valid: "pigeon"'],
		[{ responseFormat: 'file', outputPropertyName: '={{ "" }}' }, 'Put Output in Field is empty'],
		[{ options: { timeout: 0 } }, 'Timeout is not valid: "0"'],
		[{ options: { timeout: 2 ** 31 } }, 'Timeout is not valid: "2147483648"'],
	])('%j is refused before any call', async (given, message) => {
		const credential = await fixture.credential();
		const { error } = await fixture.engine.vault(post(DOCUMENTS, given), { credential });
		if (typeof message === 'string') expect(error?.message).toContain(message);
		else expect(error?.message).toMatch(message);
		expect(error?.description).toMatch(/^Expected /);
		expect(fixture.vault.calls).toEqual([]);
	});
});

describe.each(['memory', 'disk'])('files that n8n keeps in %s', (where) => {
	beforeAll(async () => {
		if (where === 'disk') await fixture.engine.keepFilesOnDisk();
	});
	const content = Buffer.from(`A leaflet, ${'with many pages '.repeat(50_000)}`);
	const sha256 = createHash('sha256').update(content).digest('hex');
	const withFile = async () => [
		{
			json: {},
			binary: { leaflet: await fixture.engine.file(content, 'Beipack "Ä".pdf', 'application/pdf') },
		},
	];
	const upload = post(DOCUMENTS, {
		contentType: 'multipart-form-data',
		bodyParts: {
			parameters: [
				{ name: 'name__v', parameterType: 'formData', value: 'Leaflet' },
				{ name: 'file', parameterType: 'formBinaryData', inputDataFieldName: 'leaflet' },
			],
		},
	});

	test('are uploaded in a form, with their length', async () => {
		const credential = await fixture.credential();
		const { error } = await fixture.engine.vault(upload, { credential, input: await withFile() });
		expect(error).toBeUndefined();
		expect(lastCall()).toMatchObject({
			form: { name__v: 'Leaflet' },
			files: {
				file: {
					fileName: 'Beipack %22Ä%22.pdf',
					mimeType: 'application/pdf',
					size: content.length,
					sha256,
				},
			},
			headers: { 'content-length': expect.stringMatching(/^\d+$/) },
		});
	});

	test('are uploaded from where the JSON refers to them', async () => {
		const credential = await fixture.credential();
		const [{ binary }] = await withFile();
		const given = (inputDataFieldName: string) =>
			post(DOCUMENTS, {
				contentType: 'multipart-form-data',
				bodyParts: {
					parameters: [
						{ name: 'name__v', parameterType: 'formData', value: 'Leaflet' },
						{ name: 'file', parameterType: 'formBinaryData', inputDataFieldName },
					],
				},
			});
		const input = [{ json: { files: binary } as unknown as IDataObject }];
		for (const field of ['files.leaflet', '={{ $json.files.leaflet }}']) {
			const node = fixture.engine.node('Vault', VEEVA_VAULT, given(field), { credential });
			const { error } = await fixture.engine.run([node], {
				input,
				settings: { binaryMode: 'combined' },
			});
			expect(error).toBeUndefined();
			expect(lastCall()?.files?.file.sha256).toBe(sha256);
		}
	});

	test('are uploaded under the name of their field when they have none', async () => {
		const credential = await fixture.credential();
		const input = await withFile();
		input[0].binary.leaflet.fileName = '';
		await fixture.engine.vault(upload, { credential, input });
		expect(lastCall()?.files?.file).toMatchObject({ fileName: 'leaflet', sha256 });
	});

	test('are sent again after the session was renewed', async () => {
		const credential = await fixture.credential();
		await fixture.engine.vault(keepAlive, { credential });
		fixture.vault.killSessions();
		const { error } = await fixture.engine.vault(upload, { credential, input: await withFile() });
		expect(error).toBeUndefined();
		const uploads = fixture.vault.calls.filter(({ path }) => path.endsWith(DOCUMENTS));
		expect(uploads.map(({ outcome, files }) => [outcome, files?.file.sha256])).toEqual([
			['INVALID_SESSION_ID', sha256],
			['SUCCESS', sha256],
		]);
		expect(fixture.vault.changes).toBe(3);
	});

	test('are uploaded as the whole body', async () => {
		const credential = await fixture.credential();
		const file = await fixture.engine.file(Buffer.from('name__v\nA\n'), 'a.csv', 'text/csv');
		const { error } = await fixture.engine.vault(
			post('/vobjects/product__v', { contentType: 'binaryData', inputDataFieldName: 'data' }),
			{ credential, input: [{ json: {}, binary: { data: file } }] },
		);
		expect(error).toBeUndefined();
		expect(lastCall()).toMatchObject({
			body: 'name__v\nA\n',
			headers: { 'content-type': 'text/csv', 'content-length': '10' },
		});
	});

	test('are downloaded under the name that Vault gives them', async () => {
		const credential = await fixture.credential();
		fixture.vault.addDocument({
			file: {
				fileName: 'Beipack "Ä".pdf',
				mimeType: 'application/pdf',
				size: content.length,
				content,
			},
		});
		const { items, error } = await fixture.engine.vault(
			request(`${DOCUMENTS}/1/file`, { responseFormat: 'file', outputPropertyName: 'leaflet' }),
			{ credential },
		);
		expect(error).toBeUndefined();
		const [{ json, binary, pairedItem }] = items('Vault');
		expect(json).toMatchObject({
			fileName: 'Beipack _Ä_.pdf',
			mimeType: 'application/pdf',
			bytes: content.length,
		});
		expect(pairedItem).toEqual({ item: 0 });
		const file = binary?.leaflet;
		if (file === undefined) throw new Error('There is no file');
		expect((await fixture.engine.contentOf(file)).equals(content)).toBe(true);
	});

	test('fail when a download breaks off', async () => {
		const credential = await fixture.credential();
		fixture.vault.addDocument({ file: { fileName: 'a.bin', mimeType: 'x', size: 50_000_000 } });
		fixture.vault.fail({ on: { path: '/file' }, with: 'cut' });
		const { error } = await fixture.engine.vault(
			request(`${DOCUMENTS}/1/file`, { responseFormat: 'file' }),
			{ credential },
		);
		expect(error?.message).toContain('closed the connection during its response');
	});

	test.each([
		['a file', { 'Content-Disposition': 'attachment;filename="a.bin"' }],
		['a compressed file', { 'Content-Disposition': 'attachment', 'Content-Encoding': 'gzip' }],
		['a text that is read first', { 'Content-Type': 'text/plain' }],
	])('fail when %s stops in the middle', async (_what, headers) => {
		const stalls: RequestListener = (_request, response) => {
			response.writeHead(200, { ...VAULT_HEADERS, 'Content-Length': '1000', ...headers });
			response.write('Content-Encoding' in headers ? gzipSync(content).subarray(0, 100) : 'begins');
		};
		await withServer(stalls, async (session) => {
			const { error } = await fixture.engine.vault(
				request('/x', { ...session, responseFormat: 'file', options: { timeout: 200 } }),
			);
			expect(error?.message).toMatch(
				/^127\.0\.0\.1:\d+ sent nothing for 0\.2 seconds during its response$/,
			);
		});
	});

	test('may take long to download, as long as data arrives', async () => {
		const drips: RequestListener = (_request, response) => {
			response.writeHead(200, { ...VAULT_HEADERS, 'Content-Disposition': 'attachment' });
			let left = 40;
			const timer = setInterval(() => {
				if (--left > 0) return void response.write('.');
				clearInterval(timer);
				response.end('.');
			}, 100);
		};
		await withServer(drips, async (session) => {
			const { json, error } = await fixture.engine.vault(
				request('/x', { ...session, responseFormat: 'file', options: { timeout: 3000 } }),
			);
			expect(error).toBeUndefined();
			expect(json('Vault')).toMatchObject([{ bytes: 40 }]);
		});
	});
});

describe('a refusal by Vault is an error in every format', () => {
	test.each(['json', 'text', 'file'])('%s', async (responseFormat) => {
		const credential = await fixture.credential();
		const { error } = await fixture.engine.vault(
			request(`${DOCUMENTS}/7/file`, { responseFormat }),
			{
				credential,
			},
		);
		expect(error?.message).toBe('There is no document 7. [INVALID_DATA]');
		expect(error?.description).toContain("Vault's execution ID");
	});

	test.each(['json', 'text', 'file'])(
		'a session that has ended is renewed for %s',
		async (responseFormat) => {
			const credential = await fixture.credential();
			fixture.vault.fail({ with: { error: 'INVALID_SESSION_ID' }, on: { path: DOCUMENTS } });
			const { error } = await fixture.engine.vault(request(DOCUMENTS, { responseFormat }), {
				credential,
			});
			expect(error).toBeUndefined();
			expect(fixture.vault.logins).toBe(2);
		},
	);

	test.each([
		['html', 'did not respond like a Vault: text/html'],
		['500', 'responded with HTTP status 500'],
		['downtime', 'is down for maintenance'],
	] as const)('%s', async (fault, message) => {
		const credential = await fixture.credential();
		for (const responseFormat of ['json', 'text', 'file']) {
			fixture.vault.fail({ with: fault, on: { path: DOCUMENTS } });
			const { error } = await fixture.engine.vault(request(DOCUMENTS, { responseFormat }), {
				credential,
			});
			expect(error?.message).toContain(message);
		}
	});

	describe.each(['application/json', 'application/xml', 'text/csv'])(
		'of records of a bulk call, answered in %s',
		(accept) => {
			test.each(['text', 'file'])('%s', async (responseFormat) => {
				const credential = await fixture.credential();
				const given = {
					contentType: 'json',
					jsonBody: '[{"name__v":"A"},{"name__v":""},{"name__v":"A"}]',
					headerParameters: pairs({ Accept: accept }),
					responseFormat,
				};
				const { error, items } = await fixture.engine.vault(post('/vobjects/product__v', given), {
					credential,
				});
				expect(error?.message).toBe(REFUSED_RECORDS);
				expect(error?.description).toContain("Vault's execution ID");
				expect(items('Vault')).toEqual([]);

				const options = { failedRecordsAsItems: true };
				const whole = await fixture.engine.vault(
					post('/vobjects/product__v', { ...given, options }),
					{ credential },
				);
				expect(whole.error).toBeUndefined();
				expect(whole.items('Vault')).toHaveLength(1);
			});
		},
	);

	test('in XML as well', async () => {
		const credential = await fixture.credential();
		const { error } = await fixture.engine.vault(
			request(`${DOCUMENTS}/7`, {
				responseFormat: 'text',
				headerParameters: pairs({ Accept: 'application/xml' }),
			}),
			{ credential },
		);
		expect(error?.message).toBe('There is no document 7. [INVALID_DATA]');
	});
});

describe("a server's response", () => {
	const answering = (headers: object, body: string): RequestListener => {
		return (_request, response) => {
			response.writeHead(200, { ...VAULT_HEADERS, ...headers });
			response.end(body);
		};
	};

	test.each(['json', 'text', 'file'])(
		'is shown without a session that it repeats, in %s',
		async (format) => {
			const record = { responseStatus: 'FAILURE', errors: [{ type: 'S1', message: 'It is S1.' }] };
			const body = JSON.stringify({ responseStatus: 'SUCCESS', data: [record] });
			await withServer(answering({ 'X-VaultAPI-ExecutionId': 'S1' }, body), async (session) => {
				const { error } = await fixture.engine.vault(
					post('/x', { ...session, responseFormat: format }),
				);
				expect(error?.message).toBe('Vault refused 1 of 1 records: record 1: It is ***. [***]');
				expect(JSON.stringify({ ...error, node: undefined })).not.toContain('S1"');
			});
		},
	);

	test.each(['json', 'text', 'file'])('is an error when it breaks off, in %s', async (format) => {
		const breaks: RequestListener = (_request, response) => {
			response.writeHead(200, { ...VAULT_HEADERS, 'Content-Length': '1000' });
			response.write('{"responseStatus":', () => response.destroy());
		};
		await withServer(breaks, async (session) => {
			const { error } = await fixture.engine.vault(
				post('/x', { ...session, responseFormat: format }),
			);
			expect(error?.message).toMatch(/ closed the connection during its response$/);
			expect(error?.description).toContain('The call was carried out');
		});
	});

	test('is shown once when it is a warning', async () => {
		const body = JSON.stringify({
			responseStatus: 'WARNING',
			warnings: [{ type: 'PARTIAL', message: 'Not all of S1.' }],
			data: [{ id: 1 }],
		});
		await withServer(answering({}, body), async (session) => {
			const query = { resource: 'query', operation: 'run', query: 'SELECT id FROM x', ...session };
			for (const given of [request('/x', session), query]) {
				const outcome = await fixture.engine.vault(given, { items: [{}, {}] });
				expect(outcome.json('Vault')).toEqual([{ id: 1 }, { id: 1 }]);
				expect(outcome.run.data.resultData.runData.Vault[0].hints).toEqual([
					{
						message: 'Vault warns: Not all of ***. [PARTIAL]',
						type: 'warning',
						location: 'outputPane',
					},
				]);
			}
		});
	});

	test('is an error when it is not HTTP', async () => {
		const garbles: RequestListener = ({ socket }) => {
			socket.end('HTTP/1.1 200 OK\r\nA b: c\u0000\r\n\r\n');
		};
		await withServer(garbles, async (session) => {
			const { error } = await fixture.engine.vault(request('/x', session));
			expect(error?.message).toMatch(/ sent a response that is not HTTP$/);
		});
	});

	test('with status 304 is not taken for a redirect', async () => {
		const unchanged: RequestListener = (_request, response) => response.writeHead(304).end();
		await withServer(unchanged, async (session) => {
			const { error } = await fixture.engine.vault(request('/x', session));
			expect(error?.message).toMatch(/ responded with HTTP status 304$/);
		});
	});

	test.each(['text', 'file'])(
		'about an earlier call is not taken for a refusal of this call, as %s',
		async (format) => {
			const log = 'responseStatus,id,errors\nFAILURE,,INVALID_DATA|No.\n';
			await withServer(answering({ 'Content-Type': 'text/csv' }, log), async (session) => {
				const given = { ...session, responseFormat: format };
				const { error } = await fixture.engine.vault(request('/x', given));
				expect(error).toBeUndefined();
				expect((await fixture.engine.vault(post('/x', given))).error?.message).toMatch(
					/refused 1 of 1/,
				);
			});
		},
	);
});

test('headers and timeout apply to every page', async () => {
	const seen: Array<string | undefined> = [];
	const pages: RequestListener = ({ url, headers }, response) => {
		seen.push(`${String(headers['x-vaultapi-clientid'])} ${String(headers['x-a'])}`);
		response.writeHead(200, VAULT_HEADERS);
		// The last page never comes to its end.
		if (url?.endsWith('p=3') === true) return void response.write('{');
		const responseDetails = {
			next_page: url?.endsWith('p=2') ? '/api/v25.2/x?p=3' : '/api/v25.2/x?p=2',
		};
		response.end(JSON.stringify({ responseStatus: 'SUCCESS', responseDetails, data: [{ id: 1 }] }));
	};
	await withServer(pages, async (session) => {
		const { error } = await fixture.engine.vault(
			request('/x', {
				...session,
				headerParameters: pairs({ 'X-VaultAPI-ClientID': 'own', 'X-A': '1' }),
				options: { followPages: '={{ "true" }}', timeout: 1000 },
			}),
		);
		expect(error?.message).toMatch(/ did not respond in time$/);
		expect(seen).toEqual(['own 1', 'own 1', 'own 1']);
	});
});

test.each(['={{ $("Nope").first().json.a }}', '={{ [1].chunk("a") }}'])(
	'an expression that cannot be evaluated is reported as a field that is not valid: %s',
	async (path) => {
		const credential = await fixture.credential();
		const { json } = await fixture.engine.vault(request(path), {
			credential,
			onError: 'continueRegularOutput',
		});
		expect(json('Vault')).toEqual([
			{
				error: {
					message: expect.stringMatching(/./),
					description: expect.any(String),
					type: 'INVALID_FIELD',
				},
			},
		]);
		expect(fixture.vault.calls).toEqual([]);
	},
);

describe('bulk responses', () => {
	const jsonBody = '[{"name__v":"A"},{"name__v":""},{"name__v":"A"}]';
	const bulk = (more: IDataObject) =>
		post('/vobjects/product__v', { contentType: 'json', jsonBody, ...more });

	test('are an error when Vault refused records', async () => {
		const credential = await fixture.credential();
		const { error } = await fixture.engine.vault(bulk({}), { credential });
		expect(error?.message).toBe(REFUSED_RECORDS);
		expect(error?.description).toContain('Vault has processed the other records');
		expect(error?.description).toMatch(/ Vault's execution ID: [\w-]+\.$/);
		expect(fixture.vault.count({ path: '/product__v' })).toBe(1);
	});

	test('are an error in CSV as well', async () => {
		const credential = await fixture.credential();
		const { error } = await fixture.engine.vault(
			bulk({ responseFormat: 'text', headerParameters: pairs({ Accept: 'text/csv' }) }),
			{ credential },
		);
		expect(error?.message).toContain('Vault refused 2 of 3 records: record 2');
		expect(error?.message).toContain('The name "A", is taken. [INVALID_DATA]');
	});

	test('return one item for each record with Failed Records as Items', async () => {
		const credential = await fixture.credential();
		const { json, error } = await fixture.engine.vault(
			bulk({ options: { failedRecordsAsItems: true } }),
			{ credential },
		);
		expect(error).toBeUndefined();
		expect(json('Vault')).toEqual([
			expect.objectContaining({ responseStatus: 'SUCCESS' }),
			{
				responseStatus: 'FAILURE',
				errors: [{ type: 'PARAMETER_REQUIRED', message: 'Missing required parameter [name__v].' }],
			},
			expect.objectContaining({ responseStatus: 'FAILURE' }),
		]);
	});
});

describe('responses', () => {
	const three = async () => {
		const credential = await fixture.credential();
		for (const name of ['A', 'B', 'C']) fixture.vault.addDocument({ name });
		return credential;
	};

	test('are simplified to one item for each element', async () => {
		const credential = await three();
		const { json } = await fixture.engine.vault(request(DOCUMENTS), { credential });
		expect(json('Vault').map(({ name__v }) => name__v)).toEqual(['A', 'B', 'C']);
	});

	test('are returned as Vault wrote them when simplifying is off', async () => {
		const credential = await three();
		const { json } = await fixture.engine.vault(request(DOCUMENTS, { simplify: false }), {
			credential,
		});
		expect(json('Vault')).toEqual([
			expect.objectContaining({ responseStatus: 'SUCCESS', size: 3 }),
		]);
	});

	test.each([
		['GET', '/vobjects/product__v?limit=2', {}],
		[
			'POST',
			'/query',
			{
				contentType: 'form-urlencoded',
				bodyParameters: pairs({ q: 'SELECT id, name__v FROM documents PAGESIZE 2' }),
			},
		],
	])('are followed over their pages with the same method: %s %s', async (method, path, more) => {
		const credential = await three();
		await fixture.engine.vault(
			post('/vobjects/product__v', {
				contentType: 'raw',
				body: 'name__v\nA\nB\nC\n',
			}),
			{ credential },
		);
		const { changes } = fixture.vault;
		const given = request(path, { method, ...more, options: { followPages: true } });
		const { json, error } = await fixture.engine.vault(given, { credential });
		expect(error).toBeUndefined();
		expect(json('Vault').map(({ name__v }) => name__v)).toEqual(['A', 'B', 'C']);
		expect(lastCall()?.method).toBe(method);
		expect(fixture.vault.changes).toBe(changes);

		const whole = { method, ...more, options: { followPages: true }, simplify: false };
		const pages = await fixture.engine.vault(request(path, whole), { credential });
		expect(pages.json('Vault')).toHaveLength(2);
	});
});

describe('pages that lead in a circle are an error', () => {
	test.each([
		['to itself', ['/api/v25.2/objects/users?start=0'], 1],
		['back to the first', ['/api/v25.2/p/2', '/api/v25.2/objects/users?start=0'], 2],
		['back to another', ['/api/v25.2/p/2', '/api/v25.2/p/3', '/api/v25.2/p/2'], 3],
	])('%s', async (_name, next, count) => {
		let called = 0;
		await withServer(
			(_request, response) => {
				const next_page = next[called];
				called += 1;
				response.writeHead(200, VAULT_HEADERS).end(
					JSON.stringify({
						responseStatus: 'SUCCESS',
						responseDetails: { next_page },
						data: [{ id: called }],
					}),
				);
			},
			async (session) => {
				const { error, json } = await fixture.engine.vault(
					request('/objects/users', {
						...session,
						queryParameters: pairs({ start: 0 }),
						options: { followPages: true },
					}),
				);
				expect(error?.message).toMatch(/^127\.0\.0\.1:\d+ returned pages in a loop$/);
				expect(json('Vault')).toEqual([]);
				expect(called).toBe(count);
			},
		);
	});

	test('of a query', async () => {
		let called = 0;
		await withServer(
			(_request, response) => {
				called += 1;
				response.writeHead(200, VAULT_HEADERS).end(
					JSON.stringify({
						responseStatus: 'SUCCESS',
						responseDetails: { next_page: '/api/v25.2/query' },
						data: [{ id: called }],
					}),
				);
			},
			async (session) => {
				const { error } = await fixture.engine.vault({
					resource: 'query',
					operation: 'run',
					query: 'SELECT id FROM documents',
					returnAll: true,
					...session,
				} as never);
				expect(error?.message).toMatch(/returned pages in a loop$/);
				expect(called).toBe(1);
			},
		);
	});
});

describe('a Vault that responds before it has read the body', () => {
	beforeAll(async () => await fixture.engine.keepFilesOnDisk());
	const refusal = { responseStatus: 'FAILURE', errors: [{ type: 'INVALID_DATA', message: 'No.' }] };
	const done = { responseStatus: 'SUCCESS', id: 1 };
	const ways = {
		'a file': { contentType: 'binaryData', inputDataFieldName: 'leaflet' },
		'a form': {
			contentType: 'multipart-form-data',
			bodyParts: {
				parameters: [
					{ name: 'file', parameterType: 'formBinaryData', inputDataFieldName: 'leaflet' },
				],
			},
		},
	};

	describe.each(Object.entries(ways))('leaves no stream open of %s', (_name, body) => {
		test.each([
			['json', refusal],
			['text', refusal],
			['file', refusal],
			['json', done],
			['text', done],
			['file', done],
		])('%s: %j', async (responseFormat, answer) => {
			const opened = fixture.engine.filesOpened();
			const leaflet = await fixture.engine.file(Buffer.alloc(32_000_000), 'a.bin', 'x/y');
			await withServer(
				(upload, response) => {
					const isDownload = responseFormat === 'file' && answer === done;
					const name = isDownload ? { 'Content-Disposition': 'attachment; filename="a.json"' } : {};
					let read = 0;
					upload.on('data', ({ length }: Buffer) => {
						read += length;
						// The file is open now; the rest of it is left where it is.
						if (read < 10_000 || response.headersSent) return;
						upload.pause();
						// Else Node breaks off the connection, and what it has answered may be lost.
						const headers = { ...VAULT_HEADERS, ...name, Connection: 'keep-alive' };
						response.writeHead(200, headers).end(JSON.stringify(answer));
					});
				},
				async (session) => {
					const { error } = await fixture.engine.vault(
						post(DOCUMENTS, { ...session, ...body, responseFormat }),
						{ input: [{ json: {}, binary: { leaflet } }] },
					);
					expect(error?.message).toBe(answer === done ? undefined : 'No. [INVALID_DATA]');
				},
			);
			for (let looks = 0; looks < 100 && !opened[0]?.destroyed; looks += 1) await sleep(10);
			expect(opened.map(({ destroyed }) => destroyed)).toEqual([true]);
		});
	});
});

test('Request and Run Query work in a delegated session', async () => {
	const credential = await fixture.credential();
	const { engine } = fixture;
	fixture.vault.addDocument({ name: 'Leaflet' });
	const given = {
		sessionSource: 'sessionId',
		sessionId: "={{ $('Start').item.json.delegated_sessionid }}",
		vaultDns: "={{ $('Start').item.json.vault_dns }}",
	};
	const start = {
		resource: 'delegation',
		operation: 'start',
		delegation: { __rl: true as const, mode: 'id', value: '1776:61579' },
	};
	const query = {
		resource: 'query',
		operation: 'run',
		query: 'SELECT id FROM documents',
		...given,
	};
	const create = post(DOCUMENTS, {
		contentType: 'form-urlencoded',
		bodyParameters: pairs({ name__v: 'On behalf' }),
		...given,
	});
	const outcome = await engine.run([
		engine.node('Start', VEEVA_VAULT, start, { credential }),
		engine.node('Query', VEEVA_VAULT, query),
		engine.node('Create', VEEVA_VAULT, create),
	]);
	expect(outcome.error).toBeUndefined();
	expect(outcome.json('Query')).toEqual([{ id: 1 }]);
	expect(
		calls()
			.slice(-2)
			.map(({ userId }) => userId),
	).toEqual([61579, 61579]);

	const delegated = await fixture.credential({
		delegated: true,
		delegatedVaultId: '1777',
		delegatorUserId: '61579',
	});
	for (const path of [DOCUMENTS, `${fixture.qualityDocs}/api/v25.2${DOCUMENTS}`]) {
		const { error } = await engine.vault(request(path), { credential: delegated });
		expect(error).toBeUndefined();
		expect(lastCall()).toMatchObject({ host: fixture.vault.hosts.qualityDocs, userId: 61579 });
	}
	const own = await engine.vault(request(`${fixture.promoMats}/api/v25.2${DOCUMENTS}`), {
		credential: delegated,
	});
	expect(own.error?.message).toContain('was not sent');
});

test('follows no redirect, and shows no secret in an error', async () => {
	const credential = await fixture.credential();
	for (const responseFormat of ['json', 'text', 'file']) {
		fixture.vault.fail({
			on: { path: DOCUMENTS },
			with: 'redirect',
			to: `${fixture.qualityDocs}/api/v25.2/elsewhere`,
		});
		const { error, run } = await fixture.engine.vault(request(DOCUMENTS, { responseFormat }), {
			credential,
		});
		expect(error?.message).toContain('the redirect was not followed');
		const saved = JSON.stringify([run.data, error, error?.stack]);
		expect(saved).not.toContain(fixture.vault.sessions()[0].id);
	}
	expect(fixture.vault.count({ path: '/elsewhere' })).toBe(0);
});

test('with a session ID, API version and client ID are offered among the options', async () => {
	const credential = await fixture.credential();
	await fixture.engine.vault({ resource: 'session', operation: 'keepAlive' }, { credential });
	const { error } = await fixture.engine.vault(
		request(DOCUMENTS, {
			sessionSource: 'sessionId',
			sessionId: fixture.vault.sessions()[0].id,
			vaultDns: fixture.promoMats,
			options: { apiVersion: 'v24.3', clientId: 'own-client', followPages: true, concurrency: 2 },
		}),
	);
	expect(error).toBeUndefined();
	expect(lastCall()).toMatchObject({
		path: '/api/v24.3/objects/documents',
		headers: { 'x-vaultapi-clientid': 'own-client' },
	});
});

test("a response that must be JSON is distinguished from a proxy's page", async () => {
	const { error } = await fixture.engine.vault(
		post('/vobjects/product__v', {
			contentType: 'raw',
			rawContentType: 'text/csv',
			body: 'name__v\nCholecap',
			headerParameters: pairs({ Accept: 'text/csv' }),
		}),
		{ credential: await fixture.credential() },
	);
	expect(error?.message).toMatch(/did not respond like a Vault: text\/csv/);
	expect(error?.description).toContain('request that format');
	expect(fixture.vault.count({ path: /product__v$/, outcome: 'SUCCESS' })).toBe(1);
});
