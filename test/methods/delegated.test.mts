import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { methodNamed, oAuth2Fields, PASSWORD, type Method } from './methods.mts';
import {
	end,
	failureOf,
	IAN,
	keepAlive,
	logIn,
	ME,
	MINUTE,
	passTime,
	startDelegated,
	userOf,
	worldFor,
	type World,
} from './world.mts';

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
async function delegated(world: World, method: Method, vaultId = '1777'): Promise<string> {
	for (const id of [1776, 1777]) {
		world.vault.addDelegation({ delegator: IAN, delegate: method.user, vaultId: id });
	}
	return await world.credential({ ...(await method.fields(world)), ...delegatedIn(vaultId) });
}

/** Calls since the last look, by the end of their paths. */
function callsOf({ vault, provider }: World): string[] {
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
		test('the first execution takes both steps, the next none', async (t) => {
			const world = await worldFor(t);
			const credential = await delegated(world, method);
			assert.equal(userOf(await world.run(credential)), IAN);
			assert.deepEqual(callsOf(world), [...both, '/me']);
			assert.equal(userOf(await world.run(credential)), IAN);
			assert.equal(userOf(await world.request(credential, world.qualityDocs + ME)), IAN);
			assert.deepEqual(callsOf(world), ['/me', '/me']);
		});

		test('the delegated session died: only that step is repeated', async (t) => {
			const world = await worldFor(t);
			const credential = await delegated(world, method);
			await world.run(credential);
			callsOf(world);
			for (const { id } of world.vault.sessions().filter(isDelegated)) world.vault.killSession(id);
			assert.equal(userOf(await world.run(credential)), IAN);
			assert.deepEqual(callsOf(world), ['/me', '/delegation/vaults', '/delegation/login', '/me']);
		});

		test('both died: both are repeated', async (t) => {
			const world = await worldFor(t);
			const credential = await delegated(world, method);
			await world.run(credential);
			callsOf(world);
			world.vault.killSessions();
			assert.equal(userOf(await world.run(credential)), IAN);
			const [tokens, calls] = [login.slice(0, -1), login.slice(-1)];
			assert.deepEqual(callsOf(world), [
				...tokens,
				'/me',
				'/delegation/vaults',
				...calls,
				'/delegation/vaults',
				'/delegation/login',
				'/me',
			]);
		});

		test("the user's own died: nobody notices while the delegated lives", async (t) => {
			const world = await worldFor(t);
			const credential = await delegated(world, method);
			await world.run(credential);
			callsOf(world);
			for (const session of world.vault.sessions()) {
				if (!isDelegated(session)) world.vault.killSession(session.id);
			}
			assert.equal(userOf(await world.run(credential)), IAN);
			assert.deepEqual(callsOf(world), ['/me']);
		});

		test('the lease is over: the delegated session is asked, at its own Vault', async (t) => {
			const world = await worldFor(t);
			const credential = await delegated(world, method);
			await world.run(credential);
			callsOf(world);
			passTime(6 * MINUTE);
			assert.equal(userOf(await world.request(credential, world.qualityDocs + ME)), IAN);
			assert.deepEqual(
				new Set(world.vault.calls.map(({ host }) => host)),
				new Set([world.vault.hosts.qualityDocs]),
			);
			assert.deepEqual(callsOf(world), ['/keep-alive', '/me']);
		});

		test('an hour without a call: both have idled out', async (t) => {
			const world = await worldFor(t);
			const credential = await delegated(world, method);
			await world.run(credential);
			passTime(60 * MINUTE);
			assert.equal(userOf(await world.request(credential, world.qualityDocs + ME)), IAN);
			assert.equal(world.logins(), 2);
			assert.equal(world.vault.count({ path: '/delegation/login', outcome: 'SUCCESS' }), 2);
		});

		test('50 executions at once, with no session and after a kill: each step once', async (t) => {
			const world = await worldFor(t);
			const credential = await delegated(world, method);
			for (let round = 1; round <= 2; round++) {
				const users = await Promise.all(
					Array.from({ length: 50 }, async () => userOf(await world.run(credential))),
				);
				assert.deepEqual([...new Set(users)], [IAN]);
				assert.equal(world.logins(), round);
				assert.equal(world.vault.count({ path: '/delegation/login', outcome: 'SUCCESS' }), round);
				world.vault.killSessions();
			}
		});

		test('in the same Vault as the login', async (t) => {
			const world = await worldFor(t);
			const credential = await delegated(world, method, '1776');
			assert.equal(userOf(await world.run(credential)), IAN);
			assert.equal(userOf(await world.request(credential)), IAN);
			assert.equal((await world.engine.testCredential(credential)).status, 'OK');
		});

		test('two credentials of one login share the session of the user', async (t) => {
			const world = await worldFor(t);
			const fields = await method.fields(world);
			world.vault.addDelegation({ delegator: IAN, delegate: method.user, vaultId: 1776 });
			world.vault.addDelegation({ delegator: IAN, delegate: method.user, vaultId: 1777 });
			for (const vaultId of ['1776', '1777']) {
				const credential = await world.credential({ ...fields, ...delegatedIn(vaultId) });
				assert.equal(userOf(await world.run(credential)), IAN);
			}
			assert.equal(world.logins(), 1);
			const own = await world.credential(fields);
			assert.equal(userOf(await world.run(own)), method.user);
			assert.equal(world.logins(), 1);
		});

		test('signing and relative addresses follow the Vault of the delegation', async (t) => {
			const world = await worldFor(t);
			const credential = await delegated(world, method);
			const { error, json } = await world.run(credential, logIn);
			assert.equal(error, undefined);
			assert.equal(json('Vault')[0].vault_dns, world.qualityDocs);
			await world.run(credential, keepAlive);
			assert.equal(world.vault.calls.at(-1)?.host, world.vault.hosts.qualityDocs);
			// The Vault of the login is not one where the delegated session may go.
			const failure = failureOf(await world.request(credential));
			assert.match(failure, /was not sent: it is not a host of this credential's Vault/);
		});

		test('End ends the delegated session, and the next execution starts another', async (t) => {
			const world = await worldFor(t);
			const credential = await delegated(world, method);
			await world.run(credential);
			assert.equal(failureOf(await world.run(credential, end)), 'no error');
			assert.deepEqual(world.vault.sessions().filter(isDelegated), []);
			callsOf(world);
			assert.equal(userOf(await world.run(credential)), IAN);
			assert.deepEqual(callsOf(world), ['/delegation/vaults', '/delegation/login', '/me']);
		});

		test('no delegation', async (t) => {
			const world = await worldFor(t);
			const credential = await world.credential({
				...(await method.fields(world)),
				delegated: true,
				delegatedVaultId: '1777',
				delegatorUserId: '4711',
			});
			const failure = failureOf(await world.run(credential));
			assert.match(failure, /^User 4711 has not granted delegated access in Vault 1777/);
			assert.match(failure, /run Delegation › Get Many/);
			assert.equal(world.vault.count({ path: '/delegation/login' }), 0);
			assert.match((await world.engine.testCredential(credential)).message, /^User 4711 has not/);
		});

		test('delegation withdrawn while it is in use', async (t) => {
			const world = await worldFor(t);
			const credential = await delegated(world, method);
			assert.equal(userOf(await world.run(credential)), IAN);
			for (const { id } of world.vault.sessions().filter(isDelegated)) world.vault.killSession(id);
			world.vault.removeDelegation({ delegator: IAN, delegate: method.user, vaultId: 1777 });
			for (let times = 0; times < 3; times++) {
				const failure = failureOf(await world.run(credential));
				assert.match(failure, /has not granted delegated access.*or has withdrawn it/);
			}
			assert.equal(world.logins(), 1, "the user's own session is used on");
			world.vault.addDelegation({ delegator: IAN, delegate: method.user, vaultId: 1777 });
			assert.equal(userOf(await world.run(credential)), IAN);
			assert.equal(world.logins(), 1);
		});

		test('withdrawn between the two calls: in the words of Vault', async (t) => {
			const world = await worldFor(t);
			const credential = await delegated(world, method);
			world.vault.fail({
				on: { path: '/delegation/login' },
				with: { error: 'INSUFFICIENT_ACCESS', message: 'Not any more.' },
			});
			assert.match(
				failureOf(await world.run(credential)),
				/^Not any more\. \[INSUFFICIENT_ACCESS\]/,
			);
			assert.equal(userOf(await world.run(credential)), IAN);
			assert.equal(world.logins(), 1);
		});

		for (const fault of ['reset', '500', 'html'] as const) {
			test(`the delegated login meets ${fault}: said, and the login is not repeated`, async (t) => {
				const world = await worldFor(t);
				const credential = await delegated(world, method);
				world.vault.fail({ on: { path: '/delegation/login' }, with: fault });
				assert(failureOf(await world.run(credential)).includes(world.vault.hosts.promoMats));
				assert.equal(userOf(await world.run(credential)), IAN);
				assert.equal(world.logins(), 1);
			});
		}

		test('sessions that die at once come to an end, with an error', async (t) => {
			const world = await worldFor(t);
			const credential = await delegated(world, method);
			const dead = { error: 'INVALID_SESSION_ID' };
			world.vault.fail({ on: { path: '/delegation/vaults' }, with: dead, times: Infinity });
			for (let times = 0; times < 4; times++) {
				assert.match(failureOf(await world.run(credential)), /\[INVALID_SESSION_ID\]/);
			}
			assert(world.logins() <= 8, `${world.logins()} logins`);
		});
	});
}

test('from a delegated session no other is started: the simulator, as Vault, refuses it', async (t) => {
	const world = await worldFor(t);
	const credential = await delegated(world, methodNamed('User name and password'));
	const failure = failureOf(await world.run(credential, startDelegated('1776:61579')));
	assert.match(failure, /^A delegated session cannot start another delegated session/);
	assert.equal(world.vault.calls.length, 0);
});

test('changed delegation fields: another session, for the other Vault', async (t) => {
	const world = await worldFor(t);
	const credential = await delegated(world, methodNamed('User name and password'));
	await world.run(credential);
	const first = world.vault.calls.at(-1)?.headers.authorization;
	await world.engine.saveCredential({ delegatedVaultId: '1776' }, { id: credential });
	assert.equal(userOf(await world.run(credential)), IAN);
	const last = world.vault.calls.at(-1);
	assert.equal(last?.host, world.vault.hosts.promoMats);
	assert.notEqual(last?.headers.authorization, first);
	assert.equal(world.logins(), 1);
});

test('a refused login behind it is not sent again', async (t) => {
	for (const fields of [
		{ ...PASSWORD, password: 'wrong' },
		{ ...(await oAuth2Fields(await worldFor(t), 'clientCredentials')), oAuth2ClientSecret: 'x' },
	]) {
		const world = await worldFor(t);
		const credential = await world.credential({
			...fields,
			...('oAuth2Grant' in fields ? { oAuth2TokenEndpoint: world.provider.tokenEndpoint } : {}),
			...delegatedIn('1777'),
		});
		for (let times = 0; times < 3; times++) {
			assert.match(failureOf(await world.run(credential)), /INCORRECT|invalid_client/);
		}
		assert.equal(world.logins() + world.provider.requests.length, 1);
	}
});
