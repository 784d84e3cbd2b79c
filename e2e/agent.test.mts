import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import type { Execution, N8nRest, WorkflowFile, WorkflowNode } from '../harness/rest.mts';
import { OLIVIA, PASSWORD } from '../test/fixture/data.mts';
import type { Simulator } from '../test/simulator/simulator.mts';
import { startModel, type ScriptedModel, type Turn } from './agent/model.mts';
import { startFixture, type Fixture } from './fixture.mts';
import { explain, manualTrigger, outputOf, type Parameters } from './workflows.mts';

/** The node as a tool of n8n's AI Agent. The model is a script on loopback, so that it says what is expected of one. */

const TOOL = 'Veeva Vault';

let fixture: Fixture;
let vault: Simulator;
let rest: N8nRest;
let model: ScriptedModel;

before(async () => {
	model = await startModel();
	fixture = await startFixture();
	({ vault, rest } = fixture);
});

after(async () => {
	await fixture?.close();
	await model?.close();
});

let tests = 0;
beforeEach(() => {
	vault.reset();
	model.questions.length = 0;
	model.received.length = 0;
	// Another password for each test, and so a login of which n8n's process knows nothing yet.
	vault.user(OLIVIA).password = `${PASSWORD} ${++tests}`;
});

/** A chat model that asks the scripted one: by the Responses API, as n8n does unless told otherwise, or by the older. */
async function modelNode(responsesApi: boolean): Promise<WorkflowNode> {
	const { id, name } = await rest.createCredential({
		name: `Model ${tests}`,
		type: 'openAiApi',
		data: { apiKey: 'not a key of anybody', url: model.url },
	});
	return {
		name: 'OpenAI Chat Model',
		type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
		typeVersion: 1.3,
		position: [0, 200],
		parameters: {
			model: { __rl: true, mode: 'id', value: 'scripted' },
			responsesApiEnabled: responsesApi,
			options: { maxRetries: 0 },
		},
		credentials: { openAiApi: { id, name } },
	};
}

/** The node as n8n offers it to agents; n8n makes this type of the node by itself. */
async function toolNode(parameters: Parameters): Promise<WorkflowNode> {
	const { id, name } = await rest.createCredential({
		name: `Credential ${tests}`,
		type: 'veevaVaultApi',
		data: fixture.credentialData(),
	});
	return {
		name: TOOL,
		type: 'n8n-nodes-veeva-vault.veevaVaultTool',
		typeVersion: 1,
		position: [200, 200],
		parameters,
		credentials: { veevaVaultApi: { id, name } },
	};
}

/** Asks an agent that has the Veeva Vault node as its only tool. */
async function ask(
	question: string,
	parameters: Parameters,
	{ responsesApi = true } = {},
): Promise<Execution> {
	const agent: WorkflowNode = {
		name: 'AI Agent',
		type: '@n8n/n8n-nodes-langchain.agent',
		typeVersion: 3.1,
		position: [200, 0],
		parameters: { promptType: 'define', text: question, options: {} },
	};
	const chatModel = await modelNode(responsesApi);
	const tool = await toolNode(parameters);
	const link = (type: string) => ({ [type]: [[{ node: agent.name, type, index: 0 }]] });
	const workflow: WorkflowFile = {
		name: `Agent ${tests}`,
		nodes: [manualTrigger, agent, chatModel, tool],
		connections: {
			[manualTrigger.name]: link('main'),
			[chatModel.name]: link('ai_languageModel'),
			[tool.name]: link('ai_tool'),
		},
		settings: { executionOrder: 'v1' },
	};
	const { id } = await rest.importWorkflow(workflow);
	return await rest.waitForExecution(await rest.runWorkflow(id, manualTrigger.name), {
		withinMs: 120_000,
	});
}

/** Calls the first tool that is offered, once, and then repeats what it gave. */
function callOnceAndRepeat(args: Record<string, unknown>): void {
	model.follow(({ tools, toolResults }): Turn => {
		if (toolResults.length > 0) return { say: `The tool gave: ${toolResults.join()}` };
		return { call: tools[0]?.name ?? 'none was offered', arguments: args };
	});
}

function answerOf(execution: Execution): string {
	assert.equal(execution.status, 'success', explain(execution));
	return String(outputOf(execution, 'AI Agent')[0].output);
}

/** No session and no password has gone to the model, and so to whoever runs it. */
function assertModelKnowsNoSecret(): void {
	const secrets = new Set(vault.sessions().map(({ id }) => id));
	for (const { headers, form } of vault.calls) {
		for (const secret of [headers.authorization, form?.password]) {
			if (secret !== undefined) secrets.add(secret);
		}
	}
	assert.ok(secrets.size >= 2, 'nothing to look for');
	assert.ok(model.received.length > 0, 'nowhere to look');
	for (const secret of secrets) {
		assert.ok(
			!model.received.some((text) => text.includes(secret)),
			`the model got a secret of ${secret.length} characters`,
		);
	}
}

for (const [spoken, responsesApi] of [
	['Responses', true],
	['Chat Completions', false],
] as const) {
	test(`an AI agent lists delegations with the node as its tool (${spoken} API)`, async () => {
		callOnceAndRepeat({});
		const execution = await ask(
			'For whom may I act?',
			{ resource: 'delegation', operation: 'getAll', returnAll: true },
			{ responsesApi },
		);
		const answer = answerOf(execution);

		const [{ tools }, { toolResults }] = model.questions;
		assert.equal(tools.length, 1);
		assert.equal(tools[0].name, 'Veeva_Vault');
		assert.equal(tools[0].description, 'Get many delegations in Veeva Vault');
		assert.equal(tools[0].parameters.type, 'object');
		assert.deepEqual(tools[0].parameters.properties, {});

		assert.equal(toolResults.length, 1);
		for (const text of ['61579', 'PromoMats', 'QualityDocs']) {
			assert.ok(toolResults[0].includes(text), `${text} in ${toolResults[0]}`);
			assert.ok(answer.includes(text), `${text} in ${answer}`);
		}
		assert.equal(vault.logins, 1);
		assertModelKnowsNoSecret();
	});
}

test('an AI agent fills in a parameter by $fromAI', async () => {
	callOnceAndRepeat({ user_name: 'sam@veepharm.com' });
	const execution = await ask('How does Sam log in?', {
		resource: 'authentication',
		operation: 'discover',
		username: "={{ $fromAI('user_name', 'Vault user name of the user to look up', 'string') }}",
		options: { loginHost: vault.url(vault.hosts.login, '') },
	});
	const answer = answerOf(execution);

	const [{ tools }] = model.questions;
	const { properties, required } = tools[0].parameters as {
		properties: Record<string, { type: string; description: string }>;
		required: string[];
	};
	assert.deepEqual(Object.keys(properties), ['user_name']);
	assert.equal(properties.user_name.type, 'string');
	assert.equal(properties.user_name.description, 'Vault user name of the user to look up');
	assert.deepEqual(required, ['user_name']);

	assert.deepEqual(
		vault.calls.map(({ path, query }) => [path, query.username]),
		[['/auth/discovery', 'sam@veepharm.com']],
	);
	assert.ok(answer.includes('sso') && answer.includes('OAuth Azure'), answer);
});

test('an AI agent receives the reason of a failed call, and can report it', async () => {
	vault.fail({ on: { path: '/delegation/vaults' }, with: { error: 'INSUFFICIENT_ACCESS' } });
	callOnceAndRepeat({});
	const execution = await ask('For whom may I act?', {
		resource: 'delegation',
		operation: 'getAll',
	});
	const answer = answerOf(execution);
	assert.match(answer, /\[INSUFFICIENT_ACCESS\]/);
	assert.equal(model.questions.at(-1)?.toolResults.length, 1);
	assertModelKnowsNoSecret();
});
