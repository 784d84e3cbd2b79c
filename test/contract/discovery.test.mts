/** @jest-environment ./test/contract/environment.mts */
import { changed, documented, n8n, read, sent, vaultAnswers, type Call } from './contract.mts';
import { authenticationTypeDiscovery } from './documents/authentication-type-discovery.mts';

const { passwordUser, ssoUser } = authenticationTypeDiscovery;
const username = 'olivia@veepharm.com';
const clientId = 'veepharm-clinical-it-client-int0';

/** What the node adds to Vault's answer: which credential suits the user. */
const credential: unknown = expect.any(Object);

describe('Authentication Type Discovery', () => {
	it.each([
		['Password User', passwordUser],
		['SSO User', ssoUser],
	])('sends the documented request, and returns the whole response: %s', async (_, example) => {
		const request = documented(example);
		vaultAnswers(request, example.answer);
		const { json, error } = await discover({ clientId, includeMsal: true });
		expect(error).toBeUndefined();
		expect(sent).toEqual([request]);
		expect(json('Vault')).toEqual([{ username, ...dataOf(example.answer), credential }]);
	});

	it('client_id is optional', async () => {
		const request: Call = { ...documented(ssoUser), query: { username } };
		vaultAnswers(request, ssoUser.answer);
		const { json, error } = await discover({ includeMsal: true });
		expect(error).toBeUndefined();
		expect(sent).toEqual([request]);
		expect(json('Vault')).toEqual([{ username, ...dataOf(ssoUser.answer), credential }]);
	});

	it('as_client_id is returned where the client_id is mapped', async () => {
		const answer = changed(ssoUser.answer, (text) =>
			text.replace('"use_adal"', '"as_client_id": "7c5d9e-53443", "use_adal"'),
		);
		vaultAnswers(documented(ssoUser), answer);
		const { json } = await discover({ clientId, includeMsal: true });
		expect(json('Vault')).toEqual([{ username, ...dataOf(answer), credential }]);
		expect(json('Vault')).toMatchObject([{ auth_profiles: [{ as_client_id: '7c5d9e-53443' }] }]);
	});

	it.each([
		['left out', {}],
		['switched off', { includeMsal: false }],
	])('X-VaultAPI-AuthIncludeMsal is not sent when %s', async (_, options) => {
		const request = documented(ssoUser);
		delete request.headers['x-vaultapi-authincludemsal'];
		const answer = changed(ssoUser.answer, (text) => text.replace('"use_msal": true,', ''));
		vaultAnswers(request, answer);
		const { json, error } = await discover({ clientId, ...options });
		expect(error).toBeUndefined();
		expect(sent).toEqual([request]);
		expect(json('Vault')).toEqual([{ username, ...dataOf(answer), credential }]);
	});

	it('reads a SAML profile: "the auth_profiles array is empty"', async () => {
		const answer = changed(passwordUser.answer, (text) =>
			text.replace('"password"', '"sso", "auth_profiles": []'),
		);
		vaultAnswers(documented(passwordUser), answer);
		const { json, error } = await discover({ clientId, includeMsal: true });
		expect(error).toBeUndefined();
		expect(json('Vault')).toEqual([{ username, auth_type: 'sso', auth_profiles: [], credential }]);
	});
});

async function discover(options: { clientId?: string; includeMsal?: boolean }) {
	return await n8n.vault({
		resource: 'authentication',
		operation: 'discover',
		username,
		options,
	});
}

function dataOf(answer: string): Record<string, unknown> {
	return read(answer).data as Record<string, unknown>;
}
