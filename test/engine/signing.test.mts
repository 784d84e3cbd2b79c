import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { ME } from '../fixture/data.mts';
import { useFixture } from '../fixture/jest.mts';
import { HTTP_REQUEST } from './engine.mts';

const fixture = useFixture();

/** A server that is not Vault's, which keeps the headers that it receives. */
let otherServer: Server;
let received: Array<Record<string, unknown>>;
let otherOrigin: string;

beforeAll(async () => {
	otherServer = createServer((request, response) => {
		received.push({ ...request.headers });
		response.setHeader('content-type', 'application/json').end('{}');
	});
	await new Promise<void>((resolve) => otherServer.listen(0, '127.0.0.1', resolve));
	otherOrigin = `http://127.0.0.1:${(otherServer.address() as AddressInfo).port}`;
});
afterAll(async () => await new Promise((resolve) => otherServer.close(resolve)));
beforeEach(() => (received = []));

test('a request to another host is refused before it is sent', async () => {
	const credential = await fixture.credential();
	await fixture.engine.httpRequest(fixture.promoMats + ME, credential);
	const before = fixture.vault.calls.length;
	const { error } = await fixture.engine.httpRequest(`${otherOrigin}/api`, credential);
	expect(error?.message).toBe(
		`The request to ${new URL(otherOrigin).host} was not sent: it is not a host of this credential's Vault`,
	);
	expect(error?.description).toContain(
		`signs only requests to ${fixture.vault.hosts.promoMats}, ${fixture.vault.hosts.qualityDocs}.`,
	);
	expect(received).toEqual([]);
	expect(fixture.vault.calls).toHaveLength(before);
});

test('a request to another host is refused when there is no session yet', async () => {
	const credential = await fixture.credential();
	const { error } = await fixture.engine.httpRequest(`${otherOrigin}/api`, credential);
	expect(error?.message).toContain("it is not a host of this credential's Vault");
	expect(received).toEqual([]);
});

test('a request to another domain causes no login', async () => {
	const credential = await fixture.credential();
	const { error } = await fixture.engine.httpRequest('https://example.com/api', credential);
	expect(error?.message).toContain("it is not a host of this credential's Vault");
	expect(fixture.vault.logins).toBe(0);
});

test.each([
	['a user name that looks like the Vault', (vault: string) => `http://${vault}@127.0.0.1:1/`],
	['a longer host name', () => 'https://localhost.example.com/'],
	['another port', () => 'http://localhost:1/'],
])('%s does not pass for the Vault', async (_name, url) => {
	const credential = await fixture.credential();
	const { error } = await fixture.engine.httpRequest(
		url(fixture.vault.hosts.promoMats),
		credential,
	);
	expect(error?.message).toMatch(/was not sent/);
});

test('a request to another Vault of the same user is signed', async () => {
	const credential = await fixture.credential();
	const { json } = await fixture.engine.httpRequest(fixture.qualityDocs + ME, credential);
	expect(json('HTTP')).toEqual([expect.objectContaining({ responseStatus: 'SUCCESS' })]);
});

test('the session is never sent over plain http', async () => {
	const credential = await fixture.credential({
		vaultDns: 'myvault.veevavault.com',
		// A session of these fields would be needed to get further, and there is none.
	});
	const { error } = await fixture.engine.httpRequest(
		'http://myvault.veevavault.com/api',
		credential,
	);
	expect(error?.message).toBe(
		'The request to myvault.veevavault.com was not sent: it would carry the session over plain http',
	);
	expect(fixture.vault.calls).toEqual([]);
});

test('a redirect to another host does not carry the session', async () => {
	const credential = await fixture.credential();
	fixture.vault.fail({ on: { path: ME }, with: 'redirect', to: `${otherOrigin}/take` });
	await fixture.engine.httpRequest(fixture.promoMats + ME, credential, {
		parameters: { options: { sendCredentialsOnCrossOriginRedirect: true } },
	});
	expect(received).toHaveLength(1);
	expect(received[0]).not.toHaveProperty('authorization');
});

test('the Veeva Vault node follows no redirect at all', async () => {
	const credential = await fixture.credential();
	fixture.vault.fail({ on: { path: ME }, with: 'redirect', to: `${otherOrigin}/take` });
	const { error } = await fixture.engine.vault(
		{ resource: 'session', operation: 'validate' },
		{ credential },
	);
	expect(error?.message).toBe(
		`${fixture.vault.hosts.promoMats} redirected the call to ${new URL(otherOrigin).host}; the redirect was not followed`,
	);
	expect(received).toEqual([]);
});

test('a redirect to another host does not carry a login with its password', async () => {
	const credential = await fixture.credential();
	fixture.vault.fail({ on: { path: '/auth' }, with: 'redirect', to: `${otherOrigin}/take` });
	const { error } = await fixture.engine.httpRequest(fixture.promoMats + ME, credential);
	expect(error?.message).toContain('the redirect was not followed');
	expect(received).toEqual([]);
});

describe('headers', () => {
	const withHeaders = async (headers: Record<string, string>) => {
		const credential = await fixture.credential();
		await fixture.engine.httpRequest(fixture.promoMats + ME, credential, {
			parameters: {
				sendHeaders: true,
				headerParameters: {
					parameters: Object.entries(headers).map(([name, value]) => ({ name, value })),
				},
			},
		});
		return fixture.vault.calls.at(-1);
	};

	test("carry the session ID and the credential's client ID", async () => {
		const call = await withHeaders({});
		expect(call?.headers).toMatchObject({
			authorization: fixture.vault.sessions()[0].id,
			'x-vaultapi-clientid': 'n8n-nodes-veeva-vault',
		});
	});

	test("carry the session instead of the caller's Authorization", async () => {
		const call = await withHeaders({ authorization: 'mine' });
		expect(call?.headers.authorization).toBe(fixture.vault.sessions()[0].id);
	});

	test("keep the caller's client ID", async () => {
		const call = await withHeaders({ 'x-vaultapi-clientid': 'my-own' });
		expect(call?.headers['x-vaultapi-clientid']).toBe('my-own');
	});
});

test('a request answered with HTTP status 401 is not sent again', async () => {
	let posts = 0;
	const proxy = createServer((request, response) => {
		posts += request.method === 'POST' && !request.url?.endsWith('/auth') ? 1 : 0;
		response.statusCode = 401;
		response.end();
	});
	await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
	const origin = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
	fixture.vault.fail({ on: { path: '/objects/documents' }, with: 'redirect', to: origin });
	const credential = await fixture.credential();
	await fixture.engine.httpRequest(fixture.promoMats + ME, credential);
	await fixture.engine.httpRequest(`${fixture.promoMats}/api/v25.2/objects/documents`, credential, {
		parameters: { method: 'POST' },
	});
	await new Promise((resolve) => proxy.close(resolve));
	expect(fixture.vault.count({ method: 'POST', path: '/objects/documents' })).toBe(1);
	expect(posts).toBeLessThanOrEqual(1);
	expect(fixture.vault.logins).toBe(1);
});

describe('the wrong Vault', () => {
	test('is noticed after the login: its session is ended, and the message names both Vaults', async () => {
		const credential = await fixture.credential({
			username: 'tom@veepharm.com',
			password: 'correct horse battery',
		});
		const { error } = await fixture.engine.vault(
			{ resource: 'session', operation: 'validate' },
			{ credential },
		);
		expect(error?.message).toBe(
			`Vault opened "QualityDocs" at ${fixture.vault.hosts.qualityDocs} instead of ${fixture.vault.hosts.promoMats}`,
		);
		expect(fixture.vault.sessions()).toEqual([]);
		expect(fixture.vault.count({ path: ME })).toBe(0);
		expect(await fixture.engine.credentialData(credential)).not.toHaveProperty('sessionToken');
	});
});

test('n8n does not send a request again when its connection broke', async () => {
	const credential = await fixture.credential();
	await fixture.engine.httpRequest(fixture.promoMats + ME, credential);
	fixture.vault.fail({ on: { path: '/objects/documents' }, with: 'reset', executed: true });
	const { engine } = fixture;
	const node = engine.node(
		'HTTP',
		HTTP_REQUEST,
		{
			method: 'POST',
			url: `${fixture.promoMats}/api/v25.2/objects/documents`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'veevaVaultApi',
			sendBody: true,
			contentType: 'form-urlencoded',
			bodyParameters: { parameters: [{ name: 'name__v', value: 'Once' }] },
			options: {},
		},
		{ credential },
	);
	const { error } = await engine.run([node]);
	expect(error).toBeDefined();
	expect(fixture.vault.count({ method: 'POST', path: '/objects/documents' })).toBe(1);
});
