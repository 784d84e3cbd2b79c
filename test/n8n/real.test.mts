import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';

import { installN8n } from '../../demo/install.mts';
import { startN8n, type N8n } from '../../demo/n8n.mts';
import { providePackage } from '../../demo/package.mts';
import { freePorts } from '../../demo/ports.mts';
import { N8nRest, type Execution, type WorkflowNode } from '../../demo/rest.mts';
import { signIn } from '../../demo/workspace.mts';
import { startSimulator, type Simulator } from '../simulator/simulator.mts';

/**
 * The package, packed and installed as by a user, in the full n8n. What these tests show has to agree with what the
 * engine tests show with their own CredentialsHelper.
 */

const OLIVIA = { username: 'olivia@veepharm.com', password: 'correct horse battery' };
const ME = '/api/v25.2/objects/users/me';

let vault: Simulator;
let n8n: N8n;
let rest: N8nRest;
let userFolder: string;
let promoMats: string;

/** Everything that must not be found afterwards. */
const secrets = new Set<string>();

before(async () => {
	await installN8n();
	userFolder = mkdtempSync(join(tmpdir(), 'veeva-vault-n8n-'));
	await providePackage(userFolder);
	vault = await startSimulator();
	promoMats = vault.url(vault.hosts.promoMats, '');
	const [port] = await freePorts(1);
	n8n = await startN8n({
		userFolder,
		port,
		env: { N8N_LOG_LEVEL: 'debug', N8N_LOG_OUTPUT: 'console,file' },
	});
	rest = new N8nRest(n8n.url);
	await signIn(rest);
});

after(async () => {
	await n8n?.stop();
	await vault?.close();
	if (userFolder !== undefined) rmSync(userFolder, { recursive: true, force: true });
});

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
		data: {
			vaultDns: promoMats,
			authentication: 'password',
			username: OLIVIA.username,
			password: vault.user(OLIVIA.username).password,
			apiVersion: 'v25.2',
			sessionTimeout: 20,
			vaultClientId: 'n8n-nodes-veeva-vault',
			loginHost: vault.url(vault.hosts.login, ''),
			...fields,
		},
	});
	return id;
}

/** Runs one node after a manual trigger, and waits for the execution. */
async function run(
	credentialId: string,
	node: Pick<WorkflowNode, 'type' | 'typeVersion' | 'parameters'>,
): Promise<Execution> {
	const workflow = await rest.importWorkflow({
		name: `Workflow ${tests}`,
		nodes: [
			{
				name: 'Start',
				type: 'n8n-nodes-base.manualTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: {},
			},
			{
				name: 'Step',
				position: [200, 0],
				...node,
				credentials: { veevaVaultApi: { id: credentialId, name: `Credential ${tests}` } },
			},
		],
		connections: { Start: { main: [[{ node: 'Step', type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	});
	return await rest.waitForExecution(await rest.runWorkflow(workflow.id, 'Start'));
}

async function runVault(credentialId: string, operation: string, more = {}): Promise<Execution> {
	return await run(credentialId, {
		type: 'n8n-nodes-veeva-vault.veevaVault',
		typeVersion: 1,
		parameters: { resource: 'session', operation, ...more },
	});
}

async function runHttp(credentialId: string, url: string): Promise<Execution> {
	return await run(credentialId, {
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: {
			url,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'veevaVaultApi',
			options: {},
		},
	});
}

function output({ runData }: Execution): Record<string, unknown> {
	return runData.Step?.[0].data?.main?.[0]?.[0].json ?? {};
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
	const files = readdirSync(userFolder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name))
		.filter((file) => !file.includes('node_modules') && !file.includes(join('.cache', 'n8n')));
	const names = files.map((file) => file.slice(userFolder.length));
	assert.ok(
		names.some((name) => name.endsWith('database.sqlite')),
		names.join(),
	);
	assert.ok(
		names.some((name) => name.endsWith('.log')),
		names.join(),
	);

	const found = (text: string) =>
		files
			.filter((file) => readFileSync(file).includes(text))
			.map((file) => file.slice(userFolder.length));
	// The search finds what is there: a workflow's name in the database, an execution in the log.
	assert.ok(found(`Workflow ${tests - 1}`).some((name) => name.includes('database.sqlite')));
	assert.ok(found('Workflow execution finished').some((name) => name.endsWith('.log')));
	for (const secret of secrets) {
		assert.deepEqual(found(secret), [], `a secret of ${secret.length} characters was saved`);
	}
});
