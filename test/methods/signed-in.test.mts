import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { startEndless } from '../engine/endless.mts';
import { OAUTH2_CREDENTIAL } from '../engine/engine.mts';
import { AZURE, SAM, validate } from '../fixture/data.mts';
import { failureOf, userOf } from '../fixture/fixture.mts';
import { fixtureFor, type ProviderFixture } from '../fixture/provider.mts';

/** How n8n's engine uses the credential of a user who signed in through n8n. Signing in is tested in `e2e`. */

/** A credential as n8n saves it when Sam has signed in. */
async function signedIn(
	{ engine, provider, vault, promoMats }: ProviderFixture,
	places: { loginHost?: string } = {},
): Promise<string> {
	const { clientId } = provider.clients.post;
	return await engine.saveCredential(
		{
			vaultDns: promoMats,
			loginHost: vault.url(vault.hosts.login, ''),
			clientId,
			oAuth2ProfileId: AZURE,
			oauthTokenData: {
				access_token: await provider.issueAccessToken({ clientId, username: SAM }),
			},
			...places,
		},
		{ type: OAUTH2_CREDENTIAL },
	);
}

const settings = (credential: string) => ({ credential, credentialType: OAUTH2_CREDENTIAL });
const parameters = { ...validate, authentication: 'oAuth2' };

test('a canceled execution does not end the login that others wait for', async (t) => {
	const fixture = await fixtureFor(t);
	const { engine, vault } = fixture;
	const credential = await signedIn(fixture);
	vault.fail({ on: { path: /oauth\/session/ }, with: 'slow', delay: 2000 });
	let cancel = () => {};
	const cancelled = engine.vault(parameters, {
		...settings(credential),
		started: (stop) => (cancel = stop),
	});
	while (!vault.calls.some(({ path }) => path.includes('/auth/oauth/session/'))) await sleep(10);
	const other = engine.vault(parameters, settings(credential));
	await sleep(100);
	cancel();
	await cancelled.catch(() => {});
	assert.equal(userOf(await other), SAM);
	assert.equal(fixture.logins(), 1);
});

test('a login whose response never ends is abandoned', async (t) => {
	const fixture = await fixtureFor(t);
	const endless = await startEndless();
	const timeout = AbortSignal.timeout.bind(AbortSignal);
	const given = mock.method(AbortSignal, 'timeout', () => timeout(500));
	try {
		const credential = await signedIn(fixture, { loginHost: `http://${endless.host}` });
		const outcome = await fixture.engine.vault(parameters, settings(credential));
		assert.match(failureOf(outcome), new RegExp(`^${endless.host} did not respond in time`));
	} finally {
		given.mock.restore();
		endless.close();
	}
});
