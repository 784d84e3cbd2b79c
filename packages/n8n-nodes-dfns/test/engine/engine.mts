import { randomBytes, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestMethods,
	INodeType,
	INodeTypes,
	IVersionedNodeType,
} from 'n8n-workflow';

import { EngineCredentials, type N8n } from '../../../../test/engine/credentials.mts';
import { Engine, HTTP_REQUEST, TRIGGER, type Outcome } from '../../../../test/engine/engine.mts';
import { startDfns, type LocalDfns } from '../simulator/dfns.mts';
import type { DfnsOptions } from '../simulator/types.mts';

export { HTTP_REQUEST, type Outcome };

export const DFNS = 'n8n-nodes-dfns.dfns';
/** A node that calls with n8n's other helper, as declarative nodes do */
export const OTHER_NODE = 'test.request';
export const SERVICE_ACCOUNT = 'dfnsServiceAccountApi';
export const DELEGATED_USER = 'dfnsDelegatedUserApi';

export const JDOE = 'jdoe@example.co';
export const ADA = 'ada@example.co';

/** Lets calls that may take so long, in ms, end soon instead; `jest.restoreAllMocks` undoes it. */
export function shorten(limit: number): jest.SpyInstance<AbortSignal, [number]> {
	const timeout = AbortSignal.timeout.bind(AbortSignal);
	return jest
		.spyOn(AbortSignal, 'timeout')
		.mockImplementation((ms) => timeout(ms === limit ? 300 : ms));
}

/** A real engine and a Dfns on localhost, for one test file. */
export interface World {
	engine: Engine;
	dfns: LocalDfns;
	/** Saves a service account credential, with other fields where they are given. */
	serviceAccount(fields?: ICredentialDataDecryptedObject): Promise<string>;
	/** Saves a delegated user credential, with other fields where they are given. */
	delegatedUser(fields?: ICredentialDataDecryptedObject): Promise<string>;
	/** Runs one Dfns node that logs a user in. */
	logIn(
		credential: string,
		options?: {
			username?: string;
			items?: IDataObject[];
			onError?: 'continueRegularOutput';
			/** Gets what cancels the execution */
			started?: (cancel: () => void) => void;
		},
	): Promise<Outcome>;
	/** Runs one HTTP Request node that reads as the delegated user. */
	read(
		credential: string,
		options?: {
			path?: string;
			url?: string;
			parameters?: Record<string, string | boolean | object>;
			onError?: 'continueRegularOutput';
		},
	): Promise<Outcome>;
}

const root = process.cwd();
const dist = join(root, 'packages/n8n-nodes-dfns/dist');
const base = join(root, 'test/engine/n8n-nodes-base/node_modules/n8n-nodes-base/dist/nodes');
const rootRequire = createRequire(join(root, 'package.json'));
const coreRequire = createRequire(join(root, 'node_modules/n8n-core/package.json'));

/**
 * Starts both. Each test gets a Dfns as seeded, with another service account, so that nothing that a test before it has
 * left in the process holds any more.
 */
export function useWorld(options: DfnsOptions = {}): World {
	const world = {} as World;
	beforeAll(async () => {
		world.engine = startEngine();
		world.dfns = await startDfns(options);
	});
	afterAll(async () => await world.dfns.close());
	beforeEach(() => world.dfns.reset());

	world.serviceAccount = async (fields = {}) =>
		await world.engine.saveCredential(
			{ ...world.dfns.credentialData(), ...fields },
			{ type: SERVICE_ACCOUNT },
		);
	world.delegatedUser = async (fields = {}) =>
		await world.engine.saveCredential(
			{ ...world.dfns.credentialData(), username: JDOE, ...fields },
			{ type: DELEGATED_USER },
		);
	world.logIn = async (credential, { username = JDOE, items, onError, started } = {}) => {
		const parameters = { resource: 'delegatedLogin', operation: 'logIn', username };
		const node = world.engine.node('Dfns', DFNS, parameters, {
			credential,
			credentialType: SERVICE_ACCOUNT,
			...(onError === undefined ? {} : { onError }),
		});
		return await world.engine.run([node], { items, started });
	};
	world.read = async (credential, { path = '/wallets', url, parameters = {}, onError } = {}) =>
		await world.engine.httpRequest(url ?? world.dfns.url + path, credential, {
			credentialType: DELEGATED_USER,
			parameters: parameters as Record<string, string>,
			...(onError === undefined ? {} : { onError }),
		});
	return world;
}

/** The repository's engine with this package, as built in `dist`. */
function startEngine(): Engine {
	const nodes = new Map<string, INodeType | IVersionedNodeType>([
		[DFNS, load<INodeType>(join(dist, 'nodes/Dfns/Dfns.node.js'))],
		[OTHER_NODE, otherNode],
		[HTTP_REQUEST, load<IVersionedNodeType>(join(base, 'HttpRequest/HttpRequest.node.js'))],
		[TRIGGER, load<INodeType>(join(base, 'ManualTrigger/ManualTrigger.node.js'))],
		['n8n-nodes-base.noOp', load<INodeType>(join(base, 'NoOp/NoOp.node.js'))],
		['n8n-nodes-base.set', load<IVersionedNodeType>(join(base, 'Set/Set.node.js'))],
		['n8n-nodes-base.stickyNote', load<INodeType>(join(base, 'StickyNote/StickyNote.node.js'))],
	]);
	const types = new Map(
		['DfnsServiceAccountApi', 'DfnsDelegatedUserApi']
			.map((name) => load<ICredentialType>(join(dist, `credentials/${name}.credentials.js`)))
			.map((type) => [type.name, type]),
	);
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
	return new Engine(n8n, nodeTypes, new EngineCredentials(n8n, types, nodeTypes), types);
}

/** n8n's two helpers differ: after a 401, this one sends the request again even if nothing was renewed. */
const otherNode: INodeType = {
	description: {
		displayName: 'Request',
		name: 'request',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Request' },
		inputs: ['main'],
		outputs: ['main'],
		credentials: [{ name: DELEGATED_USER, required: true }],
		properties: [
			{ displayName: 'Method', name: 'method', type: 'string', default: 'GET' },
			{ displayName: 'URL', name: 'url', type: 'string', default: '' },
		],
	},
	async execute(this: IExecuteFunctions) {
		const json: unknown = await this.helpers.httpRequestWithAuthentication.call(
			this,
			DELEGATED_USER,
			{
				method: String(this.getNodeParameter('method', 0)) as IHttpRequestMethods,
				url: String(this.getNodeParameter('url', 0)),
				json: true,
			},
		);
		return [[{ json: json as IDataObject }]];
	},
};

/** The key with which credentials are encrypted: n8n keeps it in its database, wrapped with the instance's key. */
function provideEncryptionKey(core: N8n['core']): void {
	const { Container } = coreRequire('@n8n/di') as {
		Container: { get<T>(type: abstract new (...args: never[]) => T): T };
	};
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

/** Loads the one class that a module of nodes or credentials exports. */
function load<T>(path: string): T {
	const [Class] = Object.values(rootRequire(path) as object).filter(
		(value): value is new () => T => typeof value === 'function',
	);
	return new Class();
}
