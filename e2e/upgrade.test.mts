import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import type { Execution, StoredWorkflow } from '../harness/rest.mts';
import { explain, inARow, manualTrigger, outputOf, vaultNode } from './workflows.mts';
import { OLIVIA, startWorld, type World } from './world.mts';

/**
 * What was saved with version 0.1.0 of the package, in an n8n that then gets the present one. The tarball beside this
 * file is that version as it was packed.
 */

const OLD = join(import.meta.dirname, 'upgrade', 'n8n-nodes-veeva-vault-0.1.0.tgz');
const PACKAGE_JSON = join(import.meta.dirname, '..', 'package.json');
const IAN = 'ian@veepharm.com';
const API_TOKEN = 'veeva-vault-0123456789abcdef';

let world: World;

/** Each stored with 0.1.0: a workflow for one credential, and whom its steps meet in Vault. */
let saved: Array<{ title: string; workflow: StoredWorkflow; user: string }>;

before(async () => {
	world = await startWorld({ tarball: OLD });
	const { vault } = world;
	vault.apiTokens.set(API_TOKEN, { username: OLIVIA.username, vaultId: 1776 });
	saved = [
		await save('User Name and Password', OLIVIA.username, {}),
		await save('Act on Behalf of Another User', IAN, {
			delegated: true,
			delegatedVaultId: '1776',
			delegatorUserId: String(vault.user(IAN).id),
		}),
		await save('API Access Token', OLIVIA.username, {
			authentication: 'accessToken',
			accessToken: API_TOKEN,
		}),
	];
});

after(() => world?.close());

/** Stores a credential, and a workflow that uses it in the Veeva Vault node and in n8n's HTTP Request node. */
async function save(title: string, user: string, fields: Record<string, unknown>) {
	const { id, name } = await world.rest.createCredential({
		name: title,
		type: 'veevaVaultApi',
		data: world.credentialData(fields),
	});
	const credentials = { veevaVaultApi: { id, name } };
	const workflow = await world.rest.importWorkflow(
		inARow(title, [
			manualTrigger,
			vaultNode('Validate', { resource: 'session', operation: 'validate' }, credentials),
			{
				name: 'HTTP Request',
				type: 'n8n-nodes-base.httpRequest',
				typeVersion: 4.2,
				position: [0, 0],
				parameters: {
					url: `${world.promoMats}/api/v25.2/objects/users/me`,
					authentication: 'predefinedCredentialType',
					nodeCredentialType: 'veevaVaultApi',
					options: {},
				},
				credentials,
			},
			vaultNode('Delegations', { resource: 'delegation', operation: 'getAll' }, credentials),
		]),
	);
	return { title, workflow, user };
}

async function runAll(): Promise<void> {
	for (const { title, workflow, user } of saved) {
		const id = await world.rest.runWorkflow(workflow.id, manualTrigger.name);
		const execution = await world.rest.waitForExecution(id);
		assert.equal(execution.status, 'success', `${title}: ${explain(execution)}`);
		assert.equal(outputOf(execution, 'Validate')[0].user_name__v, user, title);
		assert.equal(httpUser(execution), user, title);
	}
}

function httpUser(execution: Execution): unknown {
	const [{ users }] = outputOf(execution, 'HTTP Request') as Array<{
		users: Array<{ user: { user_name__v: string } }>;
	}>;
	return users[0].user.user_name__v;
}

function installedVersion(): string {
	const modules = join(world.userFolder, '.n8n', 'nodes', 'node_modules');
	assert.ok(readdirSync(modules).includes('n8n-nodes-veeva-vault'));
	return versionIn(join(modules, 'n8n-nodes-veeva-vault', 'package.json'));
}

function versionIn(packageJson: string): string {
	return (JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string }).version;
}

test('upgrade: what version 0.1.0 has saved works on after an upgrade, with the session that it keeps', async () => {
	assert.equal(installedVersion(), '0.1.0');
	await runAll();
	const { vault } = world;
	// One for the user; that of the other user rests on it.
	assert.equal(vault.logins, 1);

	await world.upgrade();
	assert.equal(installedVersion(), versionIn(PACKAGE_JSON));
	assert.notEqual(installedVersion(), '0.1.0');
	await runAll();
	assert.equal(vault.logins, 1, 'the stored session was not taken over');

	vault.killSessions();
	await runAll();
	assert.equal(vault.logins, 2, 'the stored password does not log in again');
});

test('upgrade: a credential of version 0.1.0 passes its test', async () => {
	for (const { id, name } of await world.rest.credentials()) {
		const { status, message } = await world.rest.testCredential(id);
		assert.equal(status, 'OK', `${name}: ${message}`);
	}
});
