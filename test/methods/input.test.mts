import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, describe, test } from 'node:test';

import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { failureOf, userOf } from '../fixture/fixture.mts';
import { type ProviderFixture, startProviderFixture } from '../fixture/provider.mts';
import { methodNamed } from './methods.mts';

type Value = ICredentialDataDecryptedObject[string];
/** Field of the credential, what is entered, and how the message begins */
type Wrong = [field: string, value: Value, message: string];

const pem = (key: { export(options: { type: 'pkcs8'; format: 'pem' }): string | Buffer }) =>
	key.export({ type: 'pkcs8', format: 'pem' }).toString();
const { privateKey: p521 } = generateKeyPairSync('ec', { namedCurve: 'P-521' });
const { privateKey: x25519 } = generateKeyPairSync('x25519');
const { privateKey: ed25519, publicKey } = generateKeyPairSync('ed25519');
const encrypted = ed25519
	.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
	.toString();
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const half = pem(ed25519).slice(0, 60);

const common: Wrong[] = [
	['authentication', '', 'Authentication Method is empty'],
	['authentication', 'smoke signals', 'Authentication Method is not valid: "smoke signals"'],
	['vaultDns', '', 'Vault DNS is empty'],
	['vaultDns', 'vault', 'Vault DNS is not valid: "vault"'],
	['vaultDns', 'http://vault.veevavault.com', 'Vault DNS is not valid: "http://'],
	['apiVersion', '', 'API Version is empty'],
	['apiVersion', '25.2', 'API Version is not valid: "25.2"'],
	['sessionTimeout', 0, 'Session Timeout (Minutes) is not valid: "0"'],
	['sessionTimeout', 481, 'Session Timeout (Minutes) is not valid: "481"'],
	['vaultClientId', '', 'Client ID is empty'],
	['vaultClientId', 'a b', 'Client ID is not valid: "a b"'],
	['loginHost', '', 'Login Host is empty'],
	['loginHost', 'login', 'Login Host is not valid: "login"'],
];

const delegation: Wrong[] = [
	['delegatedVaultId', '', 'Vault ID is empty'],
	['delegatedVaultId', 'QualityDocs', 'Vault ID is not valid: "QualityDocs"'],
	['delegatedVaultId', '17:77', 'Vault ID is not valid: "17:77"'],
	['delegatedVaultId', '-1', 'Vault ID is not valid: "-1"'],
	['delegatorUserId', '', 'Delegator User ID is empty'],
	['delegatorUserId', 'ian@veepharm.com', 'Delegator User ID is not valid: "ian@veepharm.com"'],
	['delegatorUserId', 1.5, 'Delegator User ID is not valid: "1.5"'],
];

const oAuth2: Wrong[] = [
	['oAuth2Grant', '', 'Grant is empty'],
	['oAuth2Grant', 'implicit', 'Grant is not valid: "implicit"'],
	['oAuth2ProfileId', '', 'User Name is empty'],
	['oAuth2ProfileId', 7, 'Profile ID is not valid: "7"'],
	['username', 7, 'User Name is not valid: "7"'],
];

const client: Wrong[] = [
	['oAuth2TokenEndpoint', '', 'User Name is empty'],
	['oAuth2TokenEndpoint', 'login.mycompany.com/token', 'Token Endpoint is not valid'],
	[
		'oAuth2TokenEndpoint',
		'http://login.mycompany.com/token',
		'Token Endpoint is not valid: "http:',
	],
	['oAuth2TokenEndpoint', 'ftp://login.mycompany.com/token', 'Token Endpoint is not valid: "ftp:'],
	['oAuth2TokenEndpoint', 'https://a:hidden@b.com/token', 'Token Endpoint is not valid'],
	['oAuth2TokenEndpoint', 7, 'Token Endpoint is not valid: "7"'],
	['oAuth2ClientId', '', 'User Name is empty'],
	['oAuth2ClientId', 7, 'Client ID at the Provider is not valid: "7"'],
	['oAuth2ClientAuthentication', '', 'Client Authentication is empty'],
	['oAuth2ClientAuthentication', 'smile', 'Client Authentication is not valid: "smile"'],
	['oAuth2Scope', 7, 'Scope is not valid: "7"'],
];

/** By method: every field that it uses */
const fields: Record<string, Wrong[]> = {
	'User name and password': [
		...common,
		['username', '', 'User Name is empty'],
		['username', ' ', 'User Name is empty'],
		['username', 7, 'User Name is not valid: "7"'],
		['password', '', 'Password is empty'],
		['password', 12345678, 'Password is not valid'],
		...delegation,
	],
	'OAuth 2.0, client credentials, secret in body': [
		...common,
		...oAuth2,
		...client,
		['oAuth2ClientSecret', '', 'Client Secret is empty'],
		['oAuth2ClientSecret', 12345678, 'Client Secret is not valid'],
		...delegation,
	],
	'OAuth 2.0, client credentials, secret in header': [
		['oAuth2ClientSecret', '', 'Client Secret is empty'],
		['oAuth2ClientSecret', 12345678, 'Client Secret is not valid'],
	],
	'OAuth 2.0, client credentials, RSA key': [
		...client,
		['oAuth2PrivateKey', '', 'Private Key is empty'],
		['oAuth2PrivateKey', '  \n', 'Private Key is empty'],
		['oAuth2PrivateKey', 'my key', 'Private Key is not valid'],
		['oAuth2PrivateKey', encrypted, 'Private Key is not valid'],
		['oAuth2PrivateKey', publicPem, 'Private Key is not valid'],
		['oAuth2PrivateKey', half, 'Private Key is not valid'],
		['oAuth2PrivateKey', pem(p521), 'Private Key is not valid'],
		['oAuth2PrivateKey', pem(x25519), 'Private Key is not valid'],
		['oAuth2KeyId', 7, 'Key ID is not valid: "7"'],
	],
	'OAuth 2.0, refresh token, secret in body': [
		...oAuth2,
		...client,
		['oAuth2RefreshToken', '', 'Refresh Token is empty'],
		['oAuth2RefreshToken', 12345678, 'Refresh Token is not valid'],
		...delegation,
	],
	'OAuth 2.0, resource owner password, secret in body': [
		...oAuth2,
		...client,
		['oAuth2Username', '', 'User Name at the Provider is empty'],
		['oAuth2Username', ' ', 'User Name at the Provider is empty'],
		['oAuth2Username', 7, 'User Name at the Provider is not valid: "7"'],
		['oAuth2Password', '', 'Password at the Provider is empty'],
		['oAuth2Password', 12345678, 'Password at the Provider is not valid'],
		...delegation,
	],
	'OAuth 2.0, access token given': [
		...oAuth2,
		['oAuth2AccessToken', '', 'Access Token is empty'],
		['oAuth2AccessToken', ' ', 'Access Token is empty'],
		['oAuth2AccessToken', 'Bearer hidden', 'Access Token is not valid'],
		['oAuth2AccessToken', 'hid\nDEN', 'Access Token is not valid'],
		['oAuth2AccessToken', 'hiddén', 'Access Token is not valid'],
		['oAuth2AccessToken', 12345678, 'Access Token is not valid'],
		...delegation,
	],
	'API access token': [
		...common,
		['accessToken', '', 'API Access Token is empty'],
		['accessToken', ' ', 'API Access Token is empty'],
		['accessToken', 'hidden', 'API Access Token is not valid'],
		['accessToken', 'veeva-vault-', 'API Access Token is not valid'],
		['accessToken', 'Bearer veeva-vault-hidden', 'API Access Token is not valid'],
		['accessToken', 'veeva-vault-hid DEN', 'API Access Token is not valid'],
		['accessToken', 'veeva-vault-hid\r\nDEN', 'API Access Token is not valid'],
		['accessToken', 12345678, 'API Access Token is not valid'],
	],
	'Salesforce delegated': [
		...common,
		['salesforceSessionToken', '', 'Salesforce Session Token is empty'],
		['salesforceSessionToken', 'hid DEN', 'Salesforce Session Token is not valid'],
		['salesforceSessionToken', 'hid\r\nDEN', 'Salesforce Session Token is not valid'],
		['salesforceSessionToken', 12345678, 'Salesforce Session Token is not valid'],
		['salesforceHost', '', 'Salesforce Host is empty'],
		['salesforceHost', 'salesforce', 'Salesforce Host is not valid: "salesforce"'],
		['salesforceHost', 'http://my.salesforce.com', 'Salesforce Host is not valid: "http://my'],
		['salesforceHost', 'https://a:hidden@my.salesforce.com', 'Salesforce Host is not valid'],
	],
	'Session ID': [
		...common,
		['existingSessionToken', '', 'Session ID is empty'],
		['existingSessionToken', ' ', 'Session ID is empty'],
		['existingSessionToken', 'hid DEN', 'Session ID is not valid'],
		['existingSessionToken', 'hid\r\nDEN', 'Session ID is not valid'],
		['existingSessionToken', 'hiddén', 'Session ID is not valid'],
		['existingSessionToken', 12345678, 'Session ID is not valid'],
	],
};

const SECRET = /Secret|Password|PrivateKey|Token$|^password|^accessToken/;

/** What of a value must not be shown, however wrong it is. */
function hidden(field: string, value: Value): string[] {
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	if (!SECRET.test(field)) return text.includes('hidden') ? ['hidden'] : [];
	return text
		.split(/\s|veeva-vault-|-----/)
		.filter((part) => /hid|DEN|\d{8}|[\w+/=]{20}/.test(part));
}

let shared: Promise<ProviderFixture> | undefined;

/** One fixture for all: nothing is called, so nothing is remembered. */
async function calm(): Promise<ProviderFixture> {
	const fixture = await (shared ??= startProviderFixture());
	fixture.vault.reset();
	fixture.provider.requests.length = 0;
	return fixture;
}

after(async () => await (await shared)?.close());

for (const [name, wrong] of Object.entries(fields)) {
	const method = methodNamed(name);
	describe(name, () => {
		for (const [field, value, message] of wrong) {
			test(`${field} ${JSON.stringify(value).slice(0, 40)}: ${message}`, async () => {
				const fixture = await calm();
				const right = await method.fields(fixture);
				fixture.vault.calls.length = 0;
				const credential = await fixture.credentialWith({
					...right,
					...(delegation.some(([of]) => of === field)
						? { delegated: true, delegatedVaultId: '1777', delegatorUserId: '61579' }
						: {}),
					[field]: value,
				});
				const failures = [
					failureOf(await fixture.run(credential)),
					failureOf(await fixture.request(credential)),
					(await fixture.engine.testCredential(credential)).message,
				];
				for (const failure of failures) {
					assert(failure.startsWith(message), failure);
					for (const part of hidden(field, value)) assert(!failure.includes(part), failure);
				}
				assert.match(failures[0], / — Expected /);
				assert.deepEqual(fixture.vault.calls, []);
				assert.deepEqual(fixture.provider.requests, []);
			});
		}
	});
}

describe('valid input is accepted', () => {
	for (const [name, given] of [
		['API access token', { accessToken: ' veeva-vault-0123456789abcdef\n' }],
		['OAuth 2.0, client credentials, secret in body', { oAuth2Scope: ' ', username: '' }],
		['OAuth 2.0, client credentials, RSA key', { oAuth2KeyId: ' ' }],
		// Fields of other methods are not looked at.
		['API access token', { oAuth2Grant: 'none', salesforceHost: 'x', password: '', username: '' }],
		[
			'User name and password',
			{ oAuth2Grant: 'none', accessToken: 'x', existingSessionToken: ' ' },
		],
		['User name and password', { delegated: false, delegatedVaultId: 'x', delegatorUserId: '' }],
	] as const) {
		test(`${name}: ${JSON.stringify(given)}`, async () => {
			const fixture = await calm();
			const method = methodNamed(name);
			const credential = await fixture.credentialWith({
				...(await method.fields(fixture)),
				...given,
			});
			assert.equal(userOf(await fixture.run(credential)), method.user);
		});
	}

	test('a public client needs no secret to use a refresh token', async () => {
		const fixture = await calm();
		const { clientId } = fixture.provider.clients.public;
		const credential = await fixture.credentialWith({
			...(await methodNamed('OAuth 2.0, refresh token, secret in body').fields(fixture)),
			oAuth2ClientId: clientId,
			oAuth2ClientSecret: '',
			oAuth2RefreshToken: await fixture.provider.issueRefreshToken({
				clientId,
				username: 'sam@veepharm.com',
			}),
		});
		assert.equal(userOf(await fixture.run(credential)), 'sam@veepharm.com');
		assert.equal(fixture.provider.requests[0].authentication, 'none');
	});
});
