import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { startRecorder } from '../faults/servers.mts';
import { clock } from '../fixture/clock.mts';
import { MINUTE, SAM } from '../fixture/data.mts';
import { failureOf, userOf } from '../fixture/fixture.mts';
import { fixtureFor, type ProviderFixture } from '../fixture/provider.mts';
import { textOf } from '../fixture/text.mts';
import type { TokenFault } from '../identity/token-endpoint.mts';
import { givenTokenFields, oAuth2Fields, type GrantName } from './methods.mts';

const providerHost = ({ provider }: ProviderFixture) => new URL(provider.tokenEndpoint).host;

/** Both nodes and the credential test, on a credential that meets the same trouble each time. */
const entryPoints = {
	'Veeva Vault node': async (fixture: ProviderFixture, credential: string) =>
		failureOf(await fixture.run(credential)),
	'HTTP Request node': async (fixture: ProviderFixture, credential: string) =>
		failureOf(await fixture.request(credential)),
	'credential test': async ({ engine }: ProviderFixture, credential: string) =>
		(await engine.testCredential(credential)).message,
};

const faults: ReadonlyArray<[name: string, fault: TokenFault, message: RegExp]> = [
	[
		'status 500',
		{ status: 500, body: 'oops' },
		/responded with HTTP status 500 and no access token/,
	],
	[
		'status 503 as a web page',
		{ status: 503, html: true },
		/responded with HTTP status 503 and no/,
	],
	['a web page', { html: true }, /responded with HTTP status 200 and no access token/],
	['no access token', { body: { token_type: 'Bearer' } }, /HTTP status 200 and no access token/],
	['an access token that is no text', { body: { access_token: 7 } }, /200 and no access token/],
	['nothing', { body: '' }, /no access token/],
	['a cut connection', { reset: true }, /closed the connection before it responded/],
];

for (const [entryPoint, run] of Object.entries(entryPoints)) {
	describe(entryPoint, () => {
		for (const [name, fault, message] of faults) {
			test(`${name} is reported with the provider, and the next execution tries again`, async (t) => {
				const fixture = await fixtureFor(t);
				const fields = await oAuth2Fields(fixture, 'clientCredentials');
				const credential = await fixture.credentialWith(fields);
				fixture.provider.failNext(fault);
				const failure = await run(fixture, credential);
				assert.match(failure, message);
				assert(failure.includes(providerHost(fixture)), failure);
				assert.equal(fixture.provider.requests.length, 1, 'not repeated by itself');
				assert.equal(fixture.logins(), 0);
				assert.equal(userOf(await fixture.run(credential)), SAM);
				assert.equal(fixture.provider.requests.length, 2);
			});
		}

		for (const status of [302, 307, 308]) {
			test(`a redirect with ${status} is not followed, and its target receives nothing`, async (t) => {
				const fixture = await fixtureFor(t);
				const stranger = await startRecorder();
				t.after(async () => await stranger.close());
				const credential = await fixture.credentialWith(
					await oAuth2Fields(fixture, 'clientCredentials'),
				);
				fixture.provider.failNext({ redirectTo: `${stranger.origin}/token`, status });
				const failure = await run(fixture, credential);
				assert(failure.includes(providerHost(fixture)), failure);
				assert(failure.includes(new URL(stranger.origin).host), failure);
				assert.deepEqual(stranger.received, []);
				assert.equal(fixture.provider.requests.length, 1);
			});
		}

		for (const error of [
			'invalid_client',
			'invalid_grant',
			'unauthorized_client',
			'invalid_scope',
		]) {
			test(`${error} is reported in the provider's words, with its host`, async (t) => {
				const fixture = await fixtureFor(t);
				const credential = await fixture.credentialWith(
					await oAuth2Fields(fixture, 'clientCredentials'),
				);
				fixture.provider.failNext({ error, error_description: 'Because of this and that.' });
				const failure = await run(fixture, credential);
				assert(
					failure.startsWith(
						`The identity provider ${providerHost(fixture)} refused: ${error}: Because of this and that.`,
					),
					failure,
				);
				assert.equal(fixture.provider.requests.length, 1);
			});
		}
	});
}

test('a provider that refuses the connection is reported', async (t) => {
	const fixture = await fixtureFor(t);
	const credential = await fixture.credentialWith(await oAuth2Fields(fixture, 'clientCredentials'));
	await fixture.provider.stop();
	const failure = failureOf(await fixture.run(credential));
	assert(failure.startsWith(`${providerHost(fixture)} refused the connection`), failure);
	await fixture.provider.start();
	assert.equal(userOf(await fixture.run(credential)), SAM);
});

describe('what the provider refuses is not requested again', () => {
	const refused: ReadonlyArray<
		[name: string, grant: GrantName, fields: Record<string, string>, message: RegExp]
	> = [
		[
			'a wrong password',
			'password',
			{ oAuth2Password: 'wrong' },
			/refused: invalid_grant.*password/,
		],
		[
			'an unknown refresh token',
			'refreshToken',
			{ oAuth2RefreshToken: 'x' },
			/refused: invalid_grant/,
		],
		['a wrong secret', 'clientCredentials', { oAuth2ClientSecret: 'x' }, /refused: invalid_client/],
		[
			'an unknown client',
			'clientCredentials',
			{ oAuth2ClientId: 'nobody' },
			/refused: invalid_client/,
		],
		[
			'a secret in the header that is wrong',
			'clientCredentials',
			{ oAuth2ClientSecret: 'x', oAuth2ClientAuthentication: 'header' },
			/refused: invalid_client.*Correct the Client ID at the Provider/,
		],
	];
	for (const [name, grant, fields, message] of refused) {
		for (const [entryPoint, run] of Object.entries(entryPoints).slice(0, 2)) {
			test(`${name}, ${entryPoint}`, async (t) => {
				const fixture = await fixtureFor(t);
				const good = await oAuth2Fields(fixture, grant);
				const credential = await fixture.credentialWith({ ...good, ...fields });
				assert.match(await run(fixture, credential), message);
				const again = await Promise.all(
					Array.from({ length: 5 }, async () => await run(fixture, credential)),
				);
				for (const failure of again) {
					assert.match(failure, message);
					assert.match(failure, /the credential waits until \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
				}
				assert.equal(fixture.provider.requests.length, 1);
				if (grant === 'password') assert.equal(fixture.provider.account(SAM).failures, 1);

				// A credential test always tries; so does an execution when the time is over, or fields are corrected.
				await fixture.engine.testCredential(credential);
				assert.equal(fixture.provider.requests.length, 2);
				clock.advance(61 * MINUTE);
				assert.match(await run(fixture, credential), message);
				assert.equal(fixture.provider.requests.length, 3);
				await fixture.engine.saveCredential(good, { id: credential });
				assert.equal(userOf(await fixture.run(credential)), SAM);
			});
		}
	}

	for (const error of ['invalid_grant', 'invalid_client', 'unauthorized_client', 'access_denied']) {
		test(`${error} is reported for every grant`, async (t) => {
			for (const grant of ['clientCredentials', 'refreshToken', 'password'] as const) {
				const fixture = await fixtureFor(t);
				const credential = await fixture.credentialWith(await oAuth2Fields(fixture, grant));
				fixture.provider.failNext({ error });
				for (let times = 0; times < 3; times++) {
					assert.match(failureOf(await fixture.run(credential)), new RegExp(`refused: ${error}`));
				}
				assert.equal(fixture.provider.requests.length, 1, grant);
			}
		});
	}

	test('a client that is not allowed to use the grant is reported', async (t) => {
		const fixture = await fixtureFor(t);
		const { clientId } = fixture.provider.clients.post;
		await fixture.provider.updateClient(clientId, { grant_types: ['authorization_code'] });
		const credential = await fixture.credentialWith(
			await oAuth2Fields(fixture, 'clientCredentials'),
		);
		// What oidc-provider says; RFC 6749 would have it be unauthorized_client.
		const failure = failureOf(await fixture.run(credential));
		assert.match(failure, /requested grant type is not allowed for this client.*and Grant\./);
	});

	test('a private key other than the registered one is reported', async (t) => {
		const fixture = await fixtureFor(t);
		const credential = await fixture.credentialWith({
			...(await oAuth2Fields(fixture, 'clientCredentials', 'ec')),
			oAuth2PrivateKey: fixture.provider.clients.rsa.privateKey,
			oAuth2KeyId: '',
		});
		assert.match(failureOf(await fixture.run(credential)), /refused: invalid_client/);
	});

	test('a scope that the client is not allowed to request is reported, and tried again', async (t) => {
		const fixture = await fixtureFor(t);
		const { clientId } = fixture.provider.clients.post;
		await fixture.provider.updateClient(clientId, { scope: 'openid' });
		const credential = await fixture.credentialWith({
			...(await oAuth2Fields(fixture, 'password')),
			oAuth2Scope: 'openid profile',
		});
		for (let times = 1; times <= 2; times++) {
			const failure = failureOf(await fixture.run(credential));
			assert.match(failure, /invalid_scope.*does not know the Scope/);
			assert.equal(fixture.provider.requests.length, times);
		}
	});
});

describe('a token that Vault refuses', () => {
	for (const type of ['EXPIRED_TOKEN', 'INVALID_TOKEN'] as const) {
		for (const grant of ['clientCredentials', 'refreshToken', 'password'] as const) {
			test(`after ${type}, a new token is requested once with ${grant}`, async (t) => {
				const fixture = await fixtureFor(t);
				const credential = await fixture.credentialWith(await oAuth2Fields(fixture, grant));
				fixture.vault.fail({ on: { path: /oauth\/session/ }, with: { error: type } });
				assert.equal(userOf(await fixture.run(credential)), SAM);
				assert.deepEqual([fixture.provider.requests.length, fixture.logins()], [2, 2]);
				const tokens = fixture.vault.calls
					.filter(({ path }) => path.includes('/oauth/session/'))
					.map(({ headers }) => headers.authorization);
				assert.equal(new Set(tokens).size, 2);
			});
		}

		test(`repeated ${type} is reported after one new token`, async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await fixture.credentialWith(
				await oAuth2Fields(fixture, 'clientCredentials'),
			);
			fixture.vault.fail({
				on: { path: /oauth\/session/ },
				with: { error: type, message: 'No good.' },
				times: Infinity,
			});
			assert.match(failureOf(await fixture.run(credential)), new RegExp(`^No good. \\[${type}\\]`));
			assert.deepEqual([fixture.provider.requests.length, fixture.logins()], [2, 2]);
		});

		test(`${type} of a given token is not tried twice`, async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await fixture.credentialWith(await givenTokenFields(fixture));
			fixture.vault.fail({
				on: { path: /oauth\/session/ },
				with: { error: type },
				times: Infinity,
			});
			const failure = failureOf(await fixture.run(credential));
			assert.match(failure, new RegExp(`\\[${type}\\].*cannot be renewed: enter a new one`));
			assert.equal(fixture.logins(), 1);
		});
	}

	test('an expired given token is reported, with the advice to enter a new one', async (t) => {
		const fixture = await fixtureFor(t);
		const { clientId } = fixture.provider.clients.post;
		const credential = await fixture.credentialWith({
			...(await givenTokenFields(fixture)),
			oAuth2AccessToken: await fixture.provider.issueAccessToken({
				clientId,
				username: SAM,
				ttl: -60,
			}),
		});
		const failure = failureOf(await fixture.run(credential));
		assert.match(failure, /\[(INVALID|EXPIRED)_TOKEN\].*enter a new one/);
	});

	test('a token of a user whom Vault does not know is reported', async (t) => {
		const fixture = await fixtureFor(t);
		const { clientId } = fixture.provider.clients.post;
		await fixture.provider.updateClient(clientId, { vault_user: 'guest@partner.example' });
		const credential = await fixture.credentialWith(
			await oAuth2Fields(fixture, 'clientCredentials'),
		);
		const failure = failureOf(await fixture.run(credential));
		assert.match(failure, /The token is for no user of this profile. \[INSUFFICIENT_ACCESS\]/);
		assert.equal(fixture.provider.requests.length, 1);
	});
});

test('a login that opens another Vault is refused, and its session is ended', async (t) => {
	const fixture = await fixtureFor(t);
	fixture.vault.user(SAM).vaultIds = [1777];
	const credential = await fixture.credentialWith(await oAuth2Fields(fixture, 'clientCredentials'));
	assert.match(
		failureOf(await fixture.run(credential)),
		/Vault opened "QualityDocs" at .* instead of/,
	);
	assert.deepEqual(fixture.vault.sessions(), []);
});

test('50 executions at once request one token from the provider', async (t) => {
	for (const grant of ['clientCredentials', 'refreshToken', 'password'] as const) {
		const fixture = await fixtureFor(t);
		const credential = await fixture.credentialWith(await oAuth2Fields(fixture, grant));
		const users = await Promise.all(
			Array.from({ length: 50 }, async () => userOf(await fixture.run(credential))),
		);
		assert.deepEqual([...new Set(users)], [SAM]);
		assert.deepEqual([fixture.provider.requests.length, fixture.logins()], [1, 1], grant);
	}
});

describe('private keys are accepted as people paste them', () => {
	for (const [name, change] of [
		['with line breaks lost', (pem: string) => pem.replaceAll('\n', ' ')],
		['with \\n for line breaks', (pem: string) => pem.trim().replaceAll('\n', '\\n')],
		['with Windows line breaks', (pem: string) => pem.replaceAll('\n', '\r\n')],
		['indented', (pem: string) => pem.replaceAll('\n', '\n\t')],
	] as const) {
		for (const client of ['rsa', 'ec', 'ed25519'] as const) {
			test(`${client} key, ${name}, without a Key ID`, async (t) => {
				const fixture = await fixtureFor(t);
				const fields = await oAuth2Fields(fixture, 'clientCredentials', client);
				const credential = await fixture.credentialWith({
					...fields,
					oAuth2PrivateKey: change(textOf(fields.oAuth2PrivateKey)),
					oAuth2KeyId: '',
				});
				assert.equal(userOf(await fixture.run(credential)), SAM);
			});
		}
	}
});
