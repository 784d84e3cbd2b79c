import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { clock } from '../fixture/clock.mts';
import { MINUTE, SAM } from '../fixture/data.mts';
import { failureOf, userOf } from '../fixture/fixture.mts';
import { fixtureFor, type ProviderFixture } from '../fixture/provider.mts';
import { textOf } from '../fixture/text.mts';
import { oAuth2Fields } from './methods.mts';
import { processesFor, sameMoment } from './rotation.mts';

const RENEWALS = 20;

/** Each token was used once, in the order in which they were given out. */
function assertChain({ provider }: ProviderFixture, renewals: number): void {
	assert.deepEqual(
		provider.requests.map(({ outcome }) => outcome),
		Array.from({ length: renewals }, () => 'SUCCESS'),
	);
	const used = provider.requests.map(({ form }) => form.refresh_token);
	assert.equal(new Set(used).size, renewals);
}

describe('one process', () => {
	test(`${RENEWALS} renewals in a row each use the newest token, and save the next`, async (t) => {
		const fixture = await fixtureFor(t);
		const credential = await fixture.credentialWith(await oAuth2Fields(fixture, 'refreshToken'));
		const saved = new Set<unknown>();
		for (let renewal = 1; renewal <= RENEWALS; renewal++) {
			assert.equal(userOf(await fixture.run(credential)), SAM);
			saved.add((await fixture.engine.credentialData(credential)).oAuth2RefreshToken);
			assert.equal(saved.size, renewal);
			fixture.vault.killSessions();
		}
		assertChain(fixture, RENEWALS);
	});

	test(`${RENEWALS} renewals under 50 executions at once each use a token once`, async (t) => {
		const fixture = await fixtureFor(t, { vault: { burstLimit: 100_000 } });
		const credential = await fixture.credentialWith(await oAuth2Fields(fixture, 'refreshToken'));
		for (let renewal = 1; renewal <= RENEWALS; renewal++) {
			// Every other time by the end of the lease, in which the HTTP Request node renews as well.
			if (renewal % 2 === 0) clock.advance(6 * MINUTE);
			fixture.vault.killSessions();
			const users = await Promise.all(
				Array.from({ length: 50 }, async (_, index) =>
					userOf(
						renewal % 2 === 0 && index % 2 === 0
							? await fixture.request(credential)
							: await fixture.run(credential),
					),
				),
			);
			assert.deepEqual([...new Set(users)], [SAM], `renewal ${renewal}`);
		}
		assertChain(fixture, RENEWALS);
		assert.equal(fixture.logins(), RENEWALS);
	});

	test('a credential test uses the newest token, and saves the next one', async (t) => {
		const fixture = await fixtureFor(t);
		const credential = await fixture.credentialWith(await oAuth2Fields(fixture, 'refreshToken'));
		for (let times = 1; times <= 5; times++) {
			assert.equal((await fixture.engine.testCredential(credential)).status, 'OK');
			fixture.vault.killSessions();
			assert.equal(userOf(await fixture.run(credential)), SAM);
		}
		assertChain(fixture, 10);
	});

	test('a token from an expression is used even though the next one cannot be saved', async (t) => {
		const fixture = await fixtureFor(t);
		const { oAuth2RefreshToken, ...fields } = await oAuth2Fields(fixture, 'refreshToken');
		const credential = await fixture.credentialWith({
			...fields,
			oAuth2RefreshToken: '={{ $json.token }}',
		});
		for (let renewal = 1; renewal <= 3; renewal++) {
			const outcome = await fixture.engine.vault(
				{ resource: 'session', operation: 'validate' },
				{ credential, items: [{ token: oAuth2RefreshToken }] },
			);
			assert.equal(userOf(outcome), SAM);
			fixture.vault.killSessions();
		}
		assertChain(fixture, 3);
		const { oAuth2RefreshToken: stored } = await fixture.engine.credentialData(credential);
		assert.equal(stored, '={{ $json.token }}');
	});

	test('a new refresh token is used at once after the grant was lost', async (t) => {
		const fixture = await fixtureFor(t);
		const fields = await oAuth2Fields(fixture, 'refreshToken');
		const credential = await fixture.credentialWith(fields);
		assert.equal(userOf(await fixture.run(credential)), SAM);
		const { oAuth2RefreshToken } = await fixture.engine.credentialData(credential);
		await fixture.provider.revokeGrant(textOf(oAuth2RefreshToken));
		fixture.vault.killSessions();
		assert.match(
			failureOf(await fixture.run(credential)),
			/refused: invalid_grant.*Correct it in the credential/,
		);
		const { oAuth2RefreshToken: fresh } = await oAuth2Fields(fixture, 'refreshToken');
		await fixture.engine.saveCredential({ oAuth2RefreshToken: fresh }, { id: credential });
		assert.equal(userOf(await fixture.run(credential)), SAM);
	});

	test('a refresh token that does not rotate is used again', async (t) => {
		const fixture = await fixtureFor(t, { provider: { rotateRefreshTokens: false } });
		const fields = await oAuth2Fields(fixture, 'refreshToken');
		const credential = await fixture.credentialWith(fields);
		for (let renewal = 1; renewal <= 3; renewal++) {
			assert.equal(userOf(await fixture.run(credential)), SAM);
			fixture.vault.killSessions();
		}
		const { oAuth2RefreshToken } = await fixture.engine.credentialData(credential);
		assert.equal(oAuth2RefreshToken, fields.oAuth2RefreshToken);
	});

	test('the next execution uses the rotated token when Vault failed after the rotation', async (t) => {
		const fixture = await fixtureFor(t);
		const credential = await fixture.credentialWith(await oAuth2Fields(fixture, 'refreshToken'));
		fixture.vault.fail({ on: { path: /oauth\/session/ }, with: '500' });
		assert.match(failureOf(await fixture.run(credential)), /HTTP status 500/);
		assert.equal(userOf(await fixture.run(credential)), SAM);
		assertChain(fixture, 2);
	});
});

describe('the provider rotated the token, and its response was lost', () => {
	for (const [rotateRefreshTokens, outcome] of [
		[true, /refused: invalid_grant.*was already used.*Correct it in the credential/],
		['graceful', /^sam@veepharm\.com$/],
	] as const) {
		test(`rotation ${rotateRefreshTokens === true ? 'strict' : 'with grace'}`, async (t) => {
			const fixture = await fixtureFor(t, { provider: { rotateRefreshTokens } });
			const credential = await fixture.credentialWith(await oAuth2Fields(fixture, 'refreshToken'));
			fixture.provider.failNext({ reset: true, executed: true });
			assert.match(failureOf(await fixture.run(credential)), /closed the connection/);
			assert.match(userOf(await fixture.run(credential)), outcome);
		});
	}
});

describe('two processes', () => {
	test(`${RENEWALS} renewals one after the other use each token once`, async (t) => {
		const { fixture, n8n, credential } = await processesFor(t);
		const id = await credential();
		for (let renewal = 0; renewal < RENEWALS; renewal++) {
			assert.deepEqual(await n8n[renewal % 2].ask('run', { credential: id }), [SAM], `${renewal}`);
			fixture.vault.killSessions();
		}
		assertChain(fixture, RENEWALS);
	});

	test(`${RENEWALS} renewals one after the other, with 50 executions each, use each token once`, async (t) => {
		const { fixture, n8n, credential } = await processesFor(t);
		const id = await credential();
		for (let renewal = 0; renewal < RENEWALS; renewal++) {
			const users = await n8n[renewal % 2].ask('run', { credential: id, executions: 50 });
			assert.deepEqual([...new Set(users)], [SAM], `${renewal}`);
			fixture.vault.killSessions();
		}
		assertChain(fixture, RENEWALS);
	});

	test('one process uses the valid session of the other, without a token', async (t) => {
		const { fixture, n8n, credential } = await processesFor(t);
		const id = await credential();
		for (const process of [...n8n, ...n8n]) {
			assert.deepEqual(await process.ask('run', { credential: id }), [SAM]);
		}
		assertChain(fixture, 1);
	});

	test('the grant is kept when the token was rotated, Vault failed and n8n restarted', async (t) => {
		const { fixture, n8n, credential } = await processesFor(t);
		const id = await credential();
		fixture.vault.fail({ on: { path: /oauth\/session/ }, with: '500' });
		const [failure] = await n8n[0].ask('run', { credential: id });
		assert.match(failure, /HTTP status 500/);
		assert.deepEqual(await n8n[1].ask('run', { credential: id }), [SAM]);
	});

	test('renewals at the same moment fail nothing and lose nothing with a grace period', async (t) => {
		const processes = await processesFor(t, 'graceful');
		const { errors, ...result } = await sameMoment(processes, { rounds: 10 });
		assert.deepEqual(result, { rounds: 10, failed: 0, lost: 0 }, errors.join('\n'));
	});

	test('renewals at the same moment with strict rotation say why they fail', async (t) => {
		const processes = await processesFor(t);
		const { errors, ...result } = await sameMoment(processes, { rounds: 10 });
		t.diagnostic(JSON.stringify(result));
		for (const error of errors) assert.match(error, /refused: invalid_grant/);
	});
});
