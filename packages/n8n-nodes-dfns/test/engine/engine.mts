import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestMethods,
	INodeType,
} from 'n8n-workflow';

import {
	HTTP_REQUEST,
	startEngine,
	type Engine,
	type Outcome,
} from '../../../../test/engine/engine.mts';
import { textOf } from '../../../../test/fixture/text.mts';
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

/** Gives calls that can take this long, in ms, only a short time. `jest.restoreAllMocks` undoes it. */
export function shorten(limit: number): jest.SpyInstance<AbortSignal, [number]> {
	const timeout = AbortSignal.timeout.bind(AbortSignal);
	return jest
		.spyOn(AbortSignal, 'timeout')
		.mockImplementation((ms) => timeout(ms === limit ? 300 : ms));
}

/** A real engine and a Dfns on localhost, for one test file. */
export interface Fixture {
	engine: Engine;
	dfns: LocalDfns;
	/** Saves a service account credential, with the fields that are given. */
	serviceAccount(fields?: ICredentialDataDecryptedObject): Promise<string>;
	/** Saves a delegated user credential, with the fields that are given. */
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

/**
 * Starts both. For each test, Dfns has its seed data and a new service account, so that nothing that an earlier test left
 * in the process applies.
 */
export function useFixture(options: DfnsOptions = {}): Fixture {
	const fixture = {} as Fixture;
	beforeAll(async () => {
		fixture.engine = await startEngine({
			package: 'packages/n8n-nodes-dfns',
			nodes: { [OTHER_NODE]: otherNode },
		});
		fixture.dfns = await startDfns(options);
	});
	afterAll(async () => await fixture.dfns.close());
	beforeEach(() => fixture.dfns.reset());

	fixture.serviceAccount = async (fields = {}) =>
		await fixture.engine.saveCredential(
			{ ...fixture.dfns.credentialData(), ...fields },
			{ type: SERVICE_ACCOUNT },
		);
	fixture.delegatedUser = async (fields = {}) =>
		await fixture.engine.saveCredential(
			{ ...fixture.dfns.credentialData(), username: JDOE, ...fields },
			{ type: DELEGATED_USER },
		);
	fixture.logIn = async (credential, { username = JDOE, items, onError, started } = {}) => {
		const parameters = { resource: 'delegatedLogin', operation: 'logIn', username };
		const node = fixture.engine.node('Dfns', DFNS, parameters, {
			credential,
			credentialType: SERVICE_ACCOUNT,
			...(onError === undefined ? {} : { onError }),
		});
		return await fixture.engine.run([node], { items, started });
	};
	fixture.read = async (credential, { path = '/wallets', url, parameters = {}, onError } = {}) =>
		await fixture.engine.httpRequest(url ?? fixture.dfns.url + path, credential, {
			credentialType: DELEGATED_USER,
			parameters: parameters as Record<string, string>,
			...(onError === undefined ? {} : { onError }),
		});
	return fixture;
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
				method: textOf(this.getNodeParameter('method', 0)) as IHttpRequestMethods,
				url: textOf(this.getNodeParameter('url', 0)),
				json: true,
			},
		);
		return [[{ json: json as IDataObject }]];
	},
};
