import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { oAuth2Fields } from './methods.mts';
import { processesFor, sameMoment } from './rotation.mts';
import { failureOf, MINUTE, passTime, SAM, userOf, worldFor, type World } from './world.mts';

const RENEWALS = 20;

/** Each token was used once, in the order in which they were given out. */
function assertChain({ provider }: World, renewals: number): void {
	assert.deepEqual(
		provider.requests.map(({ outcome }) => outcome),
		Array.from({ length: renewals }, () => 'SUCCESS'),
	);
	const used = provider.requests.map(({ form }) => form.refresh_token);
	assert.equal(new Set(used).size, renewals);
}

describe('one process', () => {
	test(`${RENEWALS} renewals in a row, each saved`, async (t) => {
		const world = await worldFor(t);
		const credential = await world.credential(await oAuth2Fields(world, 'refreshToken'));
		const saved = new Set<unknown>();
		for (let renewal = 1; renewal <= RENEWALS; renewal++) {
			assert.equal(userOf(await world.run(credential)), SAM);
			saved.add((await world.engine.credentialData(credential)).oAuth2RefreshToken);
			assert.equal(saved.size, renewal);
			world.vault.killSessions();
		}
		assertChain(world, RENEWALS);
	});

	test(`${RENEWALS} renewals under 50 executions at once`, async (t) => {
		const world = await worldFor(t, { vault: { burstLimit: 100_000 } });
		const credential = await world.credential(await oAuth2Fields(world, 'refreshToken'));
		for (let renewal = 1; renewal <= RENEWALS; renewal++) {
			// Every other time by the end of the lease, in which the HTTP Request node renews as well.
			if (renewal % 2 === 0) passTime(6 * MINUTE);
			world.vault.killSessions();
			const users = await Promise.all(
				Array.from({ length: 50 }, async (_, index) =>
					userOf(
						renewal % 2 === 0 && index % 2 === 0
							? await world.request(credential)
							: await world.run(credential),
					),
				),
			);
			assert.deepEqual([...new Set(users)], [SAM], `renewal ${renewal}`);
		}
		assertChain(world, RENEWALS);
		assert.equal(world.logins(), RENEWALS);
	});

	test('a credential test goes on with the newest token, and leaves a newer one', async (t) => {
		const world = await worldFor(t);
		const credential = await world.credential(await oAuth2Fields(world, 'refreshToken'));
		for (let times = 1; times <= 5; times++) {
			assert.equal((await world.engine.testCredential(credential)).status, 'OK');
			world.vault.killSessions();
			assert.equal(userOf(await world.run(credential)), SAM);
		}
		assertChain(world, 10);
	});

	test('from an expression, where the new token cannot be saved', async (t) => {
		const world = await worldFor(t);
		const { oAuth2RefreshToken, ...fields } = await oAuth2Fields(world, 'refreshToken');
		const credential = await world.credential({
			...fields,
			oAuth2RefreshToken: '={{ $json.token }}',
		});
		for (let renewal = 1; renewal <= 3; renewal++) {
			const outcome = await world.engine.vault(
				{ resource: 'session', operation: 'validate' },
				{ credential, items: [{ token: oAuth2RefreshToken }] },
			);
			assert.equal(userOf(outcome), SAM);
			world.vault.killSessions();
		}
		assertChain(world, 3);
		const { oAuth2RefreshToken: stored } = await world.engine.credentialData(credential);
		assert.equal(stored, '={{ $json.token }}');
	});

	test('a lost grant, and a new refresh token entered: at once', async (t) => {
		const world = await worldFor(t);
		const fields = await oAuth2Fields(world, 'refreshToken');
		const credential = await world.credential(fields);
		assert.equal(userOf(await world.run(credential)), SAM);
		const { oAuth2RefreshToken } = await world.engine.credentialData(credential);
		await world.provider.revokeGrant(String(oAuth2RefreshToken));
		world.vault.killSessions();
		assert.match(failureOf(await world.run(credential)), /refused: invalid_grant.*Enter a new one/);
		const { oAuth2RefreshToken: fresh } = await oAuth2Fields(world, 'refreshToken');
		await world.engine.saveCredential({ oAuth2RefreshToken: fresh }, { id: credential });
		assert.equal(userOf(await world.run(credential)), SAM);
	});

	test('a provider that does not rotate', async (t) => {
		const world = await worldFor(t, { provider: { rotateRefreshTokens: false } });
		const fields = await oAuth2Fields(world, 'refreshToken');
		const credential = await world.credential(fields);
		for (let renewal = 1; renewal <= 3; renewal++) {
			assert.equal(userOf(await world.run(credential)), SAM);
			world.vault.killSessions();
		}
		const { oAuth2RefreshToken } = await world.engine.credentialData(credential);
		assert.equal(oAuth2RefreshToken, fields.oAuth2RefreshToken);
	});

	test('the token was rotated, and then Vault failed: the next execution goes on with the new one', async (t) => {
		const world = await worldFor(t);
		const credential = await world.credential(await oAuth2Fields(world, 'refreshToken'));
		world.vault.fail({ on: { path: /oauth\/session/ }, with: '500' });
		assert.match(failureOf(await world.run(credential)), /HTTP status 500/);
		assert.equal(userOf(await world.run(credential)), SAM);
		assertChain(world, 2);
	});
});

describe('the provider has rotated the token, and its answer got lost', () => {
	for (const [rotateRefreshTokens, outcome] of [
		[true, /refused: invalid_grant.*was used before.*Enter a new one/],
		['graceful', /^sam@veepharm\.com$/],
	] as const) {
		test(`rotation ${rotateRefreshTokens === true ? 'strict' : 'with grace'}`, async (t) => {
			const world = await worldFor(t, { provider: { rotateRefreshTokens } });
			const credential = await world.credential(await oAuth2Fields(world, 'refreshToken'));
			world.provider.failNext({ reset: true, executed: true });
			assert.match(failureOf(await world.run(credential)), /broke off the connection/);
			assert.match(userOf(await world.run(credential)), outcome);
		});
	}
});

describe('two processes', () => {
	test(`${RENEWALS} renewals in turn`, async (t) => {
		const { world, n8n, credential } = await processesFor(t);
		const id = await credential();
		for (let renewal = 0; renewal < RENEWALS; renewal++) {
			assert.deepEqual(await n8n[renewal % 2].ask('run', { credential: id }), [SAM], `${renewal}`);
			world.vault.killSessions();
		}
		assertChain(world, RENEWALS);
	});

	test(`${RENEWALS} renewals in turn, 50 executions each`, async (t) => {
		const { world, n8n, credential } = await processesFor(t);
		const id = await credential();
		for (let renewal = 0; renewal < RENEWALS; renewal++) {
			const users = await n8n[renewal % 2].ask('run', { credential: id, executions: 50 });
			assert.deepEqual([...new Set(users)], [SAM], `${renewal}`);
			world.vault.killSessions();
		}
		assertChain(world, RENEWALS);
	});

	test('one takes the living session of the other, without a token', async (t) => {
		const { world, n8n, credential } = await processesFor(t);
		const id = await credential();
		for (const process of [...n8n, ...n8n]) {
			assert.deepEqual(await process.ask('run', { credential: id }), [SAM]);
		}
		assertChain(world, 1);
	});

	test('the token was rotated, Vault failed, and n8n was started anew: the grant is not lost', async (t) => {
		const { world, n8n, credential } = await processesFor(t);
		const id = await credential();
		world.vault.fail({ on: { path: /oauth\/session/ }, with: '500' });
		const [failure] = await n8n[0].ask('run', { credential: id });
		assert.match(failure, /HTTP status 500/);
		assert.deepEqual(await n8n[1].ask('run', { credential: id }), [SAM]);
	});

	test('in the very same moment, with a provider that forgives: nothing fails, nothing is lost', async (t) => {
		const processes = await processesFor(t, 'graceful');
		const { errors, ...result } = await sameMoment(processes, { rounds: 10 });
		assert.deepEqual(result, { rounds: 10, failed: 0, lost: 0 }, errors.join('\n'));
	});

	test('in the very same moment, with strict rotation: who fails says why', async (t) => {
		const processes = await processesFor(t);
		const { errors, ...result } = await sameMoment(processes, { rounds: 10 });
		t.diagnostic(JSON.stringify(result));
		for (const error of errors) assert.match(error, /refused: invalid_grant/);
	});
});
