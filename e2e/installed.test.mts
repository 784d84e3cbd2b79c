import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import type { N8n } from '../demo/n8n.mts';
import type { Execution, N8nRest } from '../demo/rest.mts';
import type { Simulator } from '../test/simulator/simulator.mts';
import { assertNoneSaved } from './secrets.mts';
import { outputOf, runOnce, vaultNode } from './workflows.mts';
import { OLIVIA, startWorld, type World } from './world.mts';

/**
 * The package, packed and installed as by a user, in the full n8n. What these tests show has to agree with what the
 * engine tests show with their own CredentialsHelper.
 */

const ME = '/api/v25.2/objects/users/me';

let world: World;
let vault: Simulator;
let n8n: N8n;
let rest: N8nRest;
let promoMats: string;

/** Everything that must not be found afterwards. */
const secrets = new Set<string>();

before(async () => {
	world = await startWorld({
		n8n: { env: { N8N_LOG_LEVEL: 'debug', N8N_LOG_OUTPUT: 'console,file' } },
	});
	({ vault, n8n, rest, promoMats } = world);
});

after(() => world?.close());

let tests = 0;
beforeEach(() => {
	rememberSecrets();
	vault.reset();
	// Another password for each test, and so a login of which n8n's process knows nothing yet.
	vault.user(OLIVIA.username).password = `${OLIVIA.password} ${++tests}`;
});

function rememberSecrets(): void {
	for (const { headers, form } of vault.calls) {
		if (headers.authorization !== undefined) secrets.add(headers.authorization);
		if (form?.password !== undefined) secrets.add(form.password);
	}
	for (const { id } of vault.sessions()) secrets.add(id);
}

/** Stores a credential for Olivia in PromoMats. */
async function credential(fields: Record<string, unknown> = {}): Promise<string> {
	const { id } = await rest.createCredential({
		name: `Credential ${tests}`,
		type: 'veevaVaultApi',
		data: world.credentialData(fields),
	});
	return id;
}

function linkTo(credentialId: string) {
	return { veevaVaultApi: { id: credentialId, name: `Credential ${tests}` } };
}

async function runVault(credentialId: string, operation: string): Promise<Execution> {
	const step = vaultNode('Step', { resource: 'session', operation }, linkTo(credentialId));
	return await runOnce(rest, `Workflow ${tests}`, step);
}

async function runHttp(credentialId: string, url: string): Promise<Execution> {
	return await runOnce(rest, `Workflow ${tests}`, {
		name: 'Step',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		position: [0, 0],
		parameters: {
			url,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'veevaVaultApi',
			options: {},
		},
		credentials: linkTo(credentialId),
	});
}

function output(execution: Execution): Record<string, unknown> {
	return outputOf(execution, 'Step')[0] ?? {};
}

test('the HTTP Request node reaches Vault with the session that the credential keeps', async () => {
	const id = await credential();
	assert.equal((await runVault(id, 'validate')).status, 'success');
	const execution = await runHttp(id, promoMats + ME);
	assert.equal(execution.status, 'success', execution.error?.message);
	assert.equal(output(execution).responseStatus, 'SUCCESS');
	assert.equal(vault.logins, 1);
	const [first, second] = vault.calls.filter(({ path }) => path === ME);
	assert.equal(first.headers.authorization, second.headers.authorization);
});

test('the credential test logs in afresh, and tells a wrong password', async () => {
	const id = await credential();
	assert.deepEqual(await rest.testCredential(id), {
		status: 'OK',
		message: 'Connection successful!',
	});
	assert.equal((await rest.testCredential(id)).status, 'OK');
	assert.equal(vault.logins, 2);
	await rest.updateCredential(id, { password: 'not that one, surely' });
	const result = await rest.testCredential(id);
	assert.equal(result.status, 'Error');
	assert.match(result.message, /\[USERNAME_OR_PASSWORD_INCORRECT\]$/);
});

test('the session is never sent to the editor', async () => {
	const id = await credential();
	await runVault(id, 'validate');
	const [session] = vault.sessions();
	assert.equal(JSON.stringify(await rest.credential(id)).includes(session.id), false);
});

test('a changed user name logs in as the new user', async () => {
	const id = await credential();
	assert.equal(output(await runVault(id, 'validate')).user_name__v, OLIVIA.username);
	await rest.updateCredential(id, { username: 'ian@veepharm.com', password: OLIVIA.password });
	assert.equal(output(await runVault(id, 'validate')).user_name__v, 'ian@veepharm.com');
	assert.equal(vault.logins, 2);
});

test('a session that was killed is replaced, and the call made once more', async () => {
	const id = await credential();
	await runVault(id, 'validate');
	vault.killSessions();
	assert.equal((await runVault(id, 'validate')).status, 'success');
	assert.equal(vault.logins, 2);
});

test('End clears the stored session; the next step logs in', async () => {
	const id = await credential();
	await runVault(id, 'validate');
	assert.equal((await runVault(id, 'end')).status, 'success');
	assert.equal(vault.sessions().length, 0);
	assert.equal((await runVault(id, 'validate')).status, 'success');
	assert.equal(vault.logins, 2);
});

test('a request to another host is refused before it is sent', async () => {
	const id = await credential();
	await runVault(id, 'validate');
	const before = vault.calls.length;
	const execution = await runHttp(id, 'https://example.com/api/v25.2/objects/users/me');
	assert.equal(execution.status, 'error');
	assert.match(
		execution.error?.message ?? '',
		/^The request to example\.com was not sent: it is not a host of this credential's Vault$/,
	);
	assert.equal(vault.calls.length, before);
});

test('a refused login is sent once, however often it is asked for', async () => {
	const id = await credential({ password: 'certainly not the password' });
	for (let times = 0; times < 3; times++) {
		const [node, http] = [await runVault(id, 'validate'), await runHttp(id, promoMats + ME)];
		for (const { error } of [node, http]) {
			assert.match(error?.message ?? '', /\[USERNAME_OR_PASSWORD_INCORRECT\]$/);
		}
	}
	assert.equal(vault.logins, 1);
});

test('other failures, for the search below', async () => {
	const id = await credential();
	for (const fault of ['reset', '500', 'html', 'downtime'] as const) {
		for (const path of ['/auth', ME]) {
			vault.fail({ on: { path }, with: fault });
			vault.killSessions();
			assert.equal((await runVault(id, 'validate')).status, 'error', `${fault} at ${path}`);
		}
		vault.fail({ on: { path: ME }, with: fault });
		await runHttp(id, promoMats + ME);
	}
});

test("after all that: no password and no session in n8n's database, logs or saved executions", async () => {
	rememberSecrets();
	await n8n.stop();
	assert.ok(secrets.size > 10, `only ${secrets.size} secrets to look for`);
	assertNoneSaved(world.userFolder, secrets, {
		database: `Workflow ${tests - 1}`,
		log: 'Workflow execution finished',
	});
});
