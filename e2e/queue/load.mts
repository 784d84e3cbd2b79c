import { once, setMaxListeners } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import type postgres from 'postgres';

import type { WorkflowNode } from '../../harness/rest.mts';
import { ME } from '../../test/fixture/data.mts';
import type { Fixture } from '../fixture.mts';
import { inARow, vaultNode } from '../workflows.mts';

/** What the caller of the webhook got. */
export interface Answer {
	/** The HTTP status; 0 when there was no answer. */
	status: number;
	/** n8n's id of the execution; absent when it failed. */
	execution?: string;
	/** The user name that the Veeva Vault node got. */
	user?: string;
	/** Vault's `responseStatus`, as the HTTP Request node got it. */
	http?: string;
	/** The type of Vault's error, when the HTTP Request node got one. */
	reason?: string;
	/** What n8n answered instead. */
	text?: string;
}

/** A published workflow behind a webhook. */
export interface Target {
	workflowId: string;
	/**
	 * Runs it once, and waits for its end. Never rejects.
	 *
	 * @param signal gives up waiting
	 */
	call: (signal?: AbortSignal) => Promise<Answer>;
}

/** How long an answer may take once n8n has nothing left to do. */
const ANSWERED_WITHIN_MS = 60_000;
/** How long n8n may take to respond at all, however busy it is. */
const SILENT_MS = 15 * 60_000;

/**
 * Publishes a workflow that calls Vault twice with one credential: with the Veeva Vault node, and with n8n's HTTP Request
 * node. Each execution answers with its id and with what the two got, and is saved.
 *
 * @param fixture where
 * @param sql n8n's database
 * @param name the workflow's name, and the webhook's path
 * @returns the workflow, ready to be called
 */
export async function publishChecks(
	{ n8n, rest, promoMats, credentialData }: Fixture,
	sql: postgres.Sql,
	name: string,
): Promise<Target> {
	const { id } = await rest.createCredential({
		name,
		type: 'veevaVaultApi',
		data: credentialData(),
	});
	const credentials = { veevaVaultApi: { id, name } };
	const workflow = await rest.importWorkflow(
		inARow(name, [
			step('Webhook', 'webhook', 2, { path: name, responseMode: 'lastNode' }),
			vaultNode('Validate', { resource: 'session', operation: 'validate' }, credentials),
			{
				...step('HTTP Request', 'httpRequest', 4.2, {
					url: promoMats + ME,
					authentication: 'predefinedCredentialType',
					nodeCredentialType: 'veevaVaultApi',
					options: {},
				}),
				credentials,
			},
			step('Answer', 'set', 3.4, {
				mode: 'raw',
				jsonOutput: `={{ JSON.stringify({
					execution: $execution.id,
					user: $('Validate').first().json.user_name__v,
					http: $json.responseStatus,
					reason: $json.errors?.[0]?.type,
				}) }}`,
				options: {},
			}),
		]),
	);
	await rest.activateWorkflow(workflow);
	const address = `${n8n.url}/webhook/${name}`;
	// n8n registers a webhook a moment after it has said that the workflow is active.
	while ((await sql`SELECT FROM webhook_entity WHERE "webhookPath" = ${name}`).length === 0) {
		await sleep(100);
	}
	return { workflowId: workflow.id, call: async (signal) => await callOnce(address, signal) };
}

/**
 * Calls many times. n8n never answers some of the calls whose worker died; they are given up when nothing more can come.
 *
 * @param options.total how many calls
 * @param options.atOnce how many are under way at the same time
 * @param options.isIdle tells whether n8n has nothing left to do
 * @param options.onAnswer is told after each answer how many there have been
 * @returns the answers, in the order in which they came
 */
export async function callMany(
	{ call }: Target,
	options: {
		total: number;
		atOnce: number;
		isIdle: () => Promise<boolean>;
		onAnswer?: (count: number) => void;
	},
): Promise<Answer[]> {
	const { total, atOnce, isIdle, onAnswer } = options;
	const answers: Answer[] = [];
	let called = 0;
	let lastAnswer = Date.now();
	let patience = endlessPatience();
	const caller = async () => {
		while (called < total) {
			called += 1;
			answers.push(await call(patience.signal));
			lastAnswer = Date.now();
			onAnswer?.(answers.length);
		}
	};
	const watcher = async () => {
		while (answers.length < total) {
			await sleep(1000);
			const silence = Date.now() - lastAnswer;
			if (silence < ANSWERED_WITHIN_MS) continue;
			if (silence < SILENT_MS && !(await isIdle())) continue;
			patience.abort();
			patience = endlessPatience();
			lastAnswer = Date.now();
		}
	};
	await Promise.all([watcher(), ...Array.from({ length: atOnce }, caller)]);
	return answers;
}

/** For any number of calls. */
function endlessPatience(): AbortController {
	const controller = new AbortController();
	setMaxListeners(0, controller.signal);
	return controller;
}

function step(
	name: string,
	type: string,
	typeVersion: number,
	parameters: WorkflowNode['parameters'],
): WorkflowNode {
	return { name, type: `n8n-nodes-base.${type}`, typeVersion, position: [0, 0], parameters };
}

/** With `node:http`, which waits as long as it takes; `fetch` gives up after five minutes. */
async function callOnce(address: string, signal?: AbortSignal): Promise<Answer> {
	try {
		const request = get(address, { agent: false, signal });
		const [response] = (await once(request, 'response')) as [IncomingMessage];
		const body = await text(response);
		const { statusCode: status = 0 } = response;
		return status === 200
			? { status, ...(JSON.parse(body) as Omit<Answer, 'status'>) }
			: { status, text: body };
	} catch (error) {
		return { status: 0, text: String(error) };
	}
}
