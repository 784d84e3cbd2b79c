import assert from 'node:assert/strict';

import { VEEVA_VAULT } from '../engine/engine.mts';
import { clock } from '../fixture/clock.mts';
import { IAN, ME, MINUTE, startDelegated, validate } from '../fixture/data.mts';
import { failureOf, userOf } from '../fixture/fixture.mts';
import type { ProviderFixture } from '../fixture/provider.mts';
import type { Method } from './methods.mts';

/** A column of the table: what is to be shown of every method. */
export interface Column {
	title: string;
	/**
	 * Shows it for one method in a fixture of its own.
	 *
	 * @returns `✓`, or what happens instead
	 * @throws AssertionError when it is otherwise
	 */
	show(fixture: ProviderFixture, method: Method): Promise<string>;
}

const CHECK = '✓';

/** Vault's QualityDocs and Ian in it, who grants delegated access there */
const DELEGATED = { delegated: true, delegatedVaultId: '1777', delegatorUserId: '61579' };

export const COLUMNS: readonly Column[] = [
	{
		title: 'credential test',
		async show(fixture, method) {
			const credential = await fixture.credentialWith(await method.fields(fixture));
			const { status, message } = await fixture.engine.testCredential(credential);
			assert.equal(status, 'OK', message);
			assertLogins(fixture, method, 1);
			// What it has opened serves the executions.
			assert.equal(userOf(await fixture.run(credential)), method.user);
			assertLogins(fixture, method, 1);
			method.kill(fixture);
			if (method.logsIn) return CHECK;
			assert.match(
				(await fixture.engine.testCredential(credential)).message,
				/expired, was deleted.*\[INVALID_SESSION_ID\]/,
			);
			return CHECK;
		},
	},
	{
		title: 'node operation',
		async show(fixture, method) {
			const credential = await fixture.credentialWith(await method.fields(fixture));
			for (let times = 0; times < 2; times++) {
				assert.equal(userOf(await fixture.run(credential)), method.user);
			}
			assertLogins(fixture, method, 1);
			return CHECK;
		},
	},
	{
		title: 'HTTP Request node',
		async show(fixture, method) {
			const credential = await fixture.credentialWith(await method.fields(fixture));
			for (let times = 0; times < 2; times++) {
				assert.equal(userOf(await fixture.request(credential)), method.user);
			}
			assertLogins(fixture, method, 1);
			return CHECK;
		},
	},
	{
		title: 'query and request',
		async show(fixture, method) {
			const credential = await fixture.credentialWith(await method.fields(fixture));
			assert.deepEqual(await createAndQuery(fixture, credential), [1]);
			assertUser(fixture, method);
			assertLogins(fixture, method, 1);
			if (!method.logsIn) return CHECK;

			method.kill(fixture);
			assert.deepEqual(await createAndQuery(fixture, credential), [1, 2], 'created once');
			assertUser(fixture, method);
			assertLogins(fixture, method, 2);
			return CHECK;
		},
	},
	{
		title: 'renewal after kill',
		show: async (fixture, method) =>
			method.logsIn ? await renewed(fixture, method) : await refused(fixture, method),
	},
	{
		title: 'delegated access',
		async show(fixture, method) {
			fixture.vault.addDelegation({ delegator: IAN, delegate: method.user, vaultId: 1777 });
			return method.logsIn
				? await delegated(fixture, method)
				: await delegatedByStep(fixture, method);
		},
	},
];

/**
 * Creates a document by a form with parts, and queries all of them.
 *
 * @returns their IDs
 */
async function createAndQuery({ engine }: ProviderFixture, credential: string): Promise<unknown[]> {
	const name = { name: 'name__v', parameterType: 'formData', value: 'Leaflet' };
	const create = {
		resource: 'api',
		operation: 'request',
		method: 'POST',
		path: { __rl: true as const, mode: 'path', value: '/objects/documents' },
		contentType: 'multipart-form-data',
		bodyParts: { parameters: [name] },
	};
	const query = { resource: 'query', operation: 'run', query: 'SELECT id FROM documents' };
	const outcome = await engine.run([
		engine.node('Create', VEEVA_VAULT, create, { credential }),
		engine.node('Query', VEEVA_VAULT, query, { credential }),
	]);
	assert.equal(failureOf(outcome), 'no error');
	return outcome.json('Query').map(({ id }) => id);
}

/** The last call was made as the method's user. */
function assertUser({ vault }: ProviderFixture, { user }: Method): void {
	assert.equal(vault.calls.at(-1)?.userId, vault.user(user).id);
}

/** Logs in, at Vault and at the provider, as often as said; methods that do not log in never do. */
function assertLogins(fixture: ProviderFixture, method: Method, times: number): void {
	const { vault, provider } = fixture;
	assert.equal(fixture.logins(), method.logsIn ? times : 0, 'logins');
	if (!method.logsIn) {
		for (const path of ['/keep-alive', '/session', '/discovery'])
			assert.equal(vault.count({ path }), 0);
	}
	if (method.provider === undefined) return assert.deepEqual(provider.requests, []);
	assert.deepEqual(
		provider.requests.map(({ grantType, authentication, outcome }) => ({
			grantType,
			authentication,
			outcome,
		})),
		Array.from({ length: times }, () => ({ ...method.provider, outcome: 'SUCCESS' })),
	);
}

async function renewed(fixture: ProviderFixture, method: Method): Promise<string> {
	const credential = await fixture.credentialWith(await method.fields(fixture));
	assert.equal(userOf(await fixture.run(credential)), method.user);
	method.kill(fixture);
	assert.equal(userOf(await fixture.run(credential)), method.user);
	assertLogins(fixture, method, 2);
	// The HTTP Request node does not read Vault's answers: it notices when the lease is over.
	method.kill(fixture);
	clock.advance(6 * MINUTE);
	assert.equal(userOf(await fixture.request(credential)), method.user);
	assertLogins(fixture, method, 3);
	if (method.provider !== undefined || !method.name.startsWith('OAuth')) return CHECK;

	fixture.provider.expireTokens();
	method.kill(fixture);
	const failure = failureOf(await fixture.run(credential));
	assert.match(failure, /\[(EXPIRED|INVALID)_TOKEN\].*enter a new one/);
	return `${CHECK} until the token expires, then an error says so`;
}

/** What is used as it is cannot be renewed: an error says what to do, and nothing else is tried. */
async function refused(fixture: ProviderFixture, method: Method): Promise<string> {
	const credential = await fixture.credentialWith(await method.fields(fixture));
	assert.equal(userOf(await fixture.run(credential)), method.user);
	method.kill(fixture);
	for (let times = 1; times <= 2; times++) {
		const failure = failureOf(await fixture.run(credential));
		assert.match(failure, /\[INVALID_SESSION_ID\]/);
		assert.match(
			failure,
			{
				'API access token': /expired or was deleted: create a new one/,
				'Salesforce delegated': /no longer accepts.*enter a new token/,
				'Session ID': /has ended.*never renewed: enter a new one/,
			}[method.name] ?? /^$/,
		);
		assert.equal(fixture.vault.count({ path: ME }), 1 + times, 'one call for each execution');
	}
	assertLogins(fixture, method, 0);
	return 'clear error, no login';
}

async function delegated(fixture: ProviderFixture, method: Method): Promise<string> {
	const { vault, qualityDocs } = fixture;
	const credential = await fixture.credentialWith({
		...(await method.fields(fixture)),
		...DELEGATED,
	});
	const steps = () => ({
		logins: fixture.logins(),
		delegated: vault.count({ path: '/delegation/login' }),
	});
	assert.equal(userOf(await fixture.run(credential)), IAN);
	assert.equal(userOf(await fixture.request(credential, qualityDocs + ME)), IAN);
	assert.equal(vault.calls.at(-1)?.host, vault.hosts.qualityDocs);
	assert.deepEqual(steps(), { logins: 1, delegated: 1 });

	// Only the delegated session ends: the own one opens another.
	for (const { id, delegateUserId } of vault.sessions()) {
		if (delegateUserId !== undefined) vault.killSession(id);
	}
	assert.equal(userOf(await fixture.run(credential)), IAN);
	assert.deepEqual(steps(), { logins: 1, delegated: 2 });

	vault.killSessions();
	assert.equal(userOf(await fixture.run(credential)), IAN);
	// The second attempt with the dead session of the user's own did not come as far as the delegated login.
	assert.deepEqual(
		{ ...steps(), sessions: vault.sessions().length },
		{
			logins: 2,
			delegated: 3,
			sessions: 2,
		},
	);

	const { status, message } = await fixture.engine.testCredential(credential);
	assert.equal(status, 'OK', message);
	return CHECK;
}

/** The switch is hidden for methods without a login of their own; the operation of the node starts a session instead. */
async function delegatedByStep(fixture: ProviderFixture, method: Method): Promise<string> {
	const { engine } = fixture;
	const credential = await fixture.credentialWith({
		...(await method.fields(fixture)),
		...DELEGATED,
	});
	assert.equal(userOf(await fixture.run(credential)), method.user, 'the switch does not count');
	const started = engine.node('Start', VEEVA_VAULT, startDelegated('1777:61579'), { credential });
	const next = engine.node('Vault', VEEVA_VAULT, {
		...validate,
		sessionSource: 'sessionId',
		sessionId: '={{ $json.delegated_sessionid }}',
		vaultDns: '={{ "http://" + $json.vault_dns.replace("http://", "") }}',
	});
	assert.equal(userOf(await engine.run([started, next])), IAN);
	return 'by Start Session only';
}
