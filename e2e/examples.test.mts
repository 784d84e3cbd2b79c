import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';

import Fastify from 'fastify';

import { provideCredential, readExample } from '../harness/examples.mts';
import type { Execution, N8nRest, StoredWorkflow, WorkflowFile } from '../harness/rest.mts';
import { OLIVIA, PASSWORD } from '../test/fixture/data.mts';
import type { Simulator } from '../test/simulator/simulator.mts';
import type { FaultKind, UserRecord } from '../test/simulator/types.mts';
import { startFixture, type Fixture } from './fixture.mts';
import { inARow, outputOf, stopSchedule, until, vaultNode } from './workflows.mts';

/** Each workflow in `examples/`, imported as it is and run to its end, and what Vault saw of it. */

const FILES = readdirSync(join(import.meta.dirname, '..', 'examples'))
	.filter((name) => name.endsWith('.json'))
	.sort();

/** Steps that a run in which all goes well does not reach. */
const ONLY_WHEN_SOMETHING_FAILS: Readonly<Record<string, string[]>> = {
	'delegated-loop.json': ['Report session not started', 'Stop and Error'],
	'discovery-routing.json': ['Logs in another way'],
};

const TRIGGERS = {
	manual: 'n8n-nodes-base.manualTrigger',
	schedule: 'n8n-nodes-base.scheduleTrigger',
	error: 'n8n-nodes-base.errorTrigger',
};
const STICKY_NOTE = 'n8n-nodes-base.stickyNote';

const ME = '/objects/users/me';

let fixture: Fixture;
let vault: Simulator;
let rest: N8nRest;
let credentialId: string;

before(async () => {
	fixture = await startFixture();
	({ vault, rest } = fixture);
	({ id: credentialId } = await provideCredential(rest, vault.hosts));
});

after(() => fixture?.close());

let tests = 0;
beforeEach(async () => {
	vault.reset();
	// Another password for each test, and so a login of which n8n's process knows nothing yet.
	const password = `${PASSWORD} ${++tests}`;
	vault.user(OLIVIA).password = password;
	await rest.updateCredential(credentialId, { password });
});

async function importExample(file: string): Promise<StoredWorkflow> {
	return await rest.importWorkflow(readExample(file, vault.hosts));
}

/** Imports an example with a Manual Trigger, and runs it to its end. */
async function runExample(file: string): Promise<Execution> {
	const workflow = await importExample(file);
	const id = await rest.runWorkflow(workflow.id, triggerOf(workflow, TRIGGERS.manual).name);
	return await rest.waitForExecution(id, { withinMs: 120_000 });
}

function triggerOf({ name, nodes }: WorkflowFile, type: string) {
	const trigger = nodes.find((node) => node.type === type);
	assert.ok(trigger, `${name} has no ${type}`);
	return trigger;
}

function steps(nodes: WorkflowFile['nodes']) {
	return nodes.filter(({ type }) => type !== STICKY_NOTE);
}

function assertSucceeded({ status, error, runData }: Execution, step = 'execution'): void {
	assert.equal(status, 'success', `${step}: ${error?.message} – ${error?.description}`);
	for (const [name, runs] of Object.entries(runData)) {
		for (const run of runs) assert.equal(run.error?.message, undefined, name);
	}
}

/** A manual run waits for nothing but the button. */
async function runsByHand(file: string): Promise<void> {
	const execution = await runExample(file);
	assertSucceeded(execution);
	const missed = steps(readExample(file, vault.hosts).nodes)
		.map(({ name }) => name)
		.filter((name) => !(name in execution.runData));
	assert.deepEqual(missed.sort(), ONLY_WHEN_SOMETHING_FAILS[file] ?? []);
}

/** The only change is a shorter interval. */
async function runsByItself(file: string): Promise<void> {
	const example = readExample(file, vault.hosts);
	triggerOf(example, TRIGGERS.schedule).parameters = {
		rule: { interval: [{ field: 'seconds', secondsInterval: 1 }] },
	};
	const workflow = await rest.importWorkflow(example);
	await rest.activateWorkflow(workflow);
	await until(`${file}: two executions`, async () => {
		const all = await rest.executions(workflow.id);
		return all.filter(({ status }) => !['new', 'running'].includes(status)).length >= 2;
	});
	const names = steps(example.nodes).map(({ name }) => name);
	for (const { mode } of await rest.executions(workflow.id)) assert.equal(mode, 'trigger');
	for (const execution of await stopSchedule(rest, workflow.id)) {
		assertSucceeded(execution);
		assert.deepEqual(Object.keys(execution.runData).sort(), names.sort());
	}
}

for (const file of FILES) {
	test(`examples/${file} has a note, no overlapping nodes and no personal data`, () => {
		const { nodes, pinData, ...rest } = readExample(file, vault.hosts);
		assert.deepEqual(Object.keys(rest).sort(), ['connections', 'name', 'settings']);
		assert.deepEqual(rest.settings, { executionOrder: 'v1' });
		assert.deepEqual(pinData, {});
		assert.ok(nodes.some(({ type, parameters }) => type === STICKY_NOTE && parameters.content));
		for (const { name, credentials = {} } of nodes) {
			for (const credential of Object.values(credentials)) {
				assert.deepEqual(credential, { id: null, name: 'Veeva Vault account' }, name);
			}
		}
		assert.doesNotMatch(JSON.stringify(nodes), /veevavault\.com/, 'an address that is replaced');
		assertApart(nodes);
	});

	test(`examples/${file} runs to its end`, async () => {
		const { nodes } = readExample(file, vault.hosts);
		const has = (type: string) => nodes.some((node) => node.type === type);
		if (has(TRIGGERS.manual)) await runsByHand(file);
		else if (has(TRIGGERS.schedule)) await runsByItself(file);
		// What starts an error workflow is another one, below.
		else if (has(TRIGGERS.error)) await reportOf(file, failingStep());
		else assert.fail(`This test does not know how to start examples/${file}`);
	});
}

/** No node lies on another; a note lies beside nodes, or all around them with its text above. */
function assertApart(nodes: WorkflowFile['nodes']): void {
	const boxes = nodes.map(({ name, type, position: [left, top], parameters }) => {
		const note = type === STICKY_NOTE;
		const [width, height] = note ? [Number(parameters.width), Number(parameters.height)] : [96, 96];
		return { name, note, left, top, right: left + width, bottom: top + height };
	});
	type Box = (typeof boxes)[number];
	const apart = (a: Box, b: Box) =>
		a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
	const around = (a: Box, b: Box) =>
		a.note && a.left < b.left && a.top + 160 < b.top && a.right > b.right && a.bottom > b.bottom;
	for (const [index, a] of boxes.entries()) {
		for (const b of boxes.slice(index + 1)) {
			assert.ok(apart(a, b) || around(a, b) || around(b, a), `${a.name} lies on ${b.name}`);
		}
	}
}

test('examples/scheduled-keep-alive.json keeps one session alive, and replaces it when it was killed', async () => {
	const example = readExample('scheduled-keep-alive.json', vault.hosts);
	triggerOf(example, TRIGGERS.schedule).parameters = {
		rule: { interval: [{ field: 'seconds', secondsInterval: 1 }] },
	};
	const workflow = await rest.importWorkflow(example);
	await rest.activateWorkflow(workflow);
	const kept = () => vault.count({ path: '/keep-alive', outcome: 'SUCCESS' });
	await until('two keep-alives', () => kept() >= 2);
	assert.equal(vault.logins, 1);
	vault.killSessions();
	const before = kept();
	await until('a keep-alive of a new session', () => kept() > before);
	for (const execution of await stopSchedule(rest, workflow.id)) assertSucceeded(execution);
	assert.equal(vault.logins, 2);
});

test('examples/login-to-http-request.json calls Vault with the credential, and with the session from Log In', async () => {
	const execution = await runExample('login-to-http-request.json');
	assertSucceeded(execution);
	for (const step of ['Who am I', 'Who am I, by session']) {
		const [answer] = outputOf(execution, step);
		const [{ user }] = answer.users as [{ user: { user_name__v: string } }];
		assert.equal(user.user_name__v, OLIVIA, step);
	}
	assert.equal(vault.logins, 1);
	const calls = vault.calls.filter(({ path }) => path.endsWith(ME));
	assert.deepEqual(
		calls.map(({ headers }) => headers.authorization),
		vault.sessions().flatMap(({ id }) => [id, id]),
	);
});

test('examples/login-to-http-request.json sends the session to no other host, wherever Vault redirects', async () => {
	const elsewhere = vault.url(vault.hosts.qualityDocs, '/api/v25.2/elsewhere');
	vault.fail({ on: { path: ME }, with: 'redirect', to: elsewhere, times: 2 });
	await runExample('login-to-http-request.json');
	assert.equal(vault.count({ path: ME, outcome: 'redirect' }), 2);
	// The one step goes there without the session, the other does not go at all.
	const led = vault.calls.filter(({ path }) => path.endsWith('/elsewhere'));
	assert.deepEqual(
		led.map(({ headers }) => headers.authorization),
		[undefined],
	);
});

test('examples/discovery-routing.json sends each user its own way, without a credential', async () => {
	const execution = await runExample('discovery-routing.json');
	const routed = {
		'Logs in by password': 'olivia@veepharm.com',
		'Logs in by OAuth 2.0': 'sam@veepharm.com',
		'Logs in by SAML': 'max@veepharm.com',
	};
	for (const [step, user] of Object.entries(routed)) {
		assert.deepEqual(
			outputOf(execution, step).map(({ username }) => username),
			[user],
			step,
		);
	}
	assert.equal(vault.calls.length, 3);
	for (const { path, headers } of vault.calls) {
		assert.equal(path, '/auth/discovery');
		assert.equal(headers.authorization, undefined);
	}
});

/** The delegated sessions that were started, and those that were ended, in Vault's log. */
function delegated(execution: Execution) {
	const started = (execution.runData['Start delegated session'] ?? [])
		.flatMap(({ data }) => data?.main?.[0] ?? [])
		.map(({ json }) => String(json.delegated_sessionid));
	const ended = vault.calls
		.filter(({ method, path }) => method === 'DELETE' && path.endsWith('/session'))
		.map(({ headers }) => headers.authorization);
	return { started, ended };
}

/** No session in Vault acts on behalf of another user. */
function assertNoDelegatedSessionLives(): void {
	assert.deepEqual(
		vault.sessions().filter(({ delegateUserId }) => delegateUserId !== undefined),
		[],
	);
}

function reports(execution: Execution): Array<Record<string, unknown>> {
	const [done] = execution.runData['Loop Over Items'].at(-1)?.data?.main ?? [];
	return (done ?? []).map(({ json }) => json);
}

test('examples/delegated-loop.json acts for each delegator, in one session after the other', async () => {
	const execution = await runExample('delegated-loop.json');
	assertSucceeded(execution);
	const { started, ended } = delegated(execution);
	assert.equal(started.length, 2);
	assert.deepEqual(ended, started);
	assertNoDelegatedSessionLives();
	assert.deepEqual(
		vault.calls
			.map(({ method, path }) => `${method} ${path.replace(/^\/api\/v[\d.]+/, '')}`)
			.filter((call) => !/ \/(auth|delegation\/vaults)$/.test(call)),
		[1, 2].flatMap(() => ['POST /delegation/login', `GET ${ME}`, 'DELETE /session']),
	);
	const ian = { delegator_userid: 61579, outcome: 'done', error: '' };
	assert.deepEqual(
		reports(execution).map(({ delegator_userid, ...report }) => ({
			delegator_userid: Number(delegator_userid),
			...report,
		})),
		[
			{ ...ian, vault: 'PromoMats' },
			{ ...ian, vault: 'QualityDocs' },
		],
	);
});

test('examples/delegated-loop.json ends every session, even when a step fails', async () => {
	const faults: FaultKind[] = [{ error: 'INSUFFICIENT_ACCESS' }, 'reset', '500', 'html'];
	for (const [index, fault] of faults.entries()) {
		vault.calls.length = 0;
		vault.fail({ on: { path: ME }, with: fault, after: index % 2 });
		const execution = await runExample('delegated-loop.json');
		const what = JSON.stringify(fault);
		const { started, ended } = delegated(execution);
		assert.equal(started.length, 2, what);
		assert.deepEqual(ended, started, what);
		assertNoDelegatedSessionLives();
		const outcomes = ['done', 'done'].with(index % 2, 'failed');
		assert.deepEqual(
			reports(execution).map(({ outcome }) => outcome),
			outcomes,
			what,
		);
		assert.equal(execution.status, 'error');
		assert.match(
			execution.error?.message ?? '',
			/^Failed for 1 of 2 delegations: user 61579 in (PromoMats|QualityDocs): ./,
		);
	}
});

test('examples/delegated-loop.json continues with the others when a session cannot be started or ended', async () => {
	vault.fail({ on: { path: '/delegation/login' }, with: { error: 'INSUFFICIENT_ACCESS' } });
	const without = await runExample('delegated-loop.json');
	const { started, ended } = delegated(without);
	assert.equal(started.length, 1);
	assert.deepEqual(ended, started);
	assert.match(without.error?.message ?? '', /1 of 2 .+ in PromoMats: .*\[INSUFFICIENT_ACCESS\]$/);

	vault.fail({ on: { method: 'DELETE', path: '/session' }, with: 'reset' });
	const lost = await runExample('delegated-loop.json');
	assert.equal(delegated(lost).started.length, 2);
	assert.match(lost.error?.message ?? '', /1 of 2 .+ in PromoMats: .*closed the connection/);
});

/** What fails in a workflow whose error workflow reports it. */
function failingStep() {
	vault.user(OLIVIA).locked = true;
	return vaultNode(
		'Who am I',
		{ resource: 'session', operation: 'validate' },
		{ veevaVaultApi: { id: credentialId, name: 'Veeva Vault account' } },
	);
}

/**
 * Publishes an example as the error workflow of another, makes that one fail as in production, and waits for the report.
 *
 * @returns the error workflow's execution
 */
async function reportOf(file: string, step: WorkflowFile['nodes'][number]): Promise<Execution> {
	const reporter = await importExample(file);
	await rest.activateWorkflow(reporter);
	const webhook = {
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		position: [0, 0] satisfies [number, number],
		parameters: { path: `fails-${tests}`, responseMode: 'lastNode' },
	};
	const failing = await rest.importWorkflow(
		inARow(`Nightly sync ${tests}`, [webhook, step], { errorWorkflow: reporter.id }),
	);
	await rest.activateWorkflow(failing);
	const status = await until('the webhook', async () => {
		const response = await fetch(`${fixture.n8n.url}/webhook/fails-${tests}`);
		await response.arrayBuffer();
		return response.status !== 404 && response.status;
	});
	assert.equal(status, 500);
	const { id, mode } = await until('the error workflow', async () => {
		const [execution] = await rest.executions(reporter.id);
		return execution;
	});
	assert.equal(mode, 'error');
	const execution = await rest.waitForExecution(id);
	for (const workflow of [reporter, failing]) await rest.deactivateWorkflow(workflow.id);
	assertSucceeded(execution);
	assertNoSecret(execution);
	return execution;
}

function assertNoSecret(execution: Execution): void {
	const text = JSON.stringify(execution);
	const secrets = vault.calls.flatMap(({ headers, form }) => [
		headers.authorization,
		form?.password,
	]);
	for (const secret of [vault.user(OLIVIA).password, ...secrets]) {
		assert.ok(secret === undefined || !text.includes(secret), 'a secret is in the report');
	}
}

const ACCOUNT_STATES: Array<[what: string, state: Partial<UserRecord>, reported: RegExp]> = [
	['a locked account', { locked: true }, /The account is locked\. .+\n.+\n.+\[USER_LOCKED_OUT\]/],
	[
		'a wrong password',
		{ password: 'changed by somebody' },
		/User name or password is wrong.+\n.+\n.+\[USERNAME_OR_PASSWORD_INCORRECT\]/,
	],
	[
		'a password to be changed',
		{ passwordChangeRequired: true },
		/The password has to be changed\. .+\n.+\n.+\[PASSWORD_CHANGE_REQUIRED\]/,
	],
	['an inactive user', { inactive: true }, /The user is inactive\. .+\n.+\n.+\[INACTIVE_USER\]/],
];

for (const [what, state, reported] of ACCOUNT_STATES) {
	test(`examples/locked-account-alert.json reports ${what}`, async () => {
		const step = failingStep();
		Object.assign(vault.user(OLIVIA), { locked: false }, state);
		const execution = await reportOf('locked-account-alert.json', step);
		const [{ subject, text }] = outputOf(execution, 'Report');
		assert.match(String(subject), /^Veeva Vault: .+ \(Nightly sync \d+\)$/);
		assert.match(String(text), reported);
		assert.match(String(text), /Workflow "Nightly sync \d+", step "Who am I"/);
		assert.match(String(text), /\/executions\/\w+$/);
	});
}

test('examples/locked-account-alert.json reports a locked account that the HTTP Request node met', async () => {
	const { credentials } = failingStep();
	const execution = await reportOf('locked-account-alert.json', {
		name: 'HTTP Request',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		position: [0, 0],
		parameters: {
			url: `${fixture.promoMats}/api/v25.2${ME}`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'veevaVaultApi',
			options: {},
		},
		credentials,
	});
	assert.match(String(outputOf(execution, 'Report')[0].text), /The account is locked/);
});

test('examples/locked-account-alert.json reports a grant that the identity provider refuses', async () => {
	const provider = Fastify();
	provider.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null));
	provider.post('/token', async (_request, reply) => {
		await reply.code(400).send({ error: 'invalid_grant', error_description: 'Token was revoked' });
	});
	const address = await provider.listen({ host: '127.0.0.1', port: 0 });
	try {
		const { id, name } = await rest.createCredential({
			name: 'OAuth account',
			type: 'veevaVaultApi',
			data: fixture.credentialData({
				authentication: 'oAuth2',
				oAuth2Grant: 'refreshToken',
				oAuth2ProfileId: '_9ad0a091-cbd6-4c59-ab5a-d4f2870f218c',
				oAuth2TokenEndpoint: `${address}/token`,
				oAuth2ClientId: 'n8n',
				oAuth2ClientSecret: 'a client secret that nobody shows',
				oAuth2RefreshToken: 'a refresh token that nobody shows',
			}),
		});
		const execution = await reportOf(
			'locked-account-alert.json',
			vaultNode(
				'Who am I',
				{ resource: 'session', operation: 'validate' },
				{ veevaVaultApi: { id, name } },
			),
		);
		const text = String(outputOf(execution, 'Report')[0].text);
		assert.match(text, /The identity provider refuses the login\. .+\n.+\n.+invalid_grant/);
		assert.doesNotMatch(JSON.stringify(execution), /that nobody shows/);
	} finally {
		await provider.close();
	}
});

test('examples/locked-account-alert.json does not report other errors', async () => {
	const step = failingStep();
	vault.user(OLIVIA).locked = false;
	vault.fail({ on: { path: ME }, with: { error: 'INSUFFICIENT_ACCESS' } });
	const execution = await reportOf('locked-account-alert.json', step);
	assert.equal(execution.runData.Report, undefined);
	assert.equal(outputOf(execution, 'Something else').length, 1);
});
