import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { Execution, StoredWorkflow } from '../harness/rest.mts';
import { IAN, OLIVIA } from '../test/fixture/data.mts';
import { startFixture, type Fixture } from './fixture.mts';
import { explain, inARow, manualTrigger, outputOf, vaultNode } from './workflows.mts';

/**
 * What an earlier version of the package saved, in an n8n that then gets this one. The tarballs next to this file are those
 * versions, as they were packed.
 */
const VERSIONS = ['0.1.0', '0.2.0'];
const PACKAGE_JSON = join(import.meta.dirname, '..', 'package.json');
const API_TOKEN = 'veeva-vault-0123456789abcdef';

/** A workflow for one credential, and the user that its steps meet in Vault. */
interface Saved {
	title: string;
	workflow: StoredWorkflow;
	user: string;
}

for (const version of VERSIONS) {
	describe(`upgrade from ${version}`, () => {
		let fixture: Fixture;
		let saved: Saved[];

		before(async () => {
			const tarball = join(import.meta.dirname, 'upgrade', `n8n-nodes-veeva-vault-${version}.tgz`);
			fixture = await startFixture({ tarball });
			saved = await saveAll(fixture);
		});

		after(() => fixture?.close());

		test('saved workflows and credentials keep working, with the stored session', async () => {
			assert.equal(installedVersion(fixture), version);
			await runAll(fixture, saved);
			const { vault } = fixture;
			// One for the user. The other user's session rests on it.
			assert.equal(vault.logins, 1);

			await fixture.upgrade();
			assert.equal(installedVersion(fixture), versionIn(PACKAGE_JSON));
			assert.notEqual(installedVersion(fixture), version);
			await runAll(fixture, saved);
			assert.equal(vault.logins, 1, 'the stored session was not taken over');

			vault.killSessions();
			await runAll(fixture, saved);
			assert.equal(vault.logins, 2, 'the stored password does not log in again');
		});

		test('saved credentials pass their test', async () => {
			for (const { id, name } of await fixture.rest.credentials()) {
				const { status, message } = await fixture.rest.testCredential(id);
				assert.equal(status, 'OK', `${name}: ${message}`);
			}
		});
	});
}

async function saveAll(fixture: Fixture): Promise<Saved[]> {
	const { vault } = fixture;
	vault.apiTokens.set(API_TOKEN, { username: OLIVIA, vaultId: 1776 });
	return [
		await save(fixture, 'User Name and Password', OLIVIA, {}),
		await save(fixture, 'Act on Behalf of Another User', IAN, {
			delegated: true,
			delegatedVaultId: '1776',
			delegatorUserId: String(vault.user(IAN).id),
		}),
		await save(fixture, 'API Access Token', OLIVIA, {
			authentication: 'accessToken',
			accessToken: API_TOKEN,
		}),
	];
}

/** Stores a credential, and a workflow that uses it in the Veeva Vault node and in n8n's HTTP Request node. */
async function save(
	fixture: Fixture,
	title: string,
	user: string,
	fields: ICredentialDataDecryptedObject,
): Promise<Saved> {
	const { id, name } = await fixture.rest.createCredential({
		name: title,
		type: 'veevaVaultApi',
		data: fixture.credentialData(fields),
	});
	const credentials = { veevaVaultApi: { id, name } };
	const workflow = await fixture.rest.importWorkflow(
		inARow(title, [
			manualTrigger,
			vaultNode('Validate', { resource: 'session', operation: 'validate' }, credentials),
			{
				name: 'HTTP Request',
				type: 'n8n-nodes-base.httpRequest',
				typeVersion: 4.2,
				position: [0, 0],
				parameters: {
					url: `${fixture.promoMats}/api/v25.2/objects/users/me`,
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

async function runAll(fixture: Fixture, saved: Saved[]): Promise<void> {
	for (const { title, workflow, user } of saved) {
		const id = await fixture.rest.runWorkflow(workflow.id, manualTrigger.name);
		const execution = await fixture.rest.waitForExecution(id);
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

function installedVersion(fixture: Fixture): string {
	const modules = join(fixture.userFolder, '.n8n', 'nodes', 'node_modules');
	assert.ok(readdirSync(modules).includes('n8n-nodes-veeva-vault'));
	return versionIn(join(modules, 'n8n-nodes-veeva-vault', 'package.json'));
}

function versionIn(packageJson: string): string {
	return (JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string }).version;
}
