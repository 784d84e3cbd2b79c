import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { call, openSession, poke } from './calling.mts';
import { controlClient, type ControlClient } from './control.client.mts';
import { startSimulator, type Simulator } from './simulator.mts';

describe("the simulator's control over HTTP", () => {
	let vault: Simulator;
	let client: ControlClient;
	beforeAll(async () => {
		vault = await startSimulator();
		client = controlClient(vault.url(vault.hosts.promoMats, '/'));
	});
	beforeEach(() => vault.reset());
	afterAll(() => vault.close());

	it('shows calls, sessions and counts, and is not counted as a call', async () => {
		await openSession(vault);
		expect(await client.calls()).toEqual(vault.calls);
		expect(await client.sessions()).toEqual(vault.sessions());
		expect([await client.logins(), await client.changes()]).toEqual([1, 1]);
		expect(vault.calls).toHaveLength(1);
	});

	it('moves the clock', async () => {
		await openSession(vault);
		await client.clock.advance(60 * 60_000);
		expect(await client.sessions()).toEqual([]);
	});

	it('kills sessions', async () => {
		const first = await openSession(vault);
		await openSession(vault);
		await client.killSession(first);
		expect(vault.sessions()).toHaveLength(1);
		await client.killSessions();
		expect(vault.sessions()).toHaveLength(0);
	});

	it('sets faults, with patterns and for any number of calls', async () => {
		await client.fail({ with: '500', on: { path: /KEEP-alive$/i }, times: Infinity });
		for (let count = 0; count < 3; count += 1) {
			expect((await call(vault, 'POST', '/api/v25.2/keep-alive')).status).toBe(500);
		}
		expect((await poke(vault, 'x')).status).toBe(200);
		await expect(client.fail({ with: 'redirect' })).rejects.toThrow(/redirect/);
	});

	it('adds and changes users, and resets', async () => {
		await client.addUser({ username: 'new@veepharm.com' });
		expect(await openSession(vault, 'new@veepharm.com')).toHaveLength(128);
		await client.addUser({ username: 'new@veepharm.com', locked: true });
		expect(vault.user('new@veepharm.com')).toMatchObject({ locked: true, vaultIds: [1776] });
		await client.reset();
		expect(() => vault.user('new@veepharm.com')).toThrow();
		expect(vault.calls).toEqual([]);
	});

	it('fills the tables of tokens, and delegations', async () => {
		const username = 'tom@veepharm.com';
		await client.accessTokens.set('a', { username });
		await client.salesforceTokens.set('s', { username });
		await client.apiTokens.set('veeva-vault-1', { username, vaultId: 1777 });
		await client.addDelegation({
			delegator: username,
			delegate: 'ian@veepharm.com',
			vaultId: 1777,
		});
		expect(vault.accessTokens.get('a')).toEqual({ username });
		expect(vault.salesforceTokens.get('s')).toEqual({ username });
		const host = vault.hosts.qualityDocs;
		expect((await poke(vault, 'Bearer veeva-vault-1', host)).error).toBeUndefined();
		const session = await openSession(vault, 'ian@veepharm.com');
		const { body } = await call(vault, 'GET', '/api/v25.2/delegation/vaults', { session });
		expect(body.delegated_vaults).toMatchObject([{ id: 1777, delegator_userid: '12022' }]);
	});

	it('refuses unknown commands', async () => {
		const answer = await fetch(vault.url(vault.hosts.promoMats, '/simulator/nonsense'));
		expect(answer.status).toBe(404);
	});
});

describe('the simulator on its own', () => {
	const start = (...options: string[]) => {
		const main = join(__dirname, 'main.mts');
		const child = spawn(process.execPath, [main, ...options], { stdio: 'pipe' });
		const output = { text: '' };
		for (const stream of [child.stdout, child.stderr]) {
			stream.on('data', (data) => (output.text += String(data)));
		}
		return { child, output };
	};

	it('prints its addresses, users and password, and stops on Ctrl-C', async () => {
		const { child, output } = start('--port', '0');
		while (!output.text.includes('Ctrl-C')) await once(child.stdout, 'data');
		expect(output.text).toContain('olivia@veepharm.com');
		expect(output.text).toContain('correct horse battery');
		const origin = /http:\/\/localhost:\d+/.exec(output.text)?.[0] ?? '';
		expect(await controlClient(origin).calls()).toEqual([]);
		child.kill('SIGINT');
		expect(await once(child, 'exit')).toEqual([0, null]);
	});

	it('says in one line that its port is taken', async () => {
		const vault = await startSimulator();
		const { child, output } = start('--port', String(vault.port));
		expect(await once(child, 'close')).toEqual([1, null]);
		expect(output.text).toMatch(/^Port \d+ is taken.*\n$/);
		await vault.close();
	});

	it('prints its help, and refuses options that are not valid', async () => {
		const help = start('--help');
		expect(await once(help.child, 'close')).toEqual([0, null]);
		expect(help.output.text).toContain('--port');
		const nonsense = start('--port', 'many');
		expect(await once(nonsense.child, 'close')).toEqual([1, null]);
		expect(nonsense.output.text).toBe('--port needs a number, not "many".\n');
	});
});
