import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';

import { installN8n } from '../harness/install.mts';
import { startN8n, type N8n } from '../harness/n8n.mts';
import { runNpm } from '../harness/npm.mts';
import { signIn } from '../harness/owner.mts';
import { PACKAGE_FOLDER, packedFile, packPackage, providePackage } from '../harness/package.mts';
import { freePorts } from '../harness/ports.mts';
import { N8nRest, type WorkflowFile, type WorkflowNode } from '../harness/rest.mts';
import { startDfns, type LocalDfns } from '../packages/n8n-nodes-dfns/test/simulator/dfns.mts';
import { installations } from './installations.mts';
import { assertNoneSaved } from './secrets.mts';
import { explain, outputOf, publish, runOnce, type Parameters } from './workflows.mts';

/** The Dfns package, packed and installed next to the Vault one as by a user, in the full n8n. */

const DFNS_FOLDER = join(PACKAGE_FOLDER, 'packages', 'n8n-nodes-dfns');
const JDOE = 'jdoe@example.co';
const ADA = 'ada@example.co';

for (const { name, folder } of installations()) {
	describe(`Dfns in ${name}:`, () => dfnsIn(folder));
}

function dfnsIn(folder: string): void {
	let dfns: LocalDfns;
	let n8n: N8n;
	let rest: N8nRest;
	let userFolder: string;

	/** Everything that must not be found afterwards. */
	const secrets = new Set<string>();

	before(async () => {
		await installN8n({ folder });
		userFolder = mkdtempSync(join(tmpdir(), 'dfns-e2e-'));
		await providePackage(userFolder);
		await addDfnsPackage();
		dfns = await startDfns();
		const [port] = await freePorts(1);
		n8n = await startN8n({
			userFolder,
			port,
			folder,
			env: { N8N_LOG_LEVEL: 'debug', N8N_LOG_OUTPUT: 'console,file' },
		});
		rest = new N8nRest(n8n.url);
		await signIn(rest);
	});

	after(async () => {
		await n8n?.stop();
		await dfns?.close();
		if (userFolder !== undefined) rmSync(userFolder, { recursive: true, force: true });
	});

	let tests = 0;
	beforeEach(() => {
		rememberSecrets();
		// Another service account for each test, and so logins of which n8n's process knows nothing yet.
		dfns.reset();
		tests += 1;
	});

	/** Builds and packs it, unless a packed file is given, and installs it as n8n itself installs a community package. */
	async function addDfnsPackage(): Promise<void> {
		const packed = mkdtempSync(join(tmpdir(), 'dfns-package-'));
		try {
			const tarball =
				packedFile('n8n-nodes-dfns') ?? (await packPackage(packed, { folder: DFNS_FOLDER }));
			await runNpm(['install', tarball, '--legacy-peer-deps', '--ignore-scripts', '--no-audit'], {
				cwd: join(userFolder, '.n8n', 'nodes'),
				logFile: join(packed, 'install.log'),
			});
		} finally {
			rmSync(packed, { recursive: true, force: true });
		}
	}

	function rememberSecrets(): void {
		for (const { headers } of dfns.calls) {
			for (const value of [headers.authorization, headers['x-dfns-useraction']]) {
				if (value !== undefined) secrets.add(value.replace(/^Bearer /, ''));
			}
		}
		rememberAccount();
	}

	function rememberAccount(): void {
		secrets.add(dfns.serviceAccount.authToken);
		for (const { privateKey } of dfns.serviceAccount.keys) {
			for (const line of privateKey.split('\n')) {
				if (line.length > 20 && !line.startsWith('-----')) secrets.add(line);
			}
		}
	}

	const credentialName = (type: string) => `${type} ${tests}`;

	/** Stores a credential of the local Dfns. */
	async function credential(
		type: 'dfnsServiceAccountApi' | 'dfnsDelegatedUserApi',
		fields: Record<string, unknown> = {},
	): Promise<string> {
		const username = type === 'dfnsDelegatedUserApi' ? { username: JDOE } : {};
		const data = { ...dfns.credentialData(), ...username, ...fields };
		return (await rest.createCredential({ name: credentialName(type), type, data })).id;
	}

	/** A step that calls Dfns as the delegated user. */
	function request(id: string, parameters: Parameters = {}): WorkflowNode {
		return {
			name: 'Request',
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.2,
			position: [0, 0],
			parameters: {
				url: `${dfns.url}/wallets`,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: 'dfnsDelegatedUserApi',
				options: {},
				...parameters,
			},
			credentials: { dfnsDelegatedUserApi: { id, name: credentialName('dfnsDelegatedUserApi') } },
		};
	}

	/** By whom a read was made, as Dfns saw it; or why it failed. */
	async function reader(id: string): Promise<unknown> {
		const execution = await runOnce(rest, `Workflow ${tests}`, request(id));
		return outputOf(execution, 'Request')[0]?.readBy ?? explain(execution);
	}

	test('both credential tests pass, and report a wrong key', async () => {
		const passed = { status: 'OK', message: 'Connection successful!' };
		const { privateKey } = dfns.addKey('P-256');
		for (const type of ['dfnsServiceAccountApi', 'dfnsDelegatedUserApi'] as const) {
			const id = await credential(type);
			assert.deepEqual(await rest.testCredential(id), passed);
			await rest.updateCredential(id, { privateKey });
			const { status, message } = await rest.testCredential(id);
			assert.equal(status, 'Error');
			assert.match(message, /did not accept the signature: the Private Key does not belong/);
		}
	});

	test('one login serves all reads of a credential, and its token is never sent to the editor', async () => {
		const id = await credential('dfnsDelegatedUserApi');
		for (let times = 0; times < 3; times++) assert.equal(await reader(id), JDOE);
		assert.equal(dfns.logins, 1);
		const shown = JSON.stringify(await rest.credential(id));
		for (const token of dfns.userTokens()) assert.equal(shown.includes(token), false);
	});

	test('one login serves 50 executions at once', async () => {
		dfns.loginDelay = 300;
		const id = await credential('dfnsDelegatedUserApi');
		const call = await publish(rest, n8n, `dfns-${tests}`, request(id));
		const answers = await Promise.all(Array.from({ length: 50 }, call));
		assert.deepEqual(new Set(answers.map(({ readBy }) => readBy)), new Set([JDOE]));
		assert.equal(dfns.logins, 1);
		dfns.loginDelay = 0;
	});

	test('a token that Dfns no longer accepts is replaced, and the read is repeated once', async () => {
		const id = await credential('dfnsDelegatedUserApi');
		assert.equal(await reader(id), JDOE);
		dfns.revokeUserTokens();
		assert.equal(await reader(id), JDOE);
		assert.equal(dfns.logins, 2);
		assert.equal(dfns.count({ path: '/wallets', status: 401 }), 1);
	});

	test('a changed user name makes reads as the new user', async () => {
		const id = await credential('dfnsDelegatedUserApi');
		assert.equal(await reader(id), JDOE);
		await rest.updateCredential(id, { username: ADA });
		assert.equal(await reader(id), ADA);
		assert.equal(dfns.logins, 2);
	});

	test('a request that changes data is sent once, whatever its outcome', async () => {
		const id = await credential('dfnsDelegatedUserApi');
		await reader(id);
		dfns.revokeUserTokens();
		const execution = await runOnce(rest, `Workflow ${tests}`, request(id, { method: 'POST' }));
		assert.equal(execution.status, 'error');
		assert.equal(dfns.count({ method: 'POST', path: '/wallets' }), 1);
		assert.equal(await reader(id), JDOE);
	});

	test('a request to another host is refused before it is sent', async () => {
		const id = await credential('dfnsDelegatedUserApi');
		const execution = await runOnce(
			rest,
			`Workflow ${tests}`,
			request(id, { url: 'https://example.com/wallets' }),
		);
		assert.match(explain(execution), /^The request to example\.com was not sent/);
		assert.equal(dfns.calls.length, 0);
	});

	test('failed calls leave what the last test searches', async () => {
		const id = await credential('dfnsDelegatedUserApi');
		for (const fault of ['reset', '502', 'html', 'policy', { status: 401 }] as const) {
			for (const path of ['/auth/action/init', '/auth/login/delegated']) {
				dfns.fail({ on: { path }, with: fault });
				const execution = await runOnce(rest, `Workflow ${tests}`, request(id));
				assert.equal(execution.status, 'error', `${JSON.stringify(fault)} at ${path}`);
			}
		}
		for (const fault of ['reset', '502'] as const) {
			await reader(id);
			dfns.fail({ on: { path: '/wallets' }, with: fault });
			const failing = { ...request(id), onError: 'continueRegularOutput' };
			await runOnce(rest, `Workflow ${tests}`, failing);
		}
	});

	test('the example runs as it is imported', async () => {
		// What Log In returns on request is saved with the execution: its tokens are not searched for.
		const file = join(DFNS_FOLDER, 'examples', 'read-as-user.json');
		const workflow = JSON.parse(
			readFileSync(file, 'utf8').replaceAll('https://api.dfns.io', dfns.url),
		) as WorkflowFile;
		for (const node of workflow.nodes) {
			for (const [type, { name }] of Object.entries(node.credentials ?? {})) {
				const username = type === 'dfnsDelegatedUserApi' ? { username: JDOE } : {};
				// n8n finds a credential by its name.
				await rest.createCredential({
					name,
					type,
					data: { ...dfns.credentialData(), ...username },
				});
			}
		}
		const { id } = await rest.importWorkflow(workflow);
		const trigger = workflow.nodes.find(({ type }) => type.endsWith('manualTrigger'));
		const execution = await rest.waitForExecution(await rest.runWorkflow(id, trigger?.name ?? ''));
		assert.equal(execution.status, 'success', explain(execution));
		for (const name of ['List wallets', 'List wallets with the token']) {
			assert.equal(outputOf(execution, name)[0]?.readBy, JDOE, name);
		}
		assert.equal(dfns.logins, 2);
		rememberAccount();
		dfns.reset();
	});

	test("afterwards, n8n's database, logs and saved executions hold no token and no key", async () => {
		await n8n.stop();
		assert.ok(secrets.size > 20, `only ${secrets.size} secrets to look for`);
		assertNoneSaved(userFolder, secrets, {
			database: `Workflow ${tests - 2}`,
			log: 'Workflow execution finished',
		});
	});
}
