import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { request } from './api/request';
import { discover } from './authentication/discover';
import { getVersions } from './authentication/getVersions';
import { getAll } from './delegation/getAll';
import { start } from './delegation/start';
import type { Operation } from './operation';
import { optionsOf } from './options';
import { run } from './query/run';
import { end } from './session/end';
import { keepAlive } from './session/keepAlive';
import { login } from './session/login';
import { validate } from './session/validate';

/**
 * Every resource of the node with its operations, both by name. A new operation is added here, and nowhere else. What
 * an operation is signed by has to be the same for all of one value, for the node asks for a credential by that.
 */
export const resources: ReadonlyArray<
	INodePropertyOptions & { value: string; operations: readonly Operation[] }
> = [
	{
		name: 'API',
		value: 'api',
		description: 'Any call of the Vault API',
		operations: [request],
	},
	{
		name: 'Authentication',
		value: 'authentication',
		description: 'How users log in, and what the Vault offers',
		operations: [discover, getVersions],
	},
	{
		name: 'Delegation',
		value: 'delegation',
		description: 'Acting on behalf of another user',
		operations: [getAll, start],
	},
	{
		name: 'Query',
		value: 'query',
		description: 'Reading records with VQL, the Vault Query Language',
		operations: [run],
	},
	{
		name: 'Session',
		value: 'session',
		description: 'Being logged in',
		operations: [end, keepAlive, login, validate],
	},
];

/**
 * Finds an operation by what a workflow has stored.
 *
 * @throws Error when there is none, as when a workflow was made with a newer version of this package
 */
export function findOperation(resource: string, operation: string): Operation {
	const found = resources
		.find(({ value }) => value === resource)
		?.operations.find(({ option }) => option.value === operation);
	if (found === undefined) {
		throw new Error(`This version of the node has no operation "${operation}" of "${resource}"`);
	}
	return found;
}

/** The entries of the `resource` drop-down. */
export function resourceOptions(): INodePropertyOptions[] {
	return resources.map(({ name, value, description }) => ({ name, value, description }));
}

/** The `operation` drop-downs, one for each resource. */
export function operationProperties(): INodeProperties[] {
	return resources.map(({ value: resource, operations }) => {
		const options = operations.map(({ option }) => option);
		const [{ value }] = options;
		return {
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			displayOptions: { show: { resource: [resource] } },
			options,
			default: value,
		};
	});
}

/** The parameters of all operations, each shown for its own operation only; the options come last. */
export function parameterProperties(): INodeProperties[] {
	return resources.flatMap(({ value: resource, operations }) =>
		operations.flatMap((operation) =>
			[...(operation.properties ?? []), ...optionsProperty(operation)].map((property) => ({
				...property,
				displayOptions: {
					...property.displayOptions,
					show: {
						resource: [resource],
						operation: [operation.option.value],
						...property.displayOptions?.show,
					},
				},
			})),
		),
	);
}

function optionsProperty(operation: Operation): INodeProperties[] {
	const options = optionsOf(operation);
	if (options.length === 0) return [];
	// Where all of them are for a session given by its ID, there is nothing to add without one.
	const always = options.some(
		({ displayOptions }) => displayOptions?.show?.['/sessionSource'] === undefined,
	);
	return [
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			...(always ? {} : { displayOptions: { show: { sessionSource: ['sessionId'] } } }),
			placeholder: 'Add option',
			default: {},
			options,
		},
	];
}

/**
 * The values of the operations of one kind, to show something for those only.
 *
 * @param signedBy the kind
 */
export function operationsSignedBy(signedBy: Operation['signedBy']): string[] {
	return resources
		.flatMap(({ operations }) => operations)
		.filter((operation) => operation.signedBy === signedBy)
		.map(({ option }) => option.value);
}
