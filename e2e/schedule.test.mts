import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { Execution, N8nRest, WorkflowNode } from '../harness/rest.mts';
import { MINUTE, OLIVIA, PASSWORD } from '../test/fixture/data.mts';
import type { Simulator } from '../test/simulator/simulator.mts';
import { startFixture, type Fixture } from './fixture.mts';
import { explain, inARow, outputOf, stopSchedule, until, vaultNode } from './workflows.mts';

/** Active workflows that run every second, over a session that dies twice: it is killed, and it idles out. */

const EXECUTIONS = 10;

/** What the HTTP Request node calls: what counts as activity, and nothing else in these workflows does. */
const DELEGATIONS = '/delegation/vaults';

const everySecond: WorkflowNode = {
	name: 'Schedule Trigger',
	type: 'n8n-nodes-base.scheduleTrigger',
	typeVersion: 1.2,
	position: [0, 0],
	parameters: { rule: { interval: [{ field: 'seconds', secondsInterval: 1 }] } },
};

let fixture: Fixture;
let vault: Simulator;
let rest: N8nRest;

before(async () => {
	fixture = await startFixture();
	({ vault, rest } = fixture);
});

after(() => fixture?.close());

let tests = 0;
beforeEach(() => {
	vault.reset();
	// Another password for each test, and so a login of which n8n's process knows nothing yet.
	vault.user(OLIVIA).password = `${PASSWORD} ${++tests}`;
});

/** Stores a credential, and makes the two steps that use it. */
async function steps(fields: ICredentialDataDecryptedObject) {
	const { id, name } = await rest.createCredential({
		name: `Credential ${tests}`,
		type: 'veevaVaultApi',
		data: fixture.credentialData(fields),
	});
	const credentials = { veevaVaultApi: { id, name } };
	const vaultStep = vaultNode(
		'Veeva Vault',
		{ resource: 'session', operation: 'validate' },
		credentials,
	);
	const httpStep: WorkflowNode = {
		name: 'HTTP Request',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		position: [0, 0],
		parameters: {
			url: `${fixture.promoMats}/api/v25.2${DELEGATIONS}`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'veevaVaultApi',
			options: {},
		},
		credentials,
	};
	return { vaultStep, httpStep };
}

/** How often a step has reached Vault with a living session. */
function served(path: string): number {
	return vault.count({ path, outcome: 'SUCCESS' });
}

/**
 * Waits for some more executions, and then for a moment in which none is between its steps: the last call was the HTTP
 * Request node's, and has been answered. Vault is in this process: no call arrives before the caller has gone on.
 */
async function afterSomeExecutions(path: string, betweenSteps: () => boolean): Promise<void> {
	const enough = served(path) + 3;
	await until('some executions', () => {
		const last = vault.calls.at(-1);
		return (
			served(path) >= enough &&
			last?.path.endsWith(path) === true &&
			vault.calls.every(({ outcome }) => outcome !== 'RUNNING') &&
			!betweenSteps()
		);
	});
}

/**
 * Publishes a workflow, lets its session die twice, and stops it after enough executions.
 *
 * @returns its executions
 */
async function runOverTwoDeaths(
	nodes: WorkflowNode[],
	betweenSteps: () => boolean,
): Promise<Execution[]> {
	const workflow = await rest.importWorkflow(
		inARow(`Every second ${tests}`, [everySecond, ...nodes]),
	);
	await rest.activateWorkflow(workflow);

	await afterSomeExecutions(DELEGATIONS, betweenSteps);
	assert.equal(vault.logins, 1);
	vault.killSessions();

	await afterSomeExecutions(DELEGATIONS, betweenSteps);
	assert.equal(vault.logins, 2);
	vault.clock.advance(21 * MINUTE);
	assert.equal(vault.sessions().length, 0, 'the session has idled out');

	await until('enough executions', async () => {
		const ended = (await rest.executions(workflow.id)).filter(({ status }) => !runs(status));
		return ended.length >= EXECUTIONS;
	});
	return await stopSchedule(rest, workflow.id);
}

function runs(status: string): boolean {
	return ['new', 'running', 'waiting'].includes(status);
}

/** Vault refuses with HTTP status 200, so that an execution that n8n takes for a success may be none. */
function assertAllSucceeded(executions: Execution[]): void {
	assert.ok(executions.length >= EXECUTIONS, `${executions.length} executions`);
	for (const execution of executions) {
		assert.equal(execution.status, 'success', explain(execution));
		assert.equal(outputOf(execution, 'HTTP Request')[0]?.responseStatus, 'SUCCESS');
	}
	assert.equal(vault.logins, 3);
}

test('on a schedule with the Veeva Vault node and the HTTP Request node, no execution fails when two sessions die, with 3 logins', async () => {
	// The lease is five minutes, so that neither death is expected. The Veeva Vault node hears of it from Vault and has
	// the session renewed, for the HTTP Request node that follows, too. That node alone would not notice before the
	// lease is over: hence the order.
	const { vaultStep, httpStep } = await steps({ sessionTimeout: 20 });
	const betweenSteps = () => served('/objects/users/me') !== served(DELEGATIONS);
	assertAllSucceeded(await runOverTwoDeaths([vaultStep, httpStep], betweenSteps));
	const refused = vault.calls.filter(({ outcome }) => outcome === 'INVALID_SESSION_ID');
	assert.ok(refused.length >= 2, 'Vault has refused each of the dead sessions');
	assert.ok(!refused.some(({ path }) => path.endsWith(DELEGATIONS)));
});

test('on a schedule with the HTTP Request node alone, no execution fails when two sessions die between executions, with 3 logins', async () => {
	// The lease is half the session timeout: here 0.03 seconds, so that it is over before the next execution, as it is
	// in a real Vault when more than five minutes lie between two. The credential asks whether the session lives.
	const { httpStep } = await steps({ sessionTimeout: 0.001 });
	assertAllSucceeded(await runOverTwoDeaths([httpStep], () => false));
	assert.equal(vault.count({ path: '/keep-alive', outcome: 'INVALID_SESSION_ID' }), 2);
	assert.equal(vault.count({ path: DELEGATIONS, outcome: 'INVALID_SESSION_ID' }), 0);
});
