import { setTimeout as sleep } from 'node:timers/promises';

import { parse } from 'flatted';
import type { INodeTypeDescription } from 'n8n-workflow';

import { Interrupted } from './failure.mts';

/** The account that owns an n8n. */
export interface Owner {
	email: string;
	/** At least 8 characters, with a number and a capital letter. */
	password: string;
	firstName: string;
	lastName: string;
}

/** A credential as n8n lists it. */
export interface CredentialSummary {
	id: string;
	name: string;
	type: string;
}

/** A credential to be stored. */
export interface NewCredential {
	name: string;
	type: string;
	data: Record<string, unknown>;
}

/** What the editor shows after a credential test. */
export interface CredentialTest {
	status: 'OK' | 'Error';
	message: string;
}

/** A node of a workflow file. */
export interface WorkflowNode {
	name: string;
	type: string;
	typeVersion: number;
	/** In the editor: from the left, and from the top */
	position: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string | null; name: string }>;
	/** What to do when it fails, e.g. `continueErrorOutput`. */
	onError?: string;
	/** Of a webhook: what n8n knows it by. */
	webhookId?: string;
	disabled?: boolean;
}

/** A workflow as the editor exports it. */
export interface WorkflowFile {
	name: string;
	nodes: WorkflowNode[];
	connections: Record<string, unknown>;
	settings?: Record<string, unknown>;
	pinData?: Record<string, unknown>;
}

/** A workflow as n8n stores it. */
export interface StoredWorkflow extends WorkflowFile {
	id: string;
	active: boolean;
	versionId: string;
	isArchived: boolean;
}

/** An error as n8n keeps it with an execution. */
export interface ExecutionError {
	message: string;
	description?: string | null;
	httpCode?: string | null;
	node?: { name: string };
}

/** One item that a node put out. */
export interface OutputItem {
	json: Record<string, unknown>;
	error?: ExecutionError;
}

/** One run of one node. */
export interface NodeRun {
	startTime: number;
	/** In milliseconds. */
	executionTime: number;
	executionStatus: string;
	error?: ExecutionError;
	/** One list of items per output; null where nothing came out. */
	data?: { main?: Array<OutputItem[] | null> };
}

/** An execution as n8n lists it. */
export interface ExecutionSummary {
	id: string;
	status: string;
	/** `manual`, `trigger`, `webhook`, `error` for an error workflow, … */
	mode: string;
}

/** An execution that has ended. */
export interface Execution {
	id: string;
	/** `success`, `error`, `canceled` or `crashed`. */
	status: string;
	workflowId: string;
	/** By the nodes' names; nodes that were not reached are absent. */
	runData: Record<string, NodeRun[]>;
	/** What ended it, when it failed. */
	error?: ExecutionError;
}

/** n8n refused a call. */
export class RestError extends Error {
	override name = 'RestError';
	readonly status: number;

	/**
	 * @param status the HTTP status
	 * @param message n8n's message, and the call that it refused
	 */
	constructor(status: number, message: string) {
		super(message);
		this.status = status;
	}
}

/**
 * The REST interface that n8n's editor uses, as one signed-in user. It is not n8n's public API and may change between
 * versions; the version that this project runs is fixed in `harness/newest/package.json`. Every method throws {@link RestError}
 * when n8n refuses the call.
 */
export class N8nRest {
	readonly #url: string;
	readonly #cookies = new Map<string, string>();

	/** @param url where n8n listens, e.g. `http://127.0.0.1:5678` */
	constructor(url: string) {
		this.#url = url;
	}

	/** @returns whether n8n still waits for the account of its owner */
	async needsOwner(): Promise<boolean> {
		const settings = await this.#call<{ userManagement: { showSetupOnFirstLoad?: boolean } }>(
			'GET',
			'/settings',
		);
		return settings.userManagement.showSetupOnFirstLoad === true;
	}

	/** Creates the owner's account, once for each n8n, and signs in with it. */
	async setUpOwner(owner: Owner): Promise<void> {
		await this.#call('POST', '/owner/setup', owner);
	}

	/** Signs in. */
	async logIn(email: string, password: string): Promise<void> {
		await this.#call('POST', '/login', { emailOrLdapLoginId: email, password });
	}

	/** @returns the node types that the editor offers now, of all packages; some megabytes */
	async nodeTypes(): Promise<INodeTypeDescription[]> {
		return JSON.parse(await this.#fetch('GET', '/types/nodes.json')) as INodeTypeDescription[];
	}

	/** @returns all credentials that the user sees */
	async credentials(): Promise<CredentialSummary[]> {
		return await this.#call('GET', '/credentials');
	}

	/** @returns the credential; its secrets are placeholders */
	async credential(id: string): Promise<NewCredential> {
		return await this.#call('GET', `/credentials/${id}?includeData=true`);
	}

	/** @returns the new credential */
	async createCredential(credential: NewCredential): Promise<CredentialSummary> {
		return await this.#call('POST', '/credentials', credential);
	}

	/**
	 * Changes fields of a stored credential; fields that are not named keep their values, secrets included.
	 *
	 * @param id the credential
	 * @param data the fields to change
	 */
	async updateCredential(id: string, data: Record<string, unknown>): Promise<void> {
		const stored = await this.credential(id);
		// n8n puts the stored secrets back where it gets its placeholders.
		await this.#call('PATCH', `/credentials/${id}`, {
			name: stored.name,
			type: stored.type,
			data: { ...stored.data, ...data },
		});
	}

	/**
	 * Tests a stored credential, as the editor does when it is saved.
	 *
	 * @param id the credential
	 * @returns n8n's verdict; a refused login is a verdict too, not an error
	 */
	async testCredential(id: string): Promise<CredentialTest> {
		const { name, type, data } = await this.credential(id);
		return await this.#call('POST', '/credentials/test', { credentials: { id, name, type, data } });
	}

	/** @returns all workflows that the user sees, without their nodes */
	async workflows(): Promise<Array<Pick<StoredWorkflow, 'id' | 'name' | 'active' | 'isArchived'>>> {
		return await this.#call('GET', '/workflows');
	}

	/** @returns the workflow with its nodes */
	async workflow(id: string): Promise<StoredWorkflow> {
		return await this.#call('GET', `/workflows/${id}`);
	}

	/**
	 * Stores a workflow. n8n links credentials that are named without an id, if there is exactly one of that name.
	 *
	 * @returns the stored workflow
	 */
	async importWorkflow(workflow: WorkflowFile): Promise<StoredWorkflow> {
		// Older versions want to be told that it is not active.
		return await this.#call('POST', '/workflows', { active: false, ...workflow });
	}

	/** Changes parts of a stored workflow, e.g. its nodes. */
	async updateWorkflow(id: string, changes: Partial<WorkflowFile>): Promise<void> {
		await this.#call('PATCH', `/workflows/${id}`, changes);
	}

	/**
	 * Has n8n ask a node for the entries of a list, as the editor does when it is opened.
	 *
	 * @param request the node, its parameters and credentials, and which list
	 */
	async resourceLocatorResults(
		request: Record<string, unknown>,
	): Promise<Array<{ name: string; value: string }>> {
		const { results } = await this.#call<{ results: Array<{ name: string; value: string }> }>(
			'POST',
			'/dynamic-node-parameters/resource-locator-results',
			request,
		);
		return results;
	}

	/** Activates a workflow with a trigger such as a webhook or a schedule. */
	async activateWorkflow(workflow: Pick<StoredWorkflow, 'id' | 'versionId'>): Promise<void> {
		const { versionId } = workflow;
		await this.#call('POST', `/workflows/${workflow.id}/activate`, { versionId }).catch(
			this.#setActive(workflow.id, true),
		);
	}

	/** Stops a workflow from being started by its triggers. */
	async deactivateWorkflow(id: string): Promise<void> {
		await this.#call('POST', `/workflows/${id}/deactivate`).catch(this.#setActive(id, false));
	}

	/**
	 * Starts a workflow as the editor's button does.
	 *
	 * @param workflowId the workflow
	 * @param trigger the name of the trigger node to start from
	 * @returns the execution's id; it goes on running
	 */
	async runWorkflow(workflowId: string, trigger: string): Promise<string> {
		const { executionId } = await this.#call<{ executionId?: string }>(
			'POST',
			`/workflows/${workflowId}/run`,
			// Versions before 2 want the whole workflow.
			{ workflowData: await this.workflow(workflowId), triggerToStartFrom: { name: trigger } },
		);
		if (executionId === undefined)
			throw new Error(`"${trigger}" waits for a call instead of running`);
		return executionId;
	}

	/** @returns the saved executions of a workflow, ended or not, at most 100; the newest first */
	async executions(workflowId: string): Promise<ExecutionSummary[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const { results } = await this.#call<{ results: ExecutionSummary[] }>(
			'GET',
			`/executions?limit=100&filter=${filter}`,
		);
		return results;
	}

	/**
	 * Waits until an execution has ended, whether well or not.
	 *
	 * @param id the execution
	 * @param options.withinMs how long to wait, in milliseconds; 60,000 when not given
	 * @param options.signal stops waiting
	 * @returns the ended execution with what its nodes put out
	 * @throws {Interrupted} when stopped by the signal
	 * @throws when it has not ended in time
	 */
	async waitForExecution(
		id: string,
		options: { withinMs?: number; signal?: AbortSignal } = {},
	): Promise<Execution> {
		const { withinMs = 60_000, signal } = options;
		const deadline = Date.now() + withinMs;
		for (;;) {
			if (signal?.aborted) throw new Interrupted();
			const execution = await this.#call<StoredExecution>('GET', `/executions/${id}`);
			if (!['new', 'running', 'waiting'].includes(execution.status)) {
				const ended = readExecution(execution);
				if (ended !== undefined) return ended;
			}
			if (Date.now() > deadline) {
				throw new Error(`Execution ${id} is still ${execution.status} after ${withinMs / 1000} s`);
			}
			await sleep(100);
		}
	}

	/** What versions before 1.123 have in place of a call of its own. */
	#setActive(id: string, active: boolean) {
		return async (refused: unknown): Promise<void> => {
			if (!(refused instanceof RestError) || refused.status !== 404) throw refused;
			const { versionId } = await this.workflow(id);
			await this.#call('PATCH', `/workflows/${id}`, { active, versionId });
		};
	}

	/** @param path what follows `/rest` */
	async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
		const text = await this.#fetch(method, `/rest${path}`, body);
		return (JSON.parse(text) as { data: T }).data;
	}

	/** @returns the body of n8n's response */
	async #fetch(method: string, path: string, body?: unknown): Promise<string> {
		const response = await fetch(this.#url + path, {
			method,
			headers: {
				// n8n ties a sign-in to the browser that it was made in.
				'browser-id': 'veeva-vault-demo',
				cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
			},
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		for (const cookie of response.headers.getSetCookie()) {
			const [name, value] = cookie.split(';', 1)[0].split(/=(.*)/s);
			this.#cookies.set(name, value);
		}
		const text = await response.text();
		if (!response.ok) {
			throw new RestError(response.status, `${reasonIn(text)} (${method} ${path})`);
		}
		return text;
	}
}

interface StoredExecution {
	id: string;
	status: string;
	workflowId: string;
	/** In the format of the `flatted` package. */
	data: string;
}

/** @returns `undefined` while the data is not there yet, which older versions save after the status */
function readExecution({ id, status, workflowId, data }: StoredExecution): Execution | undefined {
	const content = parse(data) as { resultData: Pick<Execution, 'runData' | 'error'> } | undefined;
	if (content === undefined) return undefined;
	const { runData, error } = content.resultData;
	return { id, status, workflowId, runData, error };
}

function reasonIn(body: string): string {
	try {
		return (JSON.parse(body) as { message: string }).message;
	} catch {
		return body.slice(0, 200);
	}
}
