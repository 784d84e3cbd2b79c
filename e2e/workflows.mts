import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import type { N8n } from '../harness/n8n.mts';
import type { Execution, N8nRest, WorkflowFile, WorkflowNode } from '../harness/rest.mts';

export type Parameters = Record<string, unknown>;

/** Starts a workflow by a button, or by the REST call behind it. */
export const manualTrigger: WorkflowNode = {
	name: 'Start',
	type: 'n8n-nodes-base.manualTrigger',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

/**
 * A step with the Veeva Vault node.
 *
 * @param name what the step is called
 * @param parameters the node's parameters, e.g. `{ resource: 'session', operation: 'validate' }`
 * @param credentials which credential it uses
 */
export function vaultNode(
	name: string,
	parameters: Parameters,
	credentials: WorkflowNode['credentials'],
): WorkflowNode {
	return {
		name,
		type: 'n8n-nodes-veeva-vault.veevaVault',
		typeVersion: 1,
		position: [0, 0],
		parameters,
		credentials,
	};
}

/** Operations that create a document and read it back: resource, operation and parameters of each. */
export const createAndQuery: ReadonlyArray<[string, string, Parameters]> = [
	[
		'api',
		'request',
		{
			method: 'POST',
			path: { __rl: true, mode: 'path', value: '/objects/documents' },
			contentType: 'form-urlencoded',
			bodyParameters: { parameters: [{ name: 'name__v', value: 'Leaflet' }] },
		},
	],
	['query', 'run', { query: 'SELECT id, name__v FROM documents' }],
];

/**
 * Puts nodes in a row, each after the one before.
 *
 * @param settings the workflow's settings, e.g. `{ saveDataSuccessExecution: 'none' }`
 */
export function inARow(
	name: string,
	nodes: WorkflowNode[],
	settings: Parameters = {},
): WorkflowFile {
	const links = nodes
		.slice(1)
		.map(({ name: to }, index): [string, unknown] => [
			nodes[index].name,
			{ main: [[{ node: to, type: 'main', index: 0 }]] },
		]);
	return {
		name,
		nodes: nodes.map((node, index) => ({ ...node, position: [200 * index, 0] })),
		connections: Object.fromEntries(links),
		settings: { executionOrder: 'v1', ...settings },
	};
}

/**
 * Runs steps once after a manual trigger, as the editor's button does, and waits for the end. n8n saves the execution.
 *
 * @returns the ended execution
 */
export async function runOnce(
	rest: N8nRest,
	name: string,
	...steps: WorkflowNode[]
): Promise<Execution> {
	const { id } = await rest.importWorkflow(inARow(name, [manualTrigger, ...steps]));
	return await rest.waitForExecution(await rest.runWorkflow(id, manualTrigger.name));
}

/**
 * @param step the node's name
 * @returns what a step put out in its last run
 */
export function outputOf({ runData }: Execution, step: string): Array<Record<string, unknown>> {
	return (runData[step]?.at(-1)?.data?.main?.[0] ?? []).map(({ json }) => json);
}

/**
 * Waits for something to come true. Generous, for the machine may be busy.
 *
 * @param what it is called when it has not come true after two minutes
 * @returns what the check has found
 */
export async function until<T>(
	what: string,
	check: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
	const deadline = Date.now() + 120_000;
	for (;;) {
		const found = await check();
		if (found !== undefined && found !== false) return found;
		assert.ok(Date.now() < deadline, `${what}: not after two minutes`);
		await sleep(50);
	}
}

/**
 * Stops an active workflow with a Schedule Trigger.
 *
 * @returns all its executions, ended
 */
export async function stopSchedule(rest: N8nRest, workflowId: string): Promise<Execution[]> {
	await rest.deactivateWorkflow(workflowId);
	// One that was due just then may still begin.
	await sleep(2000);
	const executions = await rest.executions(workflowId);
	return await Promise.all(
		executions.map(async ({ id }) => await rest.waitForExecution(id, { withinMs: 120_000 })),
	);
}

/** The error that ended an execution, with its advice. */
export function explain({ error }: Execution): string {
	return [error?.message, error?.description].join(' – ');
}

/**
 * Publishes a workflow behind a webhook. What it puts out goes to the caller, and n8n keeps nothing of it.
 *
 * @param name the workflow's name, and the webhook's path
 * @returns calls it, and gives the first item of the last node
 */
export async function publish(
	rest: N8nRest,
	n8n: Pick<N8n, 'url'>,
	name: string,
	...steps: WorkflowNode[]
): Promise<() => Promise<Record<string, unknown>>> {
	const webhook: WorkflowNode = {
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		position: [0, 0],
		parameters: { path: name, responseMode: 'lastNode' },
		webhookId: name,
	};
	const stored = await rest.importWorkflow(
		inARow(name, [webhook, ...steps], {
			saveDataSuccessExecution: 'none',
			saveDataErrorExecution: 'none',
		}),
	);
	await rest.activateWorkflow(stored);
	return async () => {
		let response = await fetch(`${n8n.url}/webhook/${name}`);
		// n8n registers a webhook a moment after it has said that the workflow is active.
		const deadline = Date.now() + 10_000;
		while (response.status === 404 && Date.now() < deadline) {
			await sleep(100);
			response = await fetch(`${n8n.url}/webhook/${name}`);
		}
		const text = await response.text();
		assert.equal(response.status, 200, text);
		return JSON.parse(text) as Record<string, unknown>;
	};
}
