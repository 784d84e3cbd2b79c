import { OLIVIA, validate, keepAlive, logIn, end } from '../fixture/data.mts';
import { useFixture } from '../fixture/jest.mts';
import { textOf } from '../fixture/text.mts';
import { HTTP_REQUEST, VEEVA_VAULT } from './engine.mts';

const fixture = useFixture();

const getAll = { resource: 'delegation', operation: 'getAll', returnAll: true };
const start = { resource: 'delegation', operation: 'start' };

const byId = (value: string) => ({ __rl: true as const, mode: 'id', value });

describe('Authentication › Discover Type', () => {
	const discover = (username: string, options = {}) => ({
		resource: 'authentication',
		operation: 'discover',
		username,
		options: { loginHost: fixture.promoMats, ...options },
	});

	test('reports a password user, without any credential', async () => {
		const { json, error } = await fixture.engine.vault(discover('olivia@veepharm.com'));
		expect(error).toBeUndefined();
		expect(json('Vault')).toEqual([
			{
				username: 'olivia@veepharm.com',
				auth_type: 'password',
				credential: expect.objectContaining({ authentication_method: 'User Name and Password' }),
			},
		]);
		expect(fixture.vault.calls).toEqual([
			expect.objectContaining({ method: 'POST', path: '/auth/discovery' }),
		]);
	});

	test('returns the profiles of an SSO user', async () => {
		const { json } = await fixture.engine.vault(
			discover('sam@veepharm.com', { includeMsal: true }),
		);
		expect(json('Vault')).toEqual([
			expect.objectContaining({
				auth_type: 'sso',
				auth_profiles: [expect.objectContaining({ use_msal: expect.any(Boolean) })],
			}),
		]);
	});

	test.each([
		['olivia@veepharm.com', 'User Name and Password', undefined],
		['sam@veepharm.com', 'OAuth 2.0 / OpenID Connect', 1],
		['rita@veepharm.com', 'OAuth 2.0 / OpenID Connect', 2],
		['max@veepharm.com', 'API Access Token, or Session ID', undefined],
	])('says which credential suits %s', async (user, method, profiles) => {
		const { json } = await fixture.engine.vault(discover(user));
		const [{ credential, auth_profiles }] = json('Vault') as Array<{
			credential: { authentication_method: string; values?: Array<Record<string, unknown>> };
			auth_profiles?: Array<{ id: string; as_metadata: { token_endpoint: string } }>;
		}>;
		expect(credential.authentication_method).toBe(method);
		expect(credential.values?.length).toBe(profiles);
		expect(
			credential.values?.map(({ profile_id, token_endpoint }) => [profile_id, token_endpoint]),
		).toEqual(
			profiles === undefined
				? undefined
				: auth_profiles?.map(({ id, as_metadata }) => [id, as_metadata.token_endpoint]),
		);
	});

	test('sends a user name full of special characters unchanged', async () => {
		const username = 'o&l=i+v%i"a\'é#?@veepharm.com';
		await fixture.engine.vault(discover(username, { clientId: 'a&b=c' }));
		expect(fixture.vault.calls[0].query).toEqual({ username, client_id: 'a&b=c' });
	});

	test('looks up each item on its own', async () => {
		const { items } = await fixture.engine.vault(discover('={{ $json.user }}'), {
			items: [{ user: 'olivia@veepharm.com' }, { user: 'max@veepharm.com' }],
		});
		expect(items('Vault')).toEqual([
			{ json: expect.objectContaining({ auth_type: 'password' }), pairedItem: { item: 0 } },
			{
				json: expect.objectContaining({ auth_type: 'sso', auth_profiles: [] }),
				pairedItem: { item: 1 },
			},
		]);
	});
});

test('Authentication › Get API Versions lists each version with its address', async () => {
	const credential = await fixture.credential();
	const { items } = await fixture.engine.vault(
		{ resource: 'authentication', operation: 'getVersions' },
		{ credential },
	);
	expect(items('Vault')).toContainEqual({
		json: { version: 'v25.2', url: `${fixture.promoMats}/api/v25.2` },
		pairedItem: { item: 0 },
	});
});

describe('Session › Log In', () => {
	test('passes the session to the next steps', async () => {
		const credential = await fixture.credential();
		const { json } = await fixture.engine.vault(logIn, { credential });
		const [session] = fixture.vault.sessions();
		expect(json('Vault')).toEqual([
			{
				sessionId: session.id,
				userId: 12021,
				vaultId: 1776,
				vaultIds: [
					{ id: 1776, name: 'PromoMats', url: `${fixture.promoMats}/api` },
					{ id: 1777, name: 'QualityDocs', url: `${fixture.qualityDocs}/api` },
				],
				vault_dns: fixture.promoMats,
				started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
			},
		]);
	});

	test('does not log in when the credential has a valid session', async () => {
		const credential = await fixture.credential();
		const first = await fixture.engine.vault(logIn, { credential });
		const second = await fixture.engine.vault(logIn, { credential });
		expect(second.json('Vault')).toEqual(first.json('Vault'));
		expect(fixture.vault.logins).toBe(1);
	});

	test('returns a session that works in a step that sends it itself', async () => {
		const credential = await fixture.credential();
		const { engine } = fixture;
		const outcome = await engine.run([
			engine.node('Vault', VEEVA_VAULT, logIn, { credential }),
			engine.node('HTTP', HTTP_REQUEST, {
				url: '={{ $json.vault_dns }}/api/v25.2/objects/users/me',
				sendHeaders: true,
				headerParameters: {
					parameters: [
						{ name: 'Authorization', value: '={{ $json.sessionId }}' },
						{ name: 'X-VaultAPI-ClientID', value: 'test' },
					],
				},
				options: {},
			}),
		]);
		expect(outcome.json('HTTP')).toEqual([expect.objectContaining({ responseStatus: 'SUCCESS' })]);
	});
});

describe('Session › Keep Alive', () => {
	test("keeps the credential's session alive", async () => {
		const credential = await fixture.credential();
		const { json } = await fixture.engine.vault(keepAlive, { credential });
		expect(json('Vault')).toEqual([{ responseStatus: 'SUCCESS', vault_dns: fixture.promoMats }]);
		expect(fixture.vault.count({ method: 'POST', path: '/keep-alive', outcome: 'SUCCESS' })).toBe(
			1,
		);
	});
});

describe('Session › Validate', () => {
	test('returns the user', async () => {
		const credential = await fixture.credential();
		const { json } = await fixture.engine.vault(validate, { credential });
		expect(json('Vault')).toEqual([
			expect.objectContaining({
				id: 12021,
				user_name__v: 'olivia@veepharm.com',
				vault_dns: fixture.promoMats,
			}),
		]);
	});

	test("does not count as activity: the session's idle time runs on", async () => {
		const credential = await fixture.credential();
		await fixture.engine.vault(keepAlive, { credential });
		const [{ lastActivity }] = fixture.vault.sessions();
		fixture.vault.clock.advance(1000);
		await fixture.engine.vault(validate, { credential });
		expect(fixture.vault.sessions()[0].lastActivity).toBe(lastActivity);
	});
});

describe('Session › End', () => {
	test('removes the session from the credential before Vault ends it', async () => {
		const credential = await fixture.credential();
		await fixture.engine.vault(validate, { credential });
		expect(await fixture.engine.credentialData(credential)).toMatchObject({
			sessionToken: fixture.vault.sessions()[0].id,
		});
		const { json } = await fixture.engine.vault(end, { credential });
		expect(json('Vault')).toEqual([{ responseStatus: 'SUCCESS', vault_dns: fixture.promoMats }]);
		expect(fixture.vault.sessions()).toEqual([]);
		expect(await fixture.engine.credentialData(credential)).toMatchObject({
			sessionToken: '',
			sessionDetails: '',
		});
	});

	test("removes the stored session even when Vault's response is lost", async () => {
		const credential = await fixture.credential();
		await fixture.engine.vault(validate, { credential });
		fixture.vault.fail({ on: { method: 'DELETE' }, with: 'reset' });
		const { error } = await fixture.engine.vault(end, { credential });
		expect(error?.message).toContain('closed the connection');
		expect(await fixture.engine.credentialData(credential)).toMatchObject({ sessionToken: '' });
	});

	test('ends nothing and does not log in when there is no session', async () => {
		const credential = await fixture.credential();
		const { json } = await fixture.engine.vault(end, { credential });
		expect(json('Vault')).toEqual([{ responseStatus: 'SUCCESS', vault_dns: fixture.promoMats }]);
		expect(fixture.vault.calls).toEqual([]);
	});

	test('succeeds when the session has already ended', async () => {
		const credential = await fixture.credential();
		await fixture.engine.vault(validate, { credential });
		fixture.vault.killSessions();
		const { error } = await fixture.engine.vault(end, { credential });
		expect(error).toBeUndefined();
	});

	test('lets the next step log in again', async () => {
		const credential = await fixture.credential();
		await fixture.engine.vault(validate, { credential });
		await fixture.engine.vault(end, { credential });
		const { error } = await fixture.engine.vault(validate, { credential });
		expect(error).toBeUndefined();
		expect(fixture.vault.logins).toBe(2);
	});
});

describe('Delegation › Get Many', () => {
	test('returns one item for each delegation', async () => {
		const credential = await fixture.credential();
		const { items } = await fixture.engine.vault(getAll, { credential });
		expect(items('Vault')).toEqual([
			{
				json: {
					id: 1776,
					name: 'PromoMats',
					dns: fixture.vault.hosts.promoMats,
					delegator_userid: '61579',
				},
				pairedItem: { item: 0 },
			},
			{
				json: {
					id: 1777,
					name: 'QualityDocs',
					dns: fixture.vault.hosts.qualityDocs,
					delegator_userid: '61579',
				},
				pairedItem: { item: 0 },
			},
		]);
	});

	test('returns no more than the limit', async () => {
		const credential = await fixture.credential();
		const { json } = await fixture.engine.vault(
			{ ...getAll, returnAll: false, limit: 1 },
			{ credential },
		);
		expect(json('Vault')).toHaveLength(1);
	});

	test('returns no items when there are no delegations', async () => {
		const credential = await fixture.credential();
		for (const vaultId of [1776, 1777]) {
			fixture.vault.removeDelegation({
				delegator: 'ian@veepharm.com',
				delegate: OLIVIA,
				vaultId,
			});
		}
		const outcome = await fixture.engine.vault(getAll, { credential });
		expect(outcome.error).toBeUndefined();
		expect(outcome.json('Vault')).toEqual([]);
	});
});

describe('Delegation › Start Session', () => {
	test('returns a session with which the next steps act as the delegator, and its Vault', async () => {
		const credential = await fixture.credential();
		const { engine } = fixture;
		const given = {
			sessionSource: 'sessionId',
			sessionId: "={{ $('Start').item.json.delegated_sessionid }}",
			vaultDns: "={{ $('Start').item.json.vault_dns }}",
		};
		const delegation = byId('={{ $json.id }}:{{ $json.delegator_userid }}');
		const outcome = await engine.run([
			engine.node('List', VEEVA_VAULT, getAll, { credential }),
			engine.node('Start', VEEVA_VAULT, { ...start, delegation }, { credential }),
			engine.node('Validate', VEEVA_VAULT, { ...validate, ...given }),
			engine.node('Keep', VEEVA_VAULT, { ...keepAlive, ...given }),
			engine.node('End', VEEVA_VAULT, { ...end, ...given }),
			engine.node('Own', VEEVA_VAULT, validate, { credential }),
		]);
		expect(outcome.error).toBeUndefined();
		expect(outcome.json('Start')).toEqual([
			{
				delegated_sessionid: expect.stringMatching(/^[0-9A-F]{128}$/),
				vault_id: '1776',
				delegator_userid: '61579',
				vault_dns: fixture.promoMats,
			},
			expect.objectContaining({ vault_id: '1777', vault_dns: fixture.qualityDocs }),
		]);
		expect(outcome.json('Validate')).toEqual([
			expect.objectContaining({ id: 61579, delegate_user_id: 12021, vault_dns: fixture.promoMats }),
			expect.objectContaining({
				id: 61579,
				delegate_user_id: 12021,
				vault_dns: fixture.qualityDocs,
			}),
		]);
		expect(outcome.json('Own')).toEqual([
			expect.objectContaining({ id: 12021 }),
			expect.objectContaining({ id: 12021 }),
		]);
		// The two delegated sessions have ended; Olivia's own lives on.
		expect(fixture.vault.sessions().map(({ userId }) => userId)).toEqual([12021]);
		expect(fixture.vault.logins).toBe(1);
	});

	test('makes one call when the delegator is in a Vault of the user', async () => {
		const credential = await fixture.credential();
		await fixture.engine.vault(keepAlive, { credential });
		const before = fixture.vault.calls.length;
		await fixture.engine.vault({ ...start, delegation: byId('1777:61579') }, { credential });
		expect(fixture.vault.calls.length - before).toBe(1);
	});

	test('finds the address of a Vault that the user is not a member of', async () => {
		fixture.vault.user(OLIVIA).vaultIds = [1776];
		const credential = await fixture.credential();
		const { json } = await fixture.engine.vault(
			{ ...start, delegation: byId('1777:61579') },
			{ credential },
		);
		expect(json('Vault')).toEqual([
			expect.objectContaining({ vault_dns: fixture.vault.hosts.qualityDocs, vault_id: '1777' }),
		]);
	});

	test("starts no session when its Vault's address is not known", async () => {
		fixture.vault.user(OLIVIA).vaultIds = [1776];
		const credential = await fixture.credential();
		fixture.vault.fail({
			on: { path: '/delegation/vaults' },
			with: { error: 'INSUFFICIENT_ACCESS' },
		});
		const { error } = await fixture.engine.vault(
			{ ...start, delegation: byId('1777:61579') },
			{ credential },
		);
		expect(error?.message).toMatch(/\[INSUFFICIENT_ACCESS\]$/);
		expect(fixture.vault.count({ path: '/delegation/login' })).toBe(0);
	});

	test('is refused in a delegated session', async () => {
		const credential = await fixture.credential();
		const { json } = await fixture.engine.vault(
			{ ...start, delegation: byId('1776:61579') },
			{ credential },
		);
		const [{ delegated_sessionid: sessionId, vault_dns: vaultDns }] = json('Vault');
		const { error } = await fixture.engine.vault({
			...start,
			delegation: byId('1776:61579'),
			sessionSource: 'sessionId',
			sessionId: textOf(sessionId),
			vaultDns: textOf(vaultDns),
		});
		expect(error?.message).toMatch(/\[OPERATION_NOT_ALLOWED\]$/);
	});

	test('offers the delegations in a searchable list', async () => {
		const credential = await fixture.credential();
		const node = fixture.engine.node('Vault', VEEVA_VAULT, start, { credential });
		const all = {
			name: 'PromoMats – user ID 61579',
			value: '1776:61579',
			description: fixture.vault.hosts.promoMats,
		};
		const { results } = await fixture.engine.listSearch('getDelegations', node);
		expect(results).toHaveLength(2);
		expect(results[0]).toEqual(all);
		for (const filter of ['promo', '1776', ' LOCALHOST ']) {
			expect((await fixture.engine.listSearch('getDelegations', node, filter)).results).toEqual([
				all,
			]);
		}
		expect((await fixture.engine.listSearch('getDelegations', node, 'nothing')).results).toEqual(
			[],
		);
	});
});

describe('several items', () => {
	const validateGiven = {
		...validate,
		sessionSource: 'sessionId',
		sessionId: '={{ $json.session }}',
		vaultDns: '={{ $json.dns }}',
	};

	/** Three items, of which the middle one carries a session that does not live. */
	async function items() {
		const credential = await fixture.credential();
		const { json } = await fixture.engine.vault(logIn, { credential });
		const [{ sessionId: session, vault_dns: dns }] = json('Vault');
		return [
			{ session, dns },
			{ session: 'DEAD', dns },
			{ session, dns },
		];
	}

	test('the first failed item stops the step, and the error says which item it was', async () => {
		const { error, json } = await fixture.engine.vault(validateGiven, { items: await items() });
		expect(error?.message).toMatch(/\[INVALID_SESSION_ID\]$/);
		expect(error?.context).toMatchObject({ itemIndex: 1 });
		expect(json('Vault')).toEqual([]);
	});

	test('with "Continue", every item has its own outcome, paired with its input', async () => {
		const outcome = await fixture.engine.vault(validateGiven, {
			items: await items(),
			onError: 'continueRegularOutput',
		});
		expect(outcome.error).toBeUndefined();
		expect(outcome.items('Vault')).toEqual([
			{ json: expect.objectContaining({ id: 12021 }), pairedItem: { item: 0 } },
			{
				json: {
					error: {
						message: expect.stringMatching(/\[INVALID_SESSION_ID\]$/),
						description: expect.stringContaining('The session has ended'),
						type: 'INVALID_SESSION_ID',
						execution_id: expect.any(String),
					},
				},
				pairedItem: { item: 1 },
			},
			{ json: expect.objectContaining({ id: 12021 }), pairedItem: { item: 2 } },
		]);
	});

	test('with "Continue (using error output)", failed items go to the error output', async () => {
		const { engine } = fixture;
		const node = engine.node('Vault', VEEVA_VAULT, validateGiven, {
			onError: 'continueErrorOutput',
		});
		const outcome = await engine.run([node], { items: await items() });
		const outputs = outcome.run.data.resultData.runData.Vault[0].data?.main ?? [];
		expect(outputs.map((output) => output?.length)).toEqual([2, 1]);
		expect(outputs[1]?.[0].json).toMatchObject({
			session: 'DEAD',
			error: {
				message: expect.stringMatching(/\[INVALID_SESSION_ID\]$/),
				type: 'INVALID_SESSION_ID',
			},
		});
	});

	test('each item makes one call when there is a session', async () => {
		const credential = await fixture.credential();
		await fixture.engine.vault(keepAlive, { credential });
		const before = fixture.vault.calls.length;
		await fixture.engine.vault(keepAlive, { credential, items: Array(10).fill({}) });
		expect(fixture.vault.calls.length - before).toBe(10);
	});
});
