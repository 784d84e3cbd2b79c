import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { methodNamed } from './methods.mts';
import { failureOf, IAN, userOf, worldFor } from './world.mts';

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
				const world = await worldFor(t);
				const credential = await world.credential(await from.fields(world));
				assert.equal(userOf(await world.run(credential)), from.user);
				const before = new Set(world.vault.calls.map(({ headers }) => headers.authorization));
				const fields = await to.fields(world);
				world.vault.calls.length = 0;

				await world.engine.saveCredential(fields, { id: credential });
				assert.equal(userOf(await world.run(credential)), to.user);
				assert.equal(userOf(await world.request(credential)), to.user);
				assert.equal(world.logins(), to.logsIn ? 1 : 0);
				for (const { headers, path } of world.vault.calls) {
					assert(headers.authorization === undefined || !before.has(headers.authorization), path);
				}
			});
		}

		test('and when the new method fails, the old session does not step in', async (t) => {
			const world = await worldFor(t);
			const credential = await world.credential(await from.fields(world));
			await world.run(credential);
			await world.engine.saveCredential(
				{ authentication: 'password', username: IAN, password: 'wrong' },
				{ id: credential },
			);
			assert.match(failureOf(await world.run(credential)), /USERNAME_OR_PASSWORD_INCORRECT/);
			assert.match(failureOf(await world.request(credential)), /USERNAME_OR_PASSWORD_INCORRECT/);
		});
	});
}

test('switching delegated access on and off', async (t) => {
	const world = await worldFor(t);
	const method = methodNamed('User name and password');
	const credential = await world.credential({
		...(await method.fields(world)),
		delegatedVaultId: '1776',
		delegatorUserId: '61579',
	});
	for (const delegated of [false, true, false, true]) {
		await world.engine.saveCredential({ delegated }, { id: credential });
		assert.equal(userOf(await world.run(credential)), delegated ? IAN : method.user);
	}
	assert.equal(world.logins(), 1);
	assert.equal(world.vault.count({ path: '/delegation/login' }), 1);
});
