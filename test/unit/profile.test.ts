import { parseHost } from '../../nodes/VeevaVault/vault/http/hosts';
import type { Send } from '../../nodes/VeevaVault/vault/http/send';
import { discoverProfile } from '../../nodes/VeevaVault/vault/login/profile';
import type { OAuth2Login } from '../../nodes/VeevaVault/vault/login/types';

const OAUTH2: OAuth2Login = {
	method: 'oAuth2',
	username: 'sam@veepharm.com',
	profileId: '',
	tokenEndpoint: '',
	client: { id: 'client', authentication: 'body', secret: 'secret' },
	scope: '',
	grant: { type: 'clientCredentials' },
};

/** The profile that is discovered when Vault gives these metadata of the provider. */
async function discover(
	metadata: object,
	loginHost = 'login.veevavault.com',
	given = '',
	grant: OAuth2Login['grant'] = OAUTH2.grant,
) {
	const send: Send = async () => ({
		statusCode: 200,
		headers: { 'content-type': 'application/json' },
		body: {
			responseStatus: 'SUCCESS',
			data: { auth_type: 'sso', auth_profiles: [{ id: '_1', label: 'P', as_metadata: metadata }] },
		},
	});
	const destination = {
		loginHost: parseHost(loginHost, 'Login Host'),
		settings: { apiVersion: 'v25.2', clientId: 'test' },
	};
	return await discoverProfile(send, destination, { ...OAUTH2, tokenEndpoint: given, grant });
}

test.each([
	['https://id.example.com', 'https://id.example.com/token'],
	['https://example.com/tenant', 'https://example.com/tenant/token'],
	['https://example.com', 'https://login.example.com/token'],
])('of the issuer %s, the token endpoint %s is used', async (issuer, endpoint) => {
	const { tokenEndpoint } = await discover({ issuer, token_endpoint: endpoint });
	expect(tokenEndpoint).toBe(endpoint);
});

test.each([
	['https://id.example.com', 'http://127.0.0.1:8080/token'],
	['https://id.example.com', 'http://id.example.com/token'],
	['https://127.0.0.1', 'https://127.0.0.1/token'],
	['https://10.0.0.8', 'https://10.0.0.8/token'],
	['https://[fd00::1]', 'https://[fd00::1]/token'],
	['https://metadata.internal', 'https://metadata.internal/token'],
	['https://localhost', 'https://localhost/token'],
	['https://intranet', 'https://intranet/token'],
	['https://id.example.com', 'https://id.example.org/token'],
	['https://id.example.com', 'https://id.example.com.evil.net/token'],
	['https://example.com', 'https://other.com/token'],
	['https://example.com', 'https://notexample.com/token'],
	['https://acme.okta.com', 'https://evil.okta.com/token'],
	['urn:acme', 'https://id.example.com/token'],
	[undefined, 'https://id.example.com/token'],
	['https://id.example.com', 'not an address'],
])('of the issuer %s, the token endpoint %s gets no secret', async (issuer, endpoint) => {
	await expect(discover({ issuer, token_endpoint: endpoint })).rejects.toMatchObject({
		type: 'UNTRUSTED_ENDPOINT',
	});
});

test('an endpoint that was entered in the credential is used, whatever Vault names', async () => {
	const metadata = { issuer: 'https://id.example.com', token_endpoint: 'https://evil.net/token' };
	const given = 'https://oauth2.googleapis.com/token';
	expect((await discover(metadata, undefined, given)).tokenEndpoint).toBe(given);
});

test('where the login host is this machine, so may the provider be', async () => {
	const metadata = { issuer: 'http://localhost:9', token_endpoint: 'http://localhost:9/token' };
	expect((await discover(metadata, 'http://localhost:9400')).tokenEndpoint).toBe(
		'http://localhost:9/token',
	);
});

test('with an existing access token no token endpoint is needed, and so none is refused', async () => {
	const metadata = { issuer: 'https://id.example.com', token_endpoint: 'https://evil.net/token' };
	const grant = { type: 'accessToken', token: 'token' } as const;
	const profile = await discover(metadata, undefined, '', grant);
	expect(profile).toMatchObject({ profileId: '_1', tokenEndpoint: '' });
});
