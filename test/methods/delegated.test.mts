import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { clock } from '../fixture/clock.mts';
import { end, IAN, keepAlive, logIn, ME, MINUTE, startDelegated } from '../fixture/data.mts';
import { failureOf, userOf } from '../fixture/fixture.mts';
import { fixtureFor, type ProviderFixture } from '../fixture/provider.mts';
import { methodNamed, oAuth2Fields, PASSWORD, type Method } from './methods.mts';

/** Ian in one of the Vaults */
const delegatedIn = (delegatedVaultId: string) => ({
	delegated: true,
	delegatedVaultId,
	delegatorUserId: '61579',
});

const methods = [
	'User name and password',
	'OAuth 2.0, client credentials, secret in body',
	'OAuth 2.0, refresh token, secret in body',
].map(methodNamed);

/** A credential that acts for Ian, who has granted it in both Vaults. */
async function delegated(
	fixture: ProviderFixture,
	method: Method,
	vaultId = '1777',
): Promise<string> {
	for (const id of [1776, 1777]) {
		fixture.vault.addDelegation({ delegator: IAN, delegate: method.user, vaultId: id });
	}
	return await fixture.credentialWith({
		...(await method.fields(fixture)),
		...delegatedIn(vaultId),
	});
}

/** Calls since the last look, by the end of their paths. */
function callsOf({ vault, provider }: ProviderFixture): string[] {
	const paths = vault.calls.map(({ path }) =>
		path.replace(/^\/api\/v25\.2|session\/_.*$/g, '').replace('/objects/users', ''),
	);
	const tokens = provider.requests.map(({ grantType }) => `token: ${grantType}`);
	vault.calls.length = 0;
	provider.requests.length = 0;
	return [...tokens, ...paths];
}

const isDelegated = ({ delegateUserId }: { delegateUserId?: number }) =>
	delegateUserId !== undefined;

for (const method of methods) {
	const oAuth = method.provider !== undefined;
	const login = oAuth ? [`token: ${method.provider?.grantType}`, '/auth/oauth/'] : ['/auth'];
	const both = [...login, '/delegation/vaults', '/delegation/login'];

	describe(method.name, () => {
		test('the first execution logs in and starts the delegated session, the next one does neither', async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await delegated(fixture, method);
			assert.equal(userOf(await fixture.run(credential)), IAN);
			assert.deepEqual(callsOf(fixture), [...both, '/me']);
			assert.equal(userOf(await fixture.run(credential)), IAN);
			assert.equal(userOf(await fixture.request(credential, fixture.qualityDocs + ME)), IAN);
			assert.deepEqual(callsOf(fixture), ['/me', '/me']);
		});

		test('only the delegated session is started again when it has ended', async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await delegated(fixture, method);
			await fixture.run(credential);
			callsOf(fixture);
			for (const { id } of fixture.vault.sessions().filter(isDelegated))
				fixture.vault.killSession(id);
			assert.equal(userOf(await fixture.run(credential)), IAN);
			assert.deepEqual(callsOf(fixture), ['/me', '/delegation/vaults', '/delegation/login', '/me']);
		});

		test('both sessions are opened again when both have ended', async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await delegated(fixture, method);
			await fixture.run(credential);
			callsOf(fixture);
			fixture.vault.killSessions();
			assert.equal(userOf(await fixture.run(credential)), IAN);
			const [tokens, calls] = [login.slice(0, -1), login.slice(-1)];
			assert.deepEqual(callsOf(fixture), [
				...tokens,
				'/me',
				'/delegation/vaults',
				...calls,
				'/delegation/vaults',
				'/delegation/login',
				'/me',
			]);
		});

		test("the end of the user's own session has no effect while the delegated session lives", async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await delegated(fixture, method);
			await fixture.run(credential);
			callsOf(fixture);
			for (const session of fixture.vault.sessions()) {
				if (!isDelegated(session)) fixture.vault.killSession(session.id);
			}
			assert.equal(userOf(await fixture.run(credential)), IAN);
			assert.deepEqual(callsOf(fixture), ['/me']);
		});

		test('after the lease, the delegated session is checked at its own Vault', async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await delegated(fixture, method);
			await fixture.run(credential);
			callsOf(fixture);
			clock.advance(6 * MINUTE);
			assert.equal(userOf(await fixture.request(credential, fixture.qualityDocs + ME)), IAN);
			assert.deepEqual(
				new Set(fixture.vault.calls.map(({ host }) => host)),
				new Set([fixture.vault.hosts.qualityDocs]),
			);
			assert.deepEqual(callsOf(fixture), ['/keep-alive', '/me']);
		});

		test('both sessions are opened again after an hour without a call', async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await delegated(fixture, method);
			await fixture.run(credential);
			clock.advance(60 * MINUTE);
			assert.equal(userOf(await fixture.request(credential, fixture.qualityDocs + ME)), IAN);
			assert.equal(fixture.logins(), 2);
			assert.equal(fixture.vault.count({ path: '/delegation/login', outcome: 'SUCCESS' }), 2);
		});

		test('50 executions at once take each step once, without a session and after it was killed', async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await delegated(fixture, method);
			for (let round = 1; round <= 2; round++) {
				const users = await Promise.all(
					Array.from({ length: 50 }, async () => userOf(await fixture.run(credential))),
				);
				assert.deepEqual([...new Set(users)], [IAN]);
				assert.equal(fixture.logins(), round);
				assert.equal(fixture.vault.count({ path: '/delegation/login', outcome: 'SUCCESS' }), round);
				fixture.vault.killSessions();
			}
		});

		test('acts for a user in the Vault of the login', async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await delegated(fixture, method, '1776');
			assert.equal(userOf(await fixture.run(credential)), IAN);
			assert.equal(userOf(await fixture.request(credential)), IAN);
			assert.equal((await fixture.engine.testCredential(credential)).status, 'OK');
		});

		test("two credentials with the same login share the user's session", async (t) => {
			const fixture = await fixtureFor(t);
			const fields = await method.fields(fixture);
			fixture.vault.addDelegation({ delegator: IAN, delegate: method.user, vaultId: 1776 });
			fixture.vault.addDelegation({ delegator: IAN, delegate: method.user, vaultId: 1777 });
			for (const vaultId of ['1776', '1777']) {
				const credential = await fixture.credentialWith({ ...fields, ...delegatedIn(vaultId) });
				assert.equal(userOf(await fixture.run(credential)), IAN);
			}
			assert.equal(fixture.logins(), 1);
			const own = await fixture.credentialWith(fields);
			assert.equal(userOf(await fixture.run(own)), method.user);
			assert.equal(fixture.logins(), 1);
		});

		test("requests are signed for the delegation's Vault, and relative addresses go there", async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await delegated(fixture, method);
			const { error, json } = await fixture.run(credential, logIn);
			assert.equal(error, undefined);
			assert.equal(json('Vault')[0].vault_dns, fixture.qualityDocs);
			await fixture.run(credential, keepAlive);
			assert.equal(fixture.vault.calls.at(-1)?.host, fixture.vault.hosts.qualityDocs);
			// The Vault of the login is not one where the delegated session may go.
			const failure = failureOf(await fixture.request(credential));
			assert.match(failure, /was not sent: it is not a host of this credential's Vault/);
		});

		test('End ends the delegated session, and the next execution starts another', async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await delegated(fixture, method);
			await fixture.run(credential);
			assert.equal(failureOf(await fixture.run(credential, end)), 'no error');
			assert.deepEqual(fixture.vault.sessions().filter(isDelegated), []);
			callsOf(fixture);
			assert.equal(userOf(await fixture.run(credential)), IAN);
			assert.deepEqual(callsOf(fixture), ['/delegation/vaults', '/delegation/login', '/me']);
		});

		test('a missing delegation is reported', async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await fixture.credentialWith({
				...(await method.fields(fixture)),
				delegated: true,
				delegatedVaultId: '1777',
				delegatorUserId: '4711',
			});
			const failure = failureOf(await fixture.run(credential));
			assert.match(failure, /^User 4711 has not granted delegated access in Vault 1777/);
			assert.match(failure, /run Delegation › Get Many/);
			assert.equal(fixture.vault.count({ path: '/delegation/login' }), 0);
			assert.match((await fixture.engine.testCredential(credential)).message, /^User 4711 has not/);
		});

		test('a delegation that is withdrawn while in use is reported', async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await delegated(fixture, method);
			assert.equal(userOf(await fixture.run(credential)), IAN);
			for (const { id } of fixture.vault.sessions().filter(isDelegated))
				fixture.vault.killSession(id);
			fixture.vault.removeDelegation({ delegator: IAN, delegate: method.user, vaultId: 1777 });
			for (let times = 0; times < 3; times++) {
				const failure = failureOf(await fixture.run(credential));
				assert.match(failure, /has not granted delegated access.*or has withdrawn it/);
			}
			assert.equal(fixture.logins(), 1, "the user's own session is used on");
			fixture.vault.addDelegation({ delegator: IAN, delegate: method.user, vaultId: 1777 });
			assert.equal(userOf(await fixture.run(credential)), IAN);
			assert.equal(fixture.logins(), 1);
		});

		test("a delegation that is withdrawn between the two calls is reported in Vault's words", async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await delegated(fixture, method);
			fixture.vault.fail({
				on: { path: '/delegation/login' },
				with: { error: 'INSUFFICIENT_ACCESS', message: 'Not any more.' },
			});
			assert.match(
				failureOf(await fixture.run(credential)),
				/^Not any more\. \[INSUFFICIENT_ACCESS\]/,
			);
			assert.equal(userOf(await fixture.run(credential)), IAN);
			assert.equal(fixture.logins(), 1);
		});

		for (const fault of ['reset', '500', 'html'] as const) {
			test(`${fault} at the delegated login is reported, and the login is not repeated`, async (t) => {
				const fixture = await fixtureFor(t);
				const credential = await delegated(fixture, method);
				fixture.vault.fail({ on: { path: '/delegation/login' }, with: fault });
				assert(failureOf(await fixture.run(credential)).includes(fixture.vault.hosts.promoMats));
				assert.equal(userOf(await fixture.run(credential)), IAN);
				assert.equal(fixture.logins(), 1);
			});
		}

		test('delegated sessions that end at once lead to an error, and not to a loop', async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await delegated(fixture, method);
			const dead = { error: 'INVALID_SESSION_ID' };
			fixture.vault.fail({ on: { path: '/delegation/vaults' }, with: dead, times: Infinity });
			for (let times = 0; times < 4; times++) {
				assert.match(failureOf(await fixture.run(credential)), /\[INVALID_SESSION_ID\]/);
			}
			assert(fixture.logins() <= 8, `${fixture.logins()} logins`);
		});
	});
}

test('the simulated Vault starts no delegated session from a delegated session', async (t) => {
	const fixture = await fixtureFor(t);
	const credential = await delegated(fixture, methodNamed('User name and password'));
	const failure = failureOf(await fixture.run(credential, startDelegated('1776:61579')));
	assert.match(failure, /^A delegated session cannot start another delegated session/);
	assert.equal(fixture.vault.calls.length, 0);
});

test('changed delegation fields open another session, for the other Vault', async (t) => {
	const fixture = await fixtureFor(t);
	const credential = await delegated(fixture, methodNamed('User name and password'));
	await fixture.run(credential);
	const first = fixture.vault.calls.at(-1)?.headers.authorization;
	await fixture.engine.saveCredential({ delegatedVaultId: '1776' }, { id: credential });
	assert.equal(userOf(await fixture.run(credential)), IAN);
	const last = fixture.vault.calls.at(-1);
	assert.equal(last?.host, fixture.vault.hosts.promoMats);
	assert.notEqual(last?.headers.authorization, first);
	assert.equal(fixture.logins(), 1);
});

test('a refused login of the user is not sent again', async (t) => {
	for (const fields of [
		{ ...PASSWORD, password: 'wrong' },
		{ ...(await oAuth2Fields(await fixtureFor(t), 'clientCredentials')), oAuth2ClientSecret: 'x' },
	]) {
		const fixture = await fixtureFor(t);
		const credential = await fixture.credentialWith({
			...fields,
			...('oAuth2Grant' in fields ? { oAuth2TokenEndpoint: fixture.provider.tokenEndpoint } : {}),
			...delegatedIn('1777'),
		});
		for (let times = 0; times < 3; times++) {
			assert.match(failureOf(await fixture.run(credential)), /INCORRECT|invalid_client/);
		}
		assert.equal(fixture.logins() + fixture.provider.requests.length, 1);
	}
});
