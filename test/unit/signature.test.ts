import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { authenticate, preAuthenticate } from '../../nodes/VeevaVault/credential/authenticate';
import type { SignableOptions } from '../../nodes/VeevaVault/credential/signature';

const VAULT = 'https://myvault.veevavault.com';
const ACCESS = 'veeva-vault-0123456789';

/** A credential that signs without a login. */
const credential = (fields: ICredentialDataDecryptedObject = {}) => ({
	authentication: 'accessToken',
	accessToken: ACCESS,
	vaultDns: 'myvault.veevavault.com',
	loginHost: 'login.veevavault.com',
	apiVersion: 'v25.2',
	vaultClientId: 'test',
	sessionTimeout: 20,
	...fields,
});

const sign = async (options: object) =>
	await authenticate(credential(), { url: `${VAULT}/api/`, ...options } as SignableOptions);

/** Text that reads differently each time, as an object from an expression can. */
function changing(...texts: string[]): string {
	let reads = 0;
	return {
		toString: () => texts[Math.min(reads++, texts.length - 1)],
	} as unknown as string;
}

describe('what was checked is what is sent', () => {
	test.each(['url', 'uri'])(
		'an address in %s that changes is sent as it was checked',
		async (name) => {
			const address = changing(`${VAULT}/api/`, 'https://example.com/');
			const signed = await sign({ url: undefined, [name]: address });
			expect(signed).toMatchObject({ [name]: `${VAULT}/api/` });
		},
	);

	test('an address that changes between two requests is checked for each', async () => {
		const options = { url: changing('https://example.com/', `${VAULT}/api/`) };
		await expect(sign(options)).rejects.toThrow('The request to example.com was not sent');
	});

	test('the address that n8n sends is the one that is checked: url before uri', async () => {
		await expect(sign({ url: 'https://example.com/', uri: `${VAULT}/api/` })).rejects.toThrow(
			'The request to example.com was not sent',
		);
		const signed = await sign({ uri: 'https://example.com/' });
		expect(signed).toMatchObject({ url: `${VAULT}/api/`, uri: `${VAULT}/api/` });
	});

	test('a base address is part of the address, and goes nowhere else', async () => {
		const signed = await sign({ url: '/api/v25.2/keep-alive', baseURL: VAULT });
		expect(signed).toMatchObject({ url: `${VAULT}/api/v25.2/keep-alive` });
		expect(signed).not.toHaveProperty('baseURL');
		await expect(sign({ url: '/api/', baseURL: 'https://example.com' })).rejects.toThrow(
			'The request to example.com was not sent',
		);
	});
});

describe('a request that brings its own connection is not signed', () => {
	test.each([
		['a proxy', { proxy: 'http://127.0.0.1:1' }, 'HTTPS_PROXY'],
		['a proxy as an object', { proxy: { host: '127.0.0.1', port: 1 } }, 'HTTPS_PROXY'],
		['no check of certificates', { skipSslCertificateValidation: true }, 'NODE_EXTRA_CA_CERTS'],
		['no check, in the older form', { rejectUnauthorized: false }, 'NODE_EXTRA_CA_CERTS'],
		['a CA', { agentOptions: { ca: 'PEM' } }, 'NODE_EXTRA_CA_CERTS'],
		['a lookup', { agentOptions: { lookup: () => {} } }, 'NODE_EXTRA_CA_CERTS'],
	])('%s', async (_name, options, advice) => {
		await expect(sign(options)).rejects.toMatchObject({
			type: 'NOT_SIGNED',
			message: expect.stringContaining('The request was not sent'),
			description: expect.stringContaining(advice),
		});
	});

	test('empty settings, as n8n passes them, bring nothing', async () => {
		const options = { proxy: '', agentOptions: {}, rejectUnauthorized: true };
		expect(await sign(options)).toMatchObject({ headers: { authorization: `Bearer ${ACCESS}` } });
	});
});

describe('a request that says who it is, or where it goes, in another way is not signed', () => {
	test.each([
		'Host',
		'Cookie',
		'X-Auth-Host',
		'x-auth-provider',
		'X-HTTP-Method-Override',
		'X-HTTP-Method',
		'X-Method-Override',
		'Proxy-Authorization',
		'X-Original-URL',
		'X-Forwarded-Host',
		' Host ',
	])('header %p', async (name) => {
		await expect(sign({ headers: { [name]: 'GET' } })).rejects.toMatchObject({
			type: 'NOT_SIGNED',
			message: `The request was not sent: it has the header "${name}", so the credential does not sign it`,
		});
	});

	test.each([
		['in the address', { url: `${VAULT}/api/?auth=mine` }, 'auth'],
		['encoded in the address', { url: `${VAULT}/api/?%61uth=mine` }, 'auth'],
		['with a line break in it', { url: `${VAULT}/api/?au\nth=mine` }, 'auth'],
		['with a tab in it', { url: `${VAULT}/api/?e\txt_ns=sfdc` }, 'ext_ns'],
		['in the base URL', { url: '', baseURL: `${VAULT}/api/?auth=mine` }, 'auth'],
		['in another case', { qs: { Ext_Url: 'https://example.com' } }, 'Ext_Url'],
		['in the query', { qs: { ext_ns: 'sfdc' } }, 'ext_ns'],
		['as a list', { qs: { 'auth[]': 'mine' } }, 'auth[]'],
	])('query parameter %s', async (_name, options, parameter) => {
		await expect(sign(options)).rejects.toMatchObject({
			type: 'NOT_SIGNED',
			message: `The request was not sent: it has the query parameter "${parameter}", so the credential does not sign it`,
		});
	});

	test('a user name or password in the URL', async () => {
		await expect(sign({ url: 'https://me:pw@myvault.veevavault.com/api/' })).rejects.toMatchObject({
			type: 'NOT_SIGNED',
		});
	});

	test('no URL at all', async () => {
		await expect(sign({ url: undefined })).rejects.toThrow(
			'The request has no URL that can be read',
		);
	});

	test('an authorization with a space before its name is replaced', async () => {
		const { headers } = await sign({ headers: { ' Authorization': 'mine' } });
		expect(headers).toEqual({ authorization: `Bearer ${ACCESS}`, 'X-VaultAPI-ClientID': 'test' });
	});

	test('basic authentication', async () => {
		await expect(sign({ auth: { user: 'me', pass: 'secret' } })).rejects.toMatchObject({
			type: 'NOT_SIGNED',
		});
	});

	test('other headers and parameters stay', async () => {
		const headers = { 'X-VaultAPI-MigrationMode': 'true', Authorization: 'mine' };
		const signed = await sign({ headers, qs: { author: 'me' } });
		expect(signed.headers).toEqual({
			'X-VaultAPI-MigrationMode': 'true',
			authorization: `Bearer ${ACCESS}`,
			'X-VaultAPI-ClientID': 'test',
		});
	});
});

describe('work is done for the request that asked for it', () => {
	const password = { authentication: 'password', username: 'olivia', password: 'secret' };
	const login = async ({ url }: IHttpRequestOptions) => ({
		statusCode: 200,
		headers: { 'x-vaultapi-executionid': 'e' },
		body: {
			responseStatus: 'SUCCESS',
			sessionId: url.endsWith('/auth') ? `session ${++logins}` : undefined,
			userId: 1,
			vaultId: 2,
			vaultIds: [{ id: 2, name: 'Vault', url: `${VAULT}/api` }],
		},
	});
	let logins = 0;
	const request = () => ({ url: `${VAULT}/api/v25.2/objects/documents`, method: 'POST' as const });

	test('work that n8n never asked for is gone with the next request', async () => {
		const [one, other] = [credential(password), credential(password)];
		await expect(authenticate(one, request())).rejects.toMatchObject({ type: 'RENEWAL_NEEDED' });
		// Meanwhile another step opens the session.
		await expect(authenticate(other, request())).rejects.toMatchObject({ type: 'RENEWAL_NEEDED' });
		await preAuthenticate(other, login);
		await authenticate(one, request());
		// n8n calls this after any failed request, and sends the request again when something is returned.
		expect(await preAuthenticate(one, login)).toEqual({});
	});

	test('what a request answered with HTTP 401 leaves does not refuse another request', async () => {
		const one = { ...credential(password), sessionToken: 'stored' };
		const first = request();
		await authenticate(one, first);
		expect(await preAuthenticate(one, login)).toEqual({});
		await expect(authenticate(one, first)).rejects.toMatchObject({ type: 'HTTP_STATUS' });
		await authenticate(one, request());
		expect(await preAuthenticate(one, login)).toEqual({});
		expect(await authenticate(one, request())).toHaveProperty('headers.authorization');
	});
});
