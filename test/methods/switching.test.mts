import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { IAN } from '../fixture/data.mts';
import { failureOf, userOf } from '../fixture/fixture.mts';
import { fixtureFor } from '../fixture/provider.mts';
import { methodNamed } from './methods.mts';

const methods = [
	'User name and password',
	'OAuth 2.0, client credentials, secret in body',
	'OAuth 2.0, refresh token, RSA key',
	'OAuth 2.0, resource owner password, secret in header',
	'OAuth 2.0, access token given',
	'API access token',
	'Salesforce delegated',
	'Session ID',
].map(methodNamed);

/** Switching the method drops the old session: nothing is signed by it any more. */
for (const from of methods) {
	describe(`from ${from.name}`, () => {
		for (const to of methods.filter((method) => method !== from)) {
			test(`to ${to.name}`, async (t) => {
				const fixture = await fixtureFor(t);
				const credential = await fixture.credentialWith(await from.fields(fixture));
				assert.equal(userOf(await fixture.run(credential)), from.user);
				const before = new Set(fixture.vault.calls.map(({ headers }) => headers.authorization));
				const fields = await to.fields(fixture);
				fixture.vault.calls.length = 0;

				await fixture.engine.saveCredential(fields, { id: credential });
				assert.equal(userOf(await fixture.run(credential)), to.user);
				assert.equal(userOf(await fixture.request(credential)), to.user);
				assert.equal(fixture.logins(), to.logsIn ? 1 : 0);
				for (const { headers, path } of fixture.vault.calls) {
					assert(headers.authorization === undefined || !before.has(headers.authorization), path);
				}
			});
		}

		test('the old session is not used when the new method fails', async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await fixture.credentialWith(await from.fields(fixture));
			await fixture.run(credential);
			await fixture.engine.saveCredential(
				{ authentication: 'password', username: IAN, password: 'wrong' },
				{ id: credential },
			);
			assert.match(failureOf(await fixture.run(credential)), /USERNAME_OR_PASSWORD_INCORRECT/);
			assert.match(failureOf(await fixture.request(credential)), /USERNAME_OR_PASSWORD_INCORRECT/);
		});
	});
}

test('delegated access can be switched on and off', async (t) => {
	const fixture = await fixtureFor(t);
	const method = methodNamed('User name and password');
	const credential = await fixture.credentialWith({
		...(await method.fields(fixture)),
		delegatedVaultId: '1776',
		delegatorUserId: '61579',
	});
	for (const delegated of [false, true, false, true]) {
		await fixture.engine.saveCredential({ delegated }, { id: credential });
		assert.equal(userOf(await fixture.run(credential)), delegated ? IAN : method.user);
	}
	assert.equal(fixture.logins(), 1);
	assert.equal(fixture.vault.count({ path: '/delegation/login' }), 1);
});
