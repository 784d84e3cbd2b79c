import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';

import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { N8n } from '../harness/n8n.mts';
import type { Execution, N8nRest, WorkflowNode } from '../harness/rest.mts';
import { IAN, ME, OLIVIA, PASSWORD } from '../test/fixture/data.mts';
import type { Simulator } from '../test/simulator/simulator.mts';
import { startFixture, type Fixture } from './fixture.mts';
import { assertNoneSaved } from './secrets.mts';
import {
	createAndQuery,
	explain,
	outputOf,
	publish,
	runOnce,
	vaultNode,
	type Parameters,
} from './workflows.mts';

const QUERY = '/api/v25.2/query';

/**
 * Registers the tests that every supported n8n has to pass, with the package packed and installed as by a user. What they
 * show has to agree with what the engine tests show with their own CredentialsHelper.
 *
 * @param folder the folder into whose `node_modules` that n8n has been installed
 */
export function smoke(folder: string): void {
	let fixture: Fixture;
	let vault: Simulator;
	let n8n: N8n;
	let rest: N8nRest;
	let promoMats: string;
	let stranger: Server;

	/** The headers of what has come to a server that is none of the Vault's. */
	const received: Array<Record<string, unknown>> = [];
	/** Everything that must not be found afterwards. */
	const secrets = new Set<string>();

	before(async () => {
		fixture = await startFixture({
			n8n: { folder, env: { N8N_LOG_LEVEL: 'debug', N8N_LOG_OUTPUT: 'console,file' } },
		});
		({ vault, n8n, rest, promoMats } = fixture);
		stranger = createServer((request, response) => {
			received.push({ ...request.headers });
			response.setHeader('content-type', 'application/json');
			response.end('{}');
		});
		stranger.listen(0, '127.0.0.1');
		await once(stranger, 'listening');
	});

	after(async () => {
		stranger?.close();
		await fixture?.close();
	});

	let tests = 0;
	beforeEach(() => {
		rememberSecrets();
		vault.reset();
		received.length = 0;
		// Another password for each test, and so a login of which n8n's process knows nothing yet.
		vault.user(OLIVIA).password = `${PASSWORD} ${++tests}`;
	});

	function rememberSecrets(): void {
		for (const { headers, form } of vault.calls) {
			if (headers.authorization !== undefined) secrets.add(headers.authorization);
			if (form?.password !== undefined) secrets.add(form.password);
		}
		for (const { id } of vault.sessions()) secrets.add(id);
	}

	/** Stores a credential for Olivia in PromoMats. */
	async function credential(fields: ICredentialDataDecryptedObject = {}): Promise<string> {
		const { id } = await rest.createCredential({
			name: `Credential ${tests}`,
			type: 'veevaVaultApi',
			data: fixture.credentialData(fields),
		});
		return id;
	}

	function linkTo(credentialId: string) {
		return { veevaVaultApi: { id: credentialId, name: `Credential ${tests}` } };
	}

	function vaultStep(credentialId: string, operation: string, more: Parameters = {}): WorkflowNode {
		return vaultNode('Step', { resource: 'session', operation, ...more }, linkTo(credentialId));
	}

	async function runVault(
		credentialId: string,
		operation: string,
		more: Parameters = {},
	): Promise<Execution> {
		return await runOnce(rest, `Workflow ${tests}`, vaultStep(credentialId, operation, more));
	}

	function httpStep(credentialId: string, url: string, more: Parameters = {}): WorkflowNode {
		return {
			name: 'Step',
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.2,
			position: [0, 0],
			parameters: {
				url,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: 'veevaVaultApi',
				options: {},
				...more,
			},
			credentials: linkTo(credentialId),
		};
	}

	async function runHttp(
		credentialId: string,
		url: string,
		more: Parameters = {},
	): Promise<Execution> {
		return await runOnce(rest, `Workflow ${tests}`, httpStep(credentialId, url, more));
	}

	function output(execution: Execution): Record<string, unknown> {
		return outputOf(execution, 'Step')[0] ?? {};
	}

	test('the HTTP Request node uses the session that the credential keeps', async () => {
		const id = await credential();
		assert.equal((await runVault(id, 'validate')).status, 'success');
		const execution = await runHttp(id, promoMats + ME);
		assert.equal(execution.status, 'success', execution.error?.message);
		assert.equal(output(execution).responseStatus, 'SUCCESS');
		assert.equal(vault.logins, 1);
		const [first, second] = vault.calls.filter(({ path }) => path === ME);
		assert.equal(first.headers.authorization, second.headers.authorization);
	});

	test('the HTTP Request node logs in when there is no session', async () => {
		const execution = await runHttp(await credential(), promoMats + ME);
		assert.equal(execution.status, 'success', explain(execution));
		assert.equal(output(execution).responseStatus, 'SUCCESS');
		assert.equal(vault.logins, 1);
	});

	test('every operation works', async () => {
		const id = await credential();
		const operations: Array<[resource: string, operation: string, parameters?: Parameters]> = [
			['authentication', 'getVersions'],
			[
				'authentication',
				'discover',
				{ username: OLIVIA, options: { loginHost: vault.url(vault.hosts.login, '') } },
			],
			['delegation', 'getAll'],
			['session', 'validate'],
			['session', 'keepAlive'],
			...createAndQuery,
			['api', 'request', { path: { __rl: true, mode: 'path', value: '/objects/users/me' } }],
		];
		for (const [resource, operation, parameters] of operations) {
			const execution = await runVault(id, operation, { resource, ...parameters });
			assert.equal(execution.status, 'success', `${operation}: ${explain(execution)}`);
			assert.ok(outputOf(execution, 'Step').length > 0, operation);
		}
		assert.equal(vault.logins, 1);

		// These two put a session out, so that their executions are not to be saved.
		const logIn = await publish(rest, n8n, 'log-in', vaultStep(id, 'login'));
		assert.equal((await logIn()).sessionId, vault.sessions()[0].id);
		const start = vaultStep(id, 'start', {
			resource: 'delegation',
			delegation: { __rl: true, mode: 'id', value: `1776:${vault.user(IAN).id}` },
		});
		const validate = vaultStep(id, 'validate', {
			sessionSource: 'sessionId',
			sessionId: '={{ $json.delegated_sessionid }}',
			vaultDns: '={{ $json.vault_dns }}',
		});
		const actAsIan = await publish(rest, n8n, 'act-as-ian', { ...start, name: 'Start' }, validate);
		assert.equal((await actAsIan()).user_name__v, IAN);
	});

	test('a credential that acts on behalf of another user is that user in both nodes', async () => {
		const id = await credential({
			delegated: true,
			delegatedVaultId: '1776',
			delegatorUserId: String(vault.user(IAN).id),
		});
		assert.equal(output(await runVault(id, 'validate')).user_name__v, IAN);
		assert.equal((await runHttp(id, promoMats + ME)).status, 'success');
		assert.equal(vault.logins, 1);
	});

	test('the list of delegations opens', async () => {
		const list = await rest.resourceLocatorResults({
			path: 'parameters.delegation',
			methodName: 'getDelegations',
			nodeTypeAndVersion: { name: 'n8n-nodes-veeva-vault.veevaVault', version: 1 },
			currentNodeParameters: { authentication: 'api', resource: 'delegation', operation: 'start' },
			credentials: linkTo(await credential()),
		});
		assert.ok(list.some(({ name }) => name === `PromoMats – user ID ${vault.user(IAN).id}`));
	});

	test('50 executions at once share one login, and one more after a kill', async () => {
		const id = await credential();
		const validate = await publish(rest, n8n, 'validate', vaultStep(id, 'validate'));
		const http = await publish(rest, n8n, 'http', httpStep(id, promoMats + ME));
		await Promise.all(Array.from({ length: 25 }, () => [validate(), http()]).flat());
		assert.equal(vault.logins, 1);
		vault.killSessions();
		const users = await Promise.all(Array.from({ length: 50 }, validate));
		assert.deepEqual([...new Set(users.map(({ user_name__v: name }) => name))], [OLIVIA]);
		assert.equal(vault.logins, 2);
	});

	test('the credential test logs in each time, and reports a wrong password', async () => {
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
		// With what to do about it: n8n shows nothing else of a failed test.
		assert.match(result.message, /\[USERNAME_OR_PASSWORD_INCORRECT\]\. \S/);
	});

	test('the session is never sent to the editor', async () => {
		const id = await credential();
		await runVault(id, 'validate');
		const [session] = vault.sessions();
		assert.equal(JSON.stringify(await rest.credential(id)).includes(session.id), false);
	});

	test('a changed user name logs in as the new user', async () => {
		const id = await credential();
		assert.equal(output(await runVault(id, 'validate')).user_name__v, OLIVIA);
		await rest.updateCredential(id, { username: 'ian@veepharm.com', password: PASSWORD });
		assert.equal(output(await runVault(id, 'validate')).user_name__v, 'ian@veepharm.com');
		assert.equal(vault.logins, 2);
	});

	test('a session that was killed is replaced, and the call is repeated once', async () => {
		const id = await credential();
		await runVault(id, 'validate');
		vault.killSessions();
		assert.equal((await runVault(id, 'validate')).status, 'success');
		assert.equal(vault.logins, 2);
	});

	test('End removes the stored session, and the next step logs in', async () => {
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

	test('a refused login is sent once, however often executions need it', async () => {
		const id = await credential({ password: 'certainly not the password' });
		for (let times = 0; times < 3; times++) {
			const [node, http] = [await runVault(id, 'validate'), await runHttp(id, promoMats + ME)];
			for (const { error } of [node, http]) {
				assert.match(error?.message ?? '', /\[USERNAME_OR_PASSWORD_INCORRECT\]$/);
			}
		}
		assert.equal(vault.logins, 1);
	});

	test('a POST of the HTTP Request node that fails is sent once', async () => {
		const id = await credential();
		await runVault(id, 'validate');
		for (const fault of ['500', 'reset'] as const) {
			vault.fail({ on: { path: QUERY }, with: fault, times: 5 });
			const before = vault.count({ path: QUERY });
			const post = {
				method: 'POST',
				sendBody: true,
				contentType: 'raw',
				body: 'q=SELECT id FROM documents',
			};
			assert.equal((await runHttp(id, promoMats + QUERY, post)).status, 'error', fault);
			assert.equal(vault.count({ path: QUERY }) - before, 1, fault);
		}
	});

	test('a failed item continues or goes to the error output, as the node is set', async () => {
		const step = vaultStep(await credential(), 'validate');
		vault.fail({ on: { path: ME }, with: '500', times: 2 });
		const name = `Workflow ${tests}`;
		const regular = await runOnce(rest, name, { ...step, onError: 'continueRegularOutput' });
		assert.equal(regular.status, 'success', explain(regular));
		assert.match(JSON.stringify(output(regular).error), /500/);
		const toError = await runOnce(rest, name, { ...step, onError: 'continueErrorOutput' });
		const [good, bad] = toError.runData.Step[0].data?.main ?? [];
		assert.equal(good?.length ?? 0, 0);
		assert.equal(bad?.length, 1);
	});

	test('no redirect carries the session away', async () => {
		const id = await credential();
		await runVault(id, 'validate');
		const { port } = stranger.address() as AddressInfo;
		for (const host of ['127.0.0.1', 'localhost']) {
			vault.fail({ on: { path: ME }, with: 'redirect', to: `http://${host}:${port}/` });
			await runHttp(id, promoMats + ME);
		}
		// The HTTP Request node follows redirects, but without the session; the Veeva Vault node follows none.
		assert.deepEqual(
			received.map(({ authorization }) => authorization),
			[undefined, undefined],
		);
		vault.fail({ on: { path: ME }, with: 'redirect', to: `http://127.0.0.1:${port}/` });
		assert.match(
			(await runVault(id, 'validate')).error?.message ?? '',
			/the redirect was not followed$/,
		);
		assert.equal(received.length, 2);
	});

	test('failed calls leave what the last test searches', async () => {
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

	test("afterwards, n8n's database, logs and saved executions hold no password and no session", async () => {
		rememberSecrets();
		await n8n.stop();
		assert.ok(secrets.size > 10, `only ${secrets.size} secrets to look for`);
		assertNoneSaved(fixture.userFolder, secrets, {
			database: `Workflow ${tests - 1}`,
			log: 'Workflow execution finished',
		});
	});
}
