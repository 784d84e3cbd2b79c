import type { Credentials } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	ICredentialsExpressionResolveValues,
	ICredentialsHelper,
	ICredentialType,
	IExecuteData,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INode,
	INodeCredentialsDetails,
	INodeParameters,
	INodeProperties,
	INodeTypes,
	IRequestOptionsSimplified,
	IWorkflowExecuteAdditionalData,
	WorkflowExecuteMode,
} from 'n8n-workflow';

/** n8n's own modules, as the engine has loaded them. */
export interface N8n {
	core: typeof import('n8n-core');
	workflow: typeof import('n8n-workflow');
}

/**
 * What n8n's own CredentialsHelper does, which is part of the `n8n` package and not of n8n-core: credentials are
 * stored encrypted, read again for every request, and `preAuthentication` is called when, and only when, n8n calls it.
 * The tests in the full n8n (`npm run test:e2e`) have to agree with what these tests show.
 */
export class EngineCredentials implements ICredentialsHelper {
	/** Encrypted data by credential ID, as n8n's database has it */
	readonly stored = new Map<string, { name: string; type: string; data: string }>();

	/** How often a credential was written by `preAuthentication` */
	saves = 0;

	private readonly n8n: N8n;

	private readonly types: ReadonlyMap<string, ICredentialType>;

	private readonly nodeTypes: INodeTypes;

	constructor(n8n: N8n, types: ReadonlyMap<string, ICredentialType>, nodeTypes: INodeTypes) {
		this.n8n = n8n;
		this.types = types;
		this.nodeTypes = nodeTypes;
	}

	async save(
		id: string,
		name: string,
		type: string,
		data: ICredentialDataDecryptedObject,
	): Promise<void> {
		const credentials = new this.n8n.core.Credentials({ id, name }, type);
		await credentials.setData(data);
		this.stored.set(id, { name, type, data: String(credentials.getDataToSave().data) });
	}

	getParentTypes(name: string): string[] {
		return this.types.get(name)?.extends ?? [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		requestOptions: IHttpRequestOptions | IRequestOptionsSimplified,
	): Promise<IHttpRequestOptions> {
		const { authenticate } = this.type(typeName);
		if (typeof authenticate !== 'function') throw new Error(`${typeName} has no authenticate()`);
		return await authenticate(credentials, requestOptions as IHttpRequestOptions);
	}

	async preAuthentication(
		helpers: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		node: INode,
		credentialsExpired: boolean,
	): Promise<ICredentialDataDecryptedObject | undefined> {
		const type = this.type(typeName);
		const expirable = type.properties.find(
			(property) => property.type === 'hidden' && property.typeOptions?.expirable === true,
		);
		if (expirable === undefined || type.preAuthentication === undefined) return undefined;

		const isTest = node.parameters.temp === '' && node.type === 'n8n-nodes-base.noOp';
		if (credentials[expirable.name] !== '' && !credentialsExpired && !isTest) return undefined;

		const output = await type.preAuthentication.call(helpers, credentials);
		if (output[expirable.name] === undefined || node.credentials === undefined) return undefined;

		const details = node.credentials[type.name];
		const data = await (await this.getCredentials(details)).getData();
		for (const [key, value] of Object.entries(output)) {
			if (key === expirable.name || !this.n8n.workflow.isExpression(data[key])) {
				data[key] = value as ICredentialDataDecryptedObject[string];
			}
		}
		await this.updateCredentials(details, typeName, data);
		return Object.assign(credentials, output);
	}

	async runPreAuthentication(
		helpers: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
	): Promise<ICredentialDataDecryptedObject | undefined> {
		const output = await this.type(typeName).preAuthentication?.call(helpers, credentials);
		return output as ICredentialDataDecryptedObject | undefined;
	}

	async getCredentials({ id }: INodeCredentialsDetails): Promise<Credentials> {
		const entity = this.stored.get(id ?? '');
		if (!id || entity === undefined) throw new Error(`There is no credential "${String(id)}"`);
		return new this.n8n.core.Credentials({ id, name: entity.name }, entity.type, entity.data);
	}

	async getDecrypted(
		_additionalData: IWorkflowExecuteAdditionalData,
		details: INodeCredentialsDetails,
		type: string,
		mode: WorkflowExecuteMode,
		executeData?: IExecuteData,
		raw?: boolean,
		resolve?: ICredentialsExpressionResolveValues,
	): Promise<ICredentialDataDecryptedObject> {
		const original = await (await this.getCredentials(details)).getData();
		if (raw === true) return original;
		return await this.withDefaults(original, type, mode, executeData, resolve);
	}

	/** Adds the defaults of the type's properties, drops what is not one, and resolves expressions. */
	async withDefaults(
		data: ICredentialDataDecryptedObject,
		type: string,
		mode: WorkflowExecuteMode,
		executeData?: IExecuteData,
		resolve?: ICredentialsExpressionResolveValues,
	): Promise<ICredentialDataDecryptedObject> {
		const complete = this.n8n.workflow.NodeHelpers.getNodeParameters(
			this.getCredentialsProperties(type),
			data as INodeParameters,
			true,
			false,
			null,
			null,
		) as ICredentialDataDecryptedObject;
		// No property, but n8n's own.
		if (data.oauthTokenData !== undefined) complete.oauthTokenData = data.oauthTokenData;
		if (resolve !== undefined) {
			return resolve.workflow.expression.getParameterValue(
				complete as never,
				resolve.runExecutionData,
				resolve.runIndex,
				resolve.itemIndex,
				resolve.node.name,
				resolve.connectionInputData,
				mode,
				{},
				executeData,
				false,
				complete,
			) as unknown as ICredentialDataDecryptedObject;
		}
		const node: INode = {
			id: 'mock',
			name: '',
			typeVersion: 1,
			type: 'n8n-nodes-base.manualTrigger',
			position: [0, 0],
			parameters: {},
		};
		const workflow = new this.n8n.workflow.Workflow({
			nodes: [node],
			connections: {},
			active: false,
			nodeTypes: this.nodeTypes,
		});
		await workflow.expression.acquireIsolate();
		try {
			return workflow.expression.getComplexParameterValue(
				node,
				complete as never,
				mode,
				{},
				undefined,
				undefined,
				complete,
			) as unknown as ICredentialDataDecryptedObject;
		} finally {
			await workflow.expression.releaseIsolate();
		}
	}

	async updateCredentials(
		details: INodeCredentialsDetails,
		type: string,
		data: ICredentialDataDecryptedObject,
	): Promise<void> {
		this.saves += 1;
		await this.save(String(details.id), details.name, type, data);
	}

	async updateCredentialsOauthTokenData(): Promise<void> {
		throw new Error('No credential type of these tests is an OAuth2 one');
	}

	/** Those of the types that it extends as well, where it has none of that name. */
	getCredentialsProperties(type: string): INodeProperties[] {
		const { properties, extends: parents = [] } = this.type(type);
		const inherited = parents.flatMap((parent) => this.getCredentialsProperties(parent));
		return [
			...properties,
			...inherited.filter(({ name }) => !properties.some((own) => own.name === name)),
		];
	}

	private type(name: string): ICredentialType {
		const type = this.types.get(name);
		if (type === undefined) throw new Error(`Unknown credential type "${name}"`);
		return type;
	}
}
