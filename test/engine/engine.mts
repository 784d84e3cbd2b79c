import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import type { BinaryDataService } from 'n8n-core';
import type {
	IBinaryData,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IConnections,
	IWorkflowSettings,
	IDataObject,
	INode,
	INodeListSearchResult,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	INodeTypeDescription,
	INodeTypes,
	IRun,
	IVersionedNodeType,
	IWorkflowExecuteAdditionalData,
	NodeApiError,
	WorkflowExecuteMode,
} from 'n8n-workflow';

import { assertBuilt } from '../../harness/build.mts';
import { interceptSleep } from '../fixture/clock.mts';
import { EngineCredentials, type N8n } from './credentials.mts';
import installNodes, { BASE_NODES } from './install.mts';

// n8n-core reads these when it is first loaded, so that it is loaded below, after them.
process.env.N8N_USER_FOLDER ??= mkdtempSync(join(tmpdir(), 'n8n-engine-'));
process.env.N8N_ENCRYPTION_KEY ??= randomBytes(16).toString('hex');
process.env.N8N_LOG_LEVEL ??= 'silent';

export const VEEVA_VAULT = 'n8n-nodes-veeva-vault.veevaVault';
export const HTTP_REQUEST = 'n8n-nodes-base.httpRequest';
export const TRIGGER = 'n8n-nodes-base.manualTrigger';
export const CREDENTIAL = 'veevaVaultApi';
export const OAUTH2_CREDENTIAL = 'veevaVaultOAuth2Api';

/** What a run of a workflow came to. */
export interface Outcome {
	/** Output items of a node; none when it did not run or failed */
	items: (node: string) => INodeExecutionData[];
	/** The `json` of those */
	json: (node: string) => IDataObject[];
	/** The error that ended the execution */
	error: (NodeApiError & { description?: string | null }) | undefined;
	/** Everything that n8n would save of the execution */
	run: IRun;
}

export interface CredentialTestResult {
	status: 'OK' | 'Error';
	message: string;
}

/** How a workflow is run. */
export interface RunOptions {
	items?: IDataObject[];
	input?: INodeExecutionData[];
	mode?: WorkflowExecuteMode;
	connections?: IConnections;
	settings?: IWorkflowSettings;
	started?: (cancel: () => void) => void;
}

const root = process.cwd();
const base = join(root, 'test/engine/n8n-nodes-base/node_modules/n8n-nodes-base/dist');

/** n8n's modules as nodes and credentials require them: the same copies, and so the same classes. */
const rootRequire = createRequire(join(root, 'package.json'));

/** What n8n-core itself requires: other versions may be installed beside it. */
const coreRequire = createRequire(join(root, 'node_modules/n8n-core/package.json'));

/** What an engine has besides n8n's own nodes. */
export interface EngineOptions {
	/** The folder of the package to load, from the repository's folder; the repository's own package when not given */
	package?: string;
	/** More node types, by their full names */
	nodes?: Record<string, INodeType>;
	/** More credential types, by their names */
	credentials?: Record<string, ICredentialType>;
}

/**
 * Loads n8n-core's real engine with a package, as built in its `dist`, and n8n's own nodes that the tests need.
 *
 * @throws {Failure} when `dist` does not match the sources
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
	const folder = join(root, options.package ?? '');
	assertBuilt(folder);
	await installNodes();
	interceptSleep();
	const nodes = new Map<string, INodeType | IVersionedNodeType>([
		...BASE_NODES.map((name): [string, INodeType | IVersionedNodeType] => [
			`n8n-nodes-base.${name[0].toLowerCase()}${name.slice(1)}`,
			load(join(base, `nodes/${name}/${name}.node.js`)),
		]),
		...nodesOf(folder),
		...Object.entries(options.nodes ?? {}),
	]);
	const credentialTypes = new Map<string, ICredentialType>([
		['oAuth2Api', load<ICredentialType>(join(base, 'credentials/OAuth2Api.credentials.js'))],
		...credentialTypesOf(folder),
		...Object.entries(options.credentials ?? {}),
	]);
	const n8n: N8n = {
		core: rootRequire('n8n-core') as N8n['core'],
		workflow: rootRequire('n8n-workflow') as N8n['workflow'],
	};
	provideEncryptionKey(n8n.core);
	const find = (name: string) => {
		const type = nodes.get(name);
		if (type === undefined) throw new Error(`Unknown node type "${name}"`);
		return type;
	};
	const nodeTypes: INodeTypes = {
		getByName: find,
		getByNameAndVersion: (name, version) =>
			n8n.workflow.NodeHelpers.getVersionedNodeType(find(name), version),
		getKnownTypes: () => ({}),
	};
	const credentials = new EngineCredentials(n8n, credentialTypes, nodeTypes);
	return new Engine(n8n, nodeTypes, credentials, credentialTypes);
}

interface Manifest {
	name: string;
	n8n: { nodes: string[]; credentials: string[] };
}

/** The node types of a package, by their full names. */
function nodesOf(folder: string): Array<[string, INodeType]> {
	const { name, n8n } = manifestOf(folder);
	return n8n.nodes.map((file) => {
		const type = load<INodeType>(join(folder, file));
		return [`${name}.${type.description.name}`, type];
	});
}

/** The credential types of a package, by their names. */
function credentialTypesOf(folder: string): Array<[string, ICredentialType]> {
	return manifestOf(folder).n8n.credentials.map((file) => {
		const type = load<ICredentialType>(join(folder, file));
		return [type.name, type];
	});
}

function manifestOf(folder: string): Manifest {
	return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** The key with which credentials are encrypted: n8n keeps it in its database, wrapped with the instance's key. */
function provideEncryptionKey(core: N8n['core']): void {
	const Container = container();
	const key = {
		id: randomUUID(),
		value: Container.get(core.Cipher).encryptDEKWithInstanceKey(randomBytes(32).toString('hex')),
		algorithm: 'aes-256-gcm',
		format: 'prefixed' as const,
	};
	Container.get(core.EncryptionKeyProxy).setProvider({
		getActiveKey: async () => key,
		getKeyById: async () => key,
		getLegacyKey: async () => key,
	});
}

interface Container {
	get<T>(type: abstract new (...args: never[]) => T): T;
}

/** n8n's own instances of its classes. */
function container(): Container {
	return (coreRequire('@n8n/di') as { Container: Container }).Container;
}

/** Loads the one class that a module of nodes or credentials exports. */
function load<T>(path: string): T {
	const [Class] = Object.values(rootRequire(path) as object).filter(
		(value): value is new () => T => typeof value === 'function',
	);
	return new Class();
}

/** n8n's real engine, with credentials of its own. */
export class Engine {
	readonly credentials: EngineCredentials;

	private readonly n8n: N8n;

	private readonly nodeTypes: INodeTypes;

	private readonly types: ReadonlyMap<string, ICredentialType>;

	constructor(
		n8n: N8n,
		nodeTypes: INodeTypes,
		credentials: EngineCredentials,
		types: ReadonlyMap<string, ICredentialType>,
	) {
		this.n8n = n8n;
		this.nodeTypes = nodeTypes;
		this.credentials = credentials;
		this.types = types;
	}

	/**
	 * Saves a credential, encrypted, or changes fields of one as the editor does: hidden fields keep their values.
	 *
	 * @returns its ID
	 */
	async saveCredential(
		data: ICredentialDataDecryptedObject,
		{ id = randomUUID() as string, type = CREDENTIAL } = {},
	): Promise<string> {
		const before = this.credentials.stored.has(id) ? await this.credentialData(id) : {};
		await this.credentials.save(id, `Credential ${id}`, type, { ...before, ...data });
		return id;
	}

	/** What is stored of a credential, decrypted. */
	async credentialData(id: string): Promise<ICredentialDataDecryptedObject> {
		return await (await this.credentials.getCredentials({ id, name: '' })).getData();
	}

	/** A node of a workflow. */
	node(
		name: string,
		type: string,
		parameters: INodeParameters,
		{
			credential,
			credentialType = CREDENTIAL,
			...settings
		}: Partial<INode> & { credential?: string; credentialType?: string } = {},
	): INode {
		return {
			id: randomUUID(),
			name,
			type,
			typeVersion: type === HTTP_REQUEST ? 4.2 : 1,
			position: [0, 0],
			parameters,
			...(credential === undefined
				? {}
				: {
						credentials: { [credentialType]: { id: credential, name: `Credential ${credential}` } },
					}),
			...settings,
		};
	}

	/** What the editor shows of a type of node. */
	description(type: string): INodeTypeDescription {
		return this.nodeTypes.getByNameAndVersion(type).description;
	}

	/**
	 * Runs nodes one after the other, from a manual trigger.
	 *
	 * @param options.items what the trigger gives; one empty item by default
	 * @param options.input the same, with files
	 * @param options.started gets what cancels the execution, as the editor's Stop does
	 */
	async run(
		nodes: INode[],
		{
			items = [{}],
			input = items.map((json) => ({ json })),
			mode = 'trigger',
			connections,
			settings,
			started,
		}: RunOptions = {},
	): Promise<Outcome> {
		const trigger = this.node('Trigger', TRIGGER, {});
		const chain = [trigger, ...nodes];
		const workflow = new this.n8n.workflow.Workflow({
			id: randomUUID(),
			nodes: chain,
			connections:
				connections ??
				Object.fromEntries(
					chain
						.slice(0, -1)
						.map(({ name }, index) => [
							name,
							{ main: [[{ node: chain[index + 1].name, type: 'main' as const, index: 0 }]] },
						]),
				),
			active: false,
			nodeTypes: this.nodeTypes,
			settings: { executionOrder: 'v1', ...settings },
		});
		const pinData = { Trigger: input };
		const additionalData = this.additionalData(mode);
		await workflow.expression.acquireIsolate();
		try {
			const execution = new this.n8n.core.WorkflowExecute(additionalData, mode).run({
				workflow,
				startNode: trigger,
				pinData,
			});
			started?.(() => execution.cancel());
			const run = await execution;
			const output = (node: string) =>
				run.data.resultData.runData[node]?.at(-1)?.data?.main[0] ?? [];
			return {
				run,
				items: output,
				json: (node) => output(node).map(({ json }) => json),
				error: run.data.resultData.error as Outcome['error'],
			};
		} finally {
			await workflow.expression.releaseIsolate();
		}
	}

	/** Runs one Veeva Vault node with one empty item, or with those given. */
	async vault(
		parameters: INodeParameters,
		{
			credential,
			credentialType,
			items,
			input,
			started,
			...settings
		}: Partial<INode> & { credential?: string; credentialType?: string } & RunOptions = {},
	): Promise<Outcome> {
		const node = this.node('Vault', VEEVA_VAULT, parameters, {
			credential,
			credentialType,
			...settings,
		});
		return await this.run([node], { items, input, started });
	}

	/** From now on files are kept as n8n keeps them by default: on disk, and not in memory. */
	async keepFilesOnDisk(): Promise<void> {
		await this.files().init();
	}

	/** Gives a file to a workflow. */
	async file(
		content: Parameters<BinaryDataService['store']>[1],
		fileName: string,
		mimeType: string,
	): Promise<IBinaryData> {
		const location = { type: 'execution', workflowId: 'test', executionId: 'test' } as const;
		return await this.files().store(location, content, { data: '', mimeType, fileName });
	}

	/** What is in a file that a workflow has made. */
	async contentOf(file: IBinaryData): Promise<Buffer> {
		return await this.files().getAsBuffer(file);
	}

	/** Collects the streams in which workflows read files, from now on. */
	filesOpened(): Readable[] {
		const opened: Readable[] = [];
		const files = this.files();
		const open = files.getAsStream.bind(files);
		files.getAsStream = async (...file) => {
			const stream = await open(...file);
			opened.push(stream);
			return stream;
		};
		return opened;
	}

	private files(): BinaryDataService {
		return container().get(this.n8n.core.BinaryDataService);
	}

	/** Runs one HTTP Request node that uses a credential. */
	async httpRequest(
		url: string,
		credential: string,
		{
			parameters = {},
			items,
			credentialType = CREDENTIAL,
			...settings
		}: Partial<INode> & { items?: IDataObject[]; credentialType?: string } = {},
	): Promise<Outcome> {
		const node = this.node(
			'HTTP',
			HTTP_REQUEST,
			{
				url,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: credentialType,
				options: {},
				...parameters,
			},
			{ credential, credentialType, ...settings },
		);
		return await this.run([node], { items });
	}

	/** Tests a credential as the editor's form does, with the data that the form holds. */
	async testCredential(id: string, type = CREDENTIAL): Promise<CredentialTestResult> {
		const { RoutingNode, ExecuteContext } = this.n8n.core;
		const credentialType = this.types.get(type);
		const request = credentialType?.test?.request;
		if (request === undefined) throw new Error(`${type} has no test`);
		const noOp = this.nodeTypes.getByNameAndVersion('n8n-nodes-base.noOp');
		const data = await this.credentials.withDefaults(
			await this.credentialData(id),
			type,
			'internal',
		);
		const node: INode = {
			id: 'temp',
			name: 'Temp-Node',
			type: 'n8n-nodes-base.noOp',
			typeVersion: 1,
			position: [0, 0],
			parameters: {},
			credentials: { [type]: { id, name: `Credential ${id}` } },
		};
		const nodeType = {
			...noOp,
			description: {
				...noOp.description,
				credentials: [{ name: type, required: true }],
				properties: [
					{
						displayName: 'Temp',
						name: 'temp',
						type: 'string' as const,
						default: '',
						routing: { request },
					},
				],
			},
		};
		const workflow = new this.n8n.workflow.Workflow({
			nodes: [node],
			connections: {},
			active: false,
			nodeTypes: { ...this.nodeTypes, getByNameAndVersion: () => nodeType },
		});
		const executeData = { node, data: {}, source: null };
		const context = new ExecuteContext(
			workflow,
			node,
			this.additionalData('internal'),
			'internal',
			this.n8n.workflow.createEmptyRunExecutionData(),
			0,
			[],
			{ main: [[{ json: {} }]] },
			executeData,
			[],
		);
		await workflow.expression.acquireIsolate();
		try {
			const output = await new RoutingNode(context, nodeType, {
				id,
				name: `Credential ${id}`,
				type,
				data,
			}).runNode();
			const body = output?.[0][0].json;
			const get = coreRequire('lodash/get') as (value: unknown, path: string) => unknown;
			for (const { type: rule, properties } of credentialType?.test?.rules ?? []) {
				if (rule === 'responseSuccessBody' && get(body, properties.key) === properties.value) {
					return { status: 'Error', message: properties.message };
				}
			}
			return { status: 'OK', message: 'Connection successful!' };
		} catch (error) {
			return { status: 'Error', message: testMessage(error as Error) };
		} finally {
			await workflow.expression.releaseIsolate();
		}
	}

	/** Loads a list of the editor for a node. */
	async listSearch(method: string, node: INode, filter?: string): Promise<INodeListSearchResult> {
		const type = this.nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
		const search = type.methods?.listSearch?.[method];
		if (search === undefined) throw new Error(`${node.type} has no list "${method}"`);
		const workflow = new this.n8n.workflow.Workflow({
			nodes: [node],
			connections: {},
			active: false,
			nodeTypes: this.nodeTypes,
		});
		const context = new this.n8n.core.LoadOptionsContext(
			workflow,
			node,
			this.additionalData('internal'),
			'',
		);
		await workflow.expression.acquireIsolate();
		try {
			return await search.call(context, filter);
		} finally {
			await workflow.expression.releaseIsolate();
		}
	}

	private additionalData(mode: WorkflowExecuteMode): IWorkflowExecuteAdditionalData {
		const unused = async () => await Promise.reject(new Error('Not part of these tests'));
		const address = 'http://localhost/';
		return {
			credentialsHelper: this.credentials,
			executionId: randomUUID(),
			currentNodeExecutionIndex: 0,
			hooks: new this.n8n.core.ExecutionLifecycleHooks(mode, randomUUID(), {
				id: randomUUID(),
				name: 'Test',
				active: false,
				isArchived: false,
				createdAt: new Date(),
				updatedAt: new Date(),
				nodes: [],
				connections: {},
			} as never),
			restApiUrl: address,
			instanceBaseUrl: address,
			formBaseUrl: address,
			formWaitingBaseUrl: address,
			formTestBaseUrl: address,
			webhookBaseUrl: address,
			webhookWaitingBaseUrl: address,
			webhookTestBaseUrl: address,
			mcpBaseUrl: address,
			mcpTestBaseUrl: address,
			variables: {},
			logAiEvent: () => {},
			setExecutionStatus: () => {},
			executeWorkflow: unused,
			getRunExecutionData: async () => undefined,
			getRuntimeCredential: async () => undefined,
			startRunnerTask: unused,
		} as unknown as IWorkflowExecuteAdditionalData;
	}
}

/** What n8n's CredentialsTester shows for an error. */
function testMessage(error: Error): string {
	const { cause } = error as {
		cause?: { response?: { status: number; statusText?: string }; code?: string };
	};
	if (cause?.response !== undefined) {
		const { status, statusText } = cause.response;
		if (status < 199 || status > 299) {
			const named = statusText !== undefined && statusText !== '';
			return named ? statusText : `Received HTTP status code: ${status}`;
		}
	} else if (cause?.code !== undefined) {
		return cause.code;
	}
	return error.message;
}
