import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clock } from '../fixture/clock.mts';
import { AZURE, MINUTE, OLIVIA, RITA, SAM } from '../fixture/data.mts';
import { failureOf, userOf } from '../fixture/fixture.mts';
import { fixtureFor, type ProviderFixture } from '../fixture/provider.mts';
import { oAuth2Fields } from './methods.mts';

/** The client ID that the credential gives to Vault, for which Vault may know one at the provider */
const MAPPED = 'veepharm-clinical-it-client-int0';

/** Client credentials with all that can be discovered left empty, and the credential test's word on it. */
async function tested(fixture: ProviderFixture, fields: Record<string, string>): Promise<string> {
	const credential = await fixture.credentialWith({
		...(await oAuth2Fields(fixture, 'clientCredentials')),
		oAuth2ProfileId: '',
		oAuth2TokenEndpoint: '',
		...fields,
	});
	const failure = failureOf(await fixture.run(credential));
	const { message } = await fixture.engine.testCredential(credential);
	// The test's message has the advice in it, but no code of the network.
	const told = failure.replace(/\.? — /, '. ').replace(/ ?Reason: \w+\.$/, '');
	const alike = (text: string) => text.replace(/execution ID: [\w-]+/, 'execution ID: …');
	assert(failure === 'no error' || alike(told) === alike(message), `${told} ≠ ${message}`);
	return failure === 'no error' ? message : failure;
}

const discoveries = ({ vault }: ProviderFixture) => vault.count({ path: '/auth/discovery' });

test('profile, token endpoint and client ID are discovered by the user name', async (t) => {
	const fixture = await fixtureFor(t);
	const { clientId } = fixture.provider.clients.post;
	fixture.vault.user(SAM).profiles[0].clientIds[MAPPED] = clientId;
	const fields = { username: SAM, oAuth2ClientId: '', vaultClientId: MAPPED };
	assert.equal(await tested(fixture, fields), 'Connection successful!');
	const asked = fixture.vault.calls.find(({ path }) => path === '/auth/discovery');
	assert.deepEqual(asked?.query, { username: SAM, client_id: MAPPED });
	assert.equal(asked?.headers.authorization, undefined);
	assert.deepEqual(
		fixture.provider.requests.map((request) => request.clientId),
		[clientId, clientId],
	);
});

for (const [empty, fields] of [
	['the Profile ID', { oAuth2ProfileId: '' }],
	['the Token Endpoint', { oAuth2TokenEndpoint: '' }],
	['the Client ID at the Provider', { oAuth2ClientId: '', vaultClientId: MAPPED }],
] as const) {
	test(`${empty} alone is discovered as well`, async (t) => {
		const fixture = await fixtureFor(t);
		const { clientIds } = fixture.vault.user(SAM).profiles[0];
		clientIds[MAPPED] = fixture.provider.clients.post.clientId;
		const credential = await fixture.credentialWith({
			...(await oAuth2Fields(fixture, 'clientCredentials')),
			username: SAM,
			...fields,
		});
		assert.equal(userOf(await fixture.run(credential)), SAM);
		assert.equal(discoveries(fixture), 1);
	});
}

test('nothing is discovered when no field is empty', async (t) => {
	const fixture = await fixtureFor(t);
	const credential = await fixture.credentialWith(await oAuth2Fields(fixture, 'clientCredentials'));
	assert.equal(userOf(await fixture.run(credential)), SAM);
	assert.equal(discoveries(fixture), 0);
});

test('a given access token needs a profile and nothing else of the provider', async (t) => {
	const fixture = await fixtureFor(t);
	const { clientId } = fixture.provider.clients.post;
	const credential = await fixture.credentialWith({
		authentication: 'oAuth2',
		oAuth2Grant: 'accessToken',
		username: SAM,
		oAuth2AccessToken: await fixture.provider.issueAccessToken({ clientId, username: SAM }),
	});
	assert.equal(userOf(await fixture.run(credential)), SAM);
	assert.equal(discoveries(fixture), 1);
});

test('several profiles are listed by label and ID, and one of them can be entered', async (t) => {
	const fixture = await fixtureFor(t);
	const [azure, okta] = fixture.vault.user(RITA).profiles;
	const failure = await tested(fixture, { username: RITA });
	for (const { id, label } of [azure, okta])
		assert(failure.includes(`"${label}" (${id})`), failure);
	assert.match(failure, /several.*Enter the ID of one/);
	assert.equal(fixture.logins(), 0);
	assert.deepEqual(fixture.provider.requests, []);

	await fixture.provider.updateClient(fixture.provider.clients.post.clientId, { vault_user: RITA });
	const chosen = { username: RITA, oAuth2ProfileId: okta.id };
	assert.equal(await tested(fixture, chosen), 'Connection successful!');
	assert.equal(fixture.vault.count({ path: `/auth/oauth/session/${okta.id}` }), 2);
});

test("a profile that the user does not have is refused, and the user's profiles are listed", async (t) => {
	const failure = await tested(await fixtureFor(t), { username: SAM, oAuth2ProfileId: '_other' });
	assert.match(failure, /Profile ID is not valid: "_other"/);
	assert(failure.includes(`"OAuth Azure" (${AZURE})`), failure);
});

test('a user who logs in with a password is reported', async (t) => {
	const failure = await tested(await fixtureFor(t), { username: OLIVIA });
	assert.match(failure, /olivia@veepharm\.com logs in to Vault with a password, not by single/);
	assert.match(
		failure,
		/Use a Veeva Vault API credential with the Authentication Method "User Name and Password"/,
	);
});

test('a user who logs in with SAML is reported', async (t) => {
	const failure = await tested(await fixtureFor(t), { username: 'max@veepharm.com' });
	assert.match(failure, /max@veepharm\.com logs in by SAML, which needs a browser/);
	assert.match(failure, /Ask a Vault administrator/);
});

test('a profile without a mapped client ID is reported', async (t) => {
	const fixture = await fixtureFor(t);
	const failure = await tested(fixture, { username: SAM, oAuth2ClientId: '' });
	assert.match(failure, /Client ID at the Provider was not found.*"OAuth Azure"/);
	assert.match(failure, /maps none to the client ID "n8n-nodes-veeva-vault"/);
	assert.deepEqual(fixture.provider.requests, []);
});

for (const [metadata, message] of [
	[{}, /Token Endpoint was not found.*metadata in Vault has none/],
	[{ token_endpoint: 'http://login.example.com/token' }, /Token Endpoint of the profile is not va/],
	[
		{ token_endpoint: 'https://a:b@login.example.com/token' },
		/Token Endpoint of the profile is no/,
	],
	[{ token_endpoint: 'nonsense' }, /Token Endpoint of the profile is not valid/],
	[{ token_endpoint: 7 }, /Token Endpoint was not found/],
] as const) {
	test(`profile metadata that cannot be used are reported: ${JSON.stringify(metadata)}`, async (t) => {
		const fixture = await fixtureFor(t);
		fixture.vault.user(SAM).profiles[0].asMetadata = metadata;
		assert.match(await tested(fixture, { username: SAM }), message);
	});
}

for (const [fault, message] of [
	['reset', /closed the connection/],
	['500', /HTTP status 500/],
	['html', /did not respond like a Vault/],
	['redirect', /redirected the call to/],
	[{ error: 'API_LIMIT_EXCEEDED_', message: 'Slow down' }, /Slow down/],
] as const) {
	test(`${JSON.stringify(fault)} at discovery is reported with the login host, and the next execution asks again`, async (t) => {
		const fixture = await fixtureFor(t);
		const on = { path: '/auth/discovery' };
		fixture.vault.fail({ on, with: fault, times: 2, to: 'http://127.0.0.1:9/' });
		const failure = await tested(fixture, { username: SAM });
		assert.match(failure, message);
		if (typeof fault === 'string') assert(failure.includes(fixture.vault.hosts.login), failure);
		assert.equal(await tested(fixture, { username: SAM }), 'Connection successful!');
	});
}

test('unexpected profiles from Vault are reported, and nothing breaks', async (t) => {
	const fixture = await fixtureFor(t);
	const profile = fixture.vault.user(SAM).profiles[0];
	fixture.vault.user(SAM).profiles = [{ ...profile, label: '' }];
	assert.equal(await tested(fixture, { username: SAM }), 'Connection successful!');
});

test('a changed profile is discovered again at the next login', async (t) => {
	const fixture = await fixtureFor(t);
	const profile = fixture.vault.user(SAM).profiles[0];
	const credential = await fixture.credentialWith({
		...(await oAuth2Fields(fixture, 'clientCredentials')),
		username: SAM,
		oAuth2ProfileId: '',
	});
	assert.equal(userOf(await fixture.run(credential)), SAM);
	fixture.vault.user(SAM).profiles = [{ ...profile, id: '_new' }];
	fixture.vault.killSessions();
	clock.advance(6 * MINUTE);
	assert.equal(userOf(await fixture.run(credential)), SAM);
	assert.equal(fixture.vault.count({ path: '/auth/oauth/session/_new' }), 1);
});
