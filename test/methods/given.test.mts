import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { clock } from '../fixture/clock.mts';
import {
	end,
	IAN,
	keepAlive,
	logIn,
	ME,
	MINUTE,
	OLIVIA,
	startDelegated,
	validate,
} from '../fixture/data.mts';
import { failureOf, userOf } from '../fixture/fixture.mts';
import { fixtureFor, type ProviderFixture } from '../fixture/provider.mts';
import { textOf } from '../fixture/text.mts';
import {
	API_TOKEN,
	methodNamed,
	SALESFORCE_HOST,
	SALESFORCE_TOKEN,
	type Method,
} from './methods.mts';

/** The methods that use what the credential has, and how each signs. */
const methods: ReadonlyArray<
	[method: Method, signature: (fixture: ProviderFixture) => Record<string, string | undefined>]
> = [
	[methodNamed('API access token'), () => ({ authorization: `Bearer ${API_TOKEN}` })],
	[
		methodNamed('Salesforce delegated'),
		() => ({
			authorization: SALESFORCE_TOKEN,
			'x-auth-provider': 'sfdc',
			'x-auth-host': SALESFORCE_HOST,
		}),
	],
	[
		methodNamed('Session ID'),
		({ vault }) => ({
			authorization: vault.sessions()[0].id,
			'x-auth-provider': undefined,
			'x-auth-host': undefined,
		}),
	],
];

for (const [method, signature] of methods) {
	describe(method.name, () => {
		test('signs every call, of both nodes and of the credential test', async (t) => {
			const fixture = await fixtureFor(t);
			const { engine, vault, promoMats } = fixture;
			const credential = await fixture.credentialWith(await method.fields(fixture));
			await fixture.run(credential);
			await fixture.run(credential, { resource: 'authentication', operation: 'getVersions' });
			await fixture.run(credential, { resource: 'delegation', operation: 'getAll' });
			await fixture.request(credential);
			await fixture.request(credential, `${promoMats}/api/v25.2/objects/documents`);
			await engine.testCredential(credential);
			assert.equal(vault.calls.length, 6);
			for (const { path, headers, outcome } of vault.calls) {
				assert.equal(outcome, 'SUCCESS', path);
				for (const [name, value] of Object.entries(signature(fixture))) {
					assert.equal(headers[name], value, `${name} of ${path}`);
				}
			}
		});

		test('makes one call for each of 200 executions, and no other, even after hours without a call', async (t) => {
			const fixture = await fixtureFor(t, { vault: { idleTimeout: 600 * MINUTE } });
			const credential = await fixture.credentialWith(await method.fields(fixture));
			const all = await Promise.all(
				Array.from({ length: 200 }, async () => userOf(await fixture.run(credential))),
			);
			clock.advance(300 * MINUTE);
			all.push(userOf(await fixture.run(credential)));
			assert.deepEqual([...new Set(all)], [OLIVIA]);
			assert.equal(fixture.vault.calls.length, 201);
			assert.equal(fixture.vault.count({ path: ME }), 201);
			assert.equal(fixture.engine.credentials.saves, 0, 'nothing to save');
		});

		test('is signed for the Vault of the credential only', async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await fixture.credentialWith(await method.fields(fixture));
			for (const address of [fixture.qualityDocs, 'https://evil.example', 'http://vault.example']) {
				const failure = failureOf(await fixture.request(credential, address + ME));
				assert.match(failure, /was not sent/);
			}
			assert.equal(fixture.vault.calls.length, 0);
		});

		test('does not follow a redirect to another host', async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await fixture.credentialWith(await method.fields(fixture));
			fixture.vault.fail({ on: { path: ME }, with: 'redirect', to: fixture.qualityDocs + ME });
			const failure = failureOf(await fixture.run(credential));
			assert(failure.includes(fixture.vault.hosts.qualityDocs), failure);
			assert.equal(fixture.vault.calls.length, 1);
		});

		test('a redirect of the HTTP Request node takes no token to another host', async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await fixture.credentialWith(await method.fields(fixture));
			fixture.vault.fail({ on: { path: ME }, with: 'redirect', to: fixture.qualityDocs + ME });
			await fixture.request(credential);
			for (const { host, headers } of fixture.vault.calls) {
				if (host === fixture.vault.hosts.promoMats) continue;
				assert.equal(headers.authorization, undefined);
			}
		});

		test('says what to do at the item after INVALID_SESSION_ID, with "Continue"', async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await fixture.credentialWith(await method.fields(fixture));
			method.kill(fixture);
			const outcome = await fixture.engine.vault(validate, {
				credential,
				onError: 'continueRegularOutput',
			});
			const [item] = outcome.json('Vault');
			assert.match(JSON.stringify(item), /INVALID_SESSION_ID.*enter (a new one|it in|a new token)/);
		});

		test('is read for each item from an expression', async (t) => {
			const fixture = await fixtureFor(t);
			const fields = await method.fields(fixture);
			const [name, value] =
				Object.entries(fields).find(([, given]) =>
					[API_TOKEN, SALESFORCE_TOKEN, fixture.vault.sessions()[0]?.id].includes(textOf(given)),
				) ?? [];
			assert(name !== undefined);
			const credential = await fixture.credentialWith({ ...fields, [name]: '={{ $json.token }}' });
			const dead = method.name === 'API access token' ? 'veeva-vault-dead' : 'dead';
			const { json } = await fixture.engine.vault(validate, {
				credential,
				items: [{ token: value }, { token: dead }, { token: value }],
				onError: 'continueRegularOutput',
			});
			assert.deepEqual(
				json('Vault').map((item) => item.user_name__v ?? 'error' in item),
				[OLIVIA, true, OLIVIA],
			);
		});
	});
}

describe('operations that this method cannot do are refused before any call', () => {
	const none = {
		'API access token': [logIn, keepAlive, end],
		'Salesforce delegated': [logIn, keepAlive, end],
		'Session ID': [logIn],
	};
	for (const [method] of methods) {
		for (const operation of none[method.name as keyof typeof none]) {
			test(`${method.name}: ${operation.operation}`, async (t) => {
				const fixture = await fixtureFor(t);
				const credential = await fixture.credentialWith(await method.fields(fixture));
				const failure = failureOf(await fixture.run(credential, operation));
				assert.match(failure, /has no session for|has no session to/);
				assert.match(failure, /select the Authentication Method/);
				assert.equal(fixture.vault.calls.length, 0);
			});
		}
	}

	test('Start Session is refused for a credential that is itself delegated', async (t) => {
		const fixture = await fixtureFor(t);
		const credential = await fixture.credentialWith({
			...(await methodNamed('User name and password').fields(fixture)),
			delegated: true,
			delegatedVaultId: '1777',
			delegatorUserId: '61579',
		});
		const failure = failureOf(await fixture.run(credential, startDelegated('1777:61579')));
		assert.match(failure, /A delegated session cannot start another delegated session/);
		assert.equal(fixture.vault.calls.length, 0);
	});
});

describe('Session ID', () => {
	const method = methodNamed('Session ID');

	test('can be kept alive and ended, and is then reported as ended', async (t) => {
		const fixture = await fixtureFor(t);
		const credential = await fixture.credentialWith(await method.fields(fixture));
		for (const operation of [keepAlive, end]) {
			assert.equal(failureOf(await fixture.run(credential, operation)), 'no error');
		}
		assert.deepEqual(fixture.vault.sessions(), []);
		assert.match(failureOf(await fixture.run(credential)), /has ended.*never renewed/);
		assert.match(failureOf(await fixture.run(credential, keepAlive)), /has ended.*never renewed/);
		assert.equal(fixture.logins(), 0);
	});

	test('is refused before any call when "Bearer" precedes it', async (t) => {
		const fixture = await fixtureFor(t);
		const fields = await method.fields(fixture);
		const credential = await fixture.credentialWith({
			...fields,
			existingSessionToken: `Bearer ${textOf(fields.existingSessionToken)}`,
		});
		assert.match(failureOf(await fixture.run(credential)), /^Session ID is not valid/);
		assert.equal(fixture.vault.calls.length, 0);
	});

	test('acts for the other user when it is a delegated session, and starts no other', async (t) => {
		const fixture = await fixtureFor(t);
		const own = await fixture.credentialWith(await method.fields(fixture));
		const started = await fixture.run(own, startDelegated('1776:61579'));
		const [{ delegated_sessionid: id }] = started.json('Vault');
		const credential = await fixture.credentialWith({
			authentication: 'sessionId',
			existingSessionToken: textOf(id),
		});
		assert.equal(userOf(await fixture.run(credential)), IAN);
		const failure = failureOf(await fixture.run(credential, startDelegated('1776:61579')));
		assert.match(failure, /delegated session cannot.*\[OPERATION_NOT_ALLOWED\]/);
	});

	test('is refused when it belongs to another Vault', async (t) => {
		const fixture = await fixtureFor(t);
		const own = await fixture.credentialWith(await method.fields(fixture));
		const started = await fixture.run(own, startDelegated('1777:61579'));
		const [{ delegated_sessionid: id }] = started.json('Vault');
		const credential = await fixture.credentialWith({
			authentication: 'sessionId',
			existingSessionToken: textOf(id),
		});
		assert.match(failureOf(await fixture.run(credential)), /\[INVALID_SESSION_ID\]/);
	});
});

describe('API access token', () => {
	const method = methodNamed('API access token');
	for (const [name, change] of [
		['expired', { expiresAt: 1 }],
		['deleted', { deleted: true }],
		['for another Vault', { vaultId: 1777 }],
	] as const) {
		test(`${name} is reported by the credential test and by an execution`, async (t) => {
			const fixture = await fixtureFor(t);
			const credential = await fixture.credentialWith(await method.fields(fixture));
			const record = fixture.vault.apiTokens.get(API_TOKEN);
			assert(record !== undefined);
			Object.assign(record, change);
			const { status, message } = await fixture.engine.testCredential(credential);
			assert.equal(status, 'Error');
			assert.match(message, /expired, was deleted, or is for another Vault \[INVALID_SESSION_ID\]/);
			assert.match(
				failureOf(await fixture.run(credential)),
				/expired or was deleted: create a new/,
			);
			assert.equal(fixture.logins(), 0);
		});
	}

	test('is reported when its user has no API access', async (t) => {
		const fixture = await fixtureFor(t);
		const credential = await fixture.credentialWith(await method.fields(fixture));
		fixture.vault.user(OLIVIA).apiAccess = false;
		assert.match(failureOf(await fixture.run(credential)), /\[INSUFFICIENT_ACCESS\]/);
		assert.match(
			(await fixture.engine.testCredential(credential)).message,
			/does not have permission to use the Vault API/,
		);
	});
});

test('the Salesforce host may be entered in every form, and a token of another org is refused', async (t) => {
	const method = methodNamed('Salesforce delegated');
	for (const salesforceHost of [
		'veepharm.my.salesforce.com',
		'VEEPHARM.my.salesforce.com',
		'https://veepharm.my.salesforce.com/lightning/page/home',
	]) {
		const fixture = await fixtureFor(t);
		const credential = await fixture.credentialWith({
			...(await method.fields(fixture)),
			salesforceHost,
		});
		assert.equal(userOf(await fixture.run(credential)), OLIVIA, salesforceHost);
		await fixture.engine.saveCredential(
			{ salesforceHost: 'other.salesforce.com' },
			{ id: credential },
		);
		const failure = failureOf(await fixture.run(credential));
		assert.match(failure, /\[INVALID_SESSION_ID\].*does not trust that Salesforce org/);
	}
});
