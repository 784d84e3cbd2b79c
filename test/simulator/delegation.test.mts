import { call, openSession, poke } from './calling.mts';
import { startSimulator, type Simulator } from './simulator.mts';

let vault: Simulator;
beforeAll(async () => {
	vault = await startSimulator();
});
beforeEach(() => vault.reset());
afterAll(() => vault.close());

const retrieve = (session: string) =>
	call(vault, 'GET', '/api/v25.2/delegation/vaults', { session });
const initiate = (session: string, form: Record<string, string>) =>
	call(vault, 'POST', '/api/v25.2/delegation/login', { session, form });
const ian = { vault_id: '1776', delegator_userid: '61579' };

describe('delegated access', () => {
	it('lists where the user may act for whom', async () => {
		const { body } = await retrieve(await openSession(vault));
		expect(body.delegated_vaults).toEqual([
			{ id: 1776, name: 'PromoMats', dns: vault.hosts.promoMats, delegator_userid: '61579' },
			{ id: 1777, name: 'QualityDocs', dns: vault.hosts.qualityDocs, delegator_userid: '61579' },
		]);
		const none = await retrieve(await openSession(vault, 'ian@veepharm.com'));
		expect(none.body.delegated_vaults).toEqual([]);
	});

	it('acts as the delegator, in one Vault only', async () => {
		const { body } = await initiate(await openSession(vault), ian);
		const session = String(body.delegated_sessionid);
		const me = await call(vault, 'GET', '/api/v25.2/objects/users/me', { session });
		expect(me.body).toMatchObject({
			users: [{ user: { id: 61579, user_name__v: 'ian@veepharm.com', delegate_user_id: 12021 } }],
		});
		expect(me.headers.get('X-VaultAPI-UserId')).toBe('61579');
		expect((await poke(vault, session, vault.hosts.qualityDocs)).error).toBe('INVALID_SESSION_ID');
		expect(vault.sessions()).toContainEqual(
			expect.objectContaining({ id: session, userId: 61579, delegateUserId: 12021 }),
		);
	});

	it('outlives the session that opened it, and ends with the delegation', async () => {
		const opener = await openSession(vault);
		const session = String((await initiate(opener, ian)).body.delegated_sessionid);
		vault.killSession(opener);
		expect((await poke(vault, session)).error).toBeUndefined();
		vault.removeDelegation({
			delegator: 'ian@veepharm.com',
			delegate: 'olivia@veepharm.com',
			vaultId: 1776,
		});
		expect((await poke(vault, session)).error).toBe('INVALID_SESSION_ID');
	});

	it('cannot be initiated from a delegated session', async () => {
		const { body } = await initiate(await openSession(vault), ian);
		const again = await initiate(String(body.delegated_sessionid), ian);
		expect(again.error).toBe('OPERATION_NOT_ALLOWED');
	});

	it.each([
		['PARAMETER_REQUIRED', { vault_id: '1776' }],
		['PARAMETER_REQUIRED', { delegator_userid: '61579' }],
		['INVALID_DATA', { vault_id: '1779', delegator_userid: '61579' }],
		['INVALID_DATA', { vault_id: '1776', delegator_userid: '1' }],
		['INSUFFICIENT_ACCESS', { vault_id: '1777', delegator_userid: '12022' }],
	])('answers %s to %j', async (type, form: Record<string, string>) => {
		const before = await openSession(vault);
		expect((await initiate(before, form)).error).toBe(type);
	});

	it('can be granted again', async () => {
		const vaultId = 1777;
		vault.addDelegation({ delegator: 'tom@veepharm.com', delegate: 'ian@veepharm.com', vaultId });
		const session = await openSession(vault, 'ian@veepharm.com');
		const granted = await initiate(session, { vault_id: '1777', delegator_userid: '12022' });
		expect(granted.error).toBeUndefined();
	});
});
