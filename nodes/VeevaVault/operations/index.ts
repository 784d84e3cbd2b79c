import type { INodeProperties } from 'n8n-workflow';

import * as shared from '../../../packages/shared/operations';
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
export const resources: ReadonlyArray<shared.Resource<Operation>> = [
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
 * @throws Error when there is none
 */
export const findOperation = (resource: string, operation: string) =>
	shared.findOperation(resources, resource, operation);

/** The entries of the `resource` drop-down. */
export const resourceOptions = () => shared.resourceOptions(resources);

/** The `operation` drop-downs, one for each resource. */
export const operationProperties = () => shared.operationProperties(resources);

/** The parameters of all operations, each shown only for its own operation. The options come last. */
export const parameterProperties = () =>
	shared.parameterProperties(resources, (operation) => [
		...(operation.properties ?? []),
		...optionsProperty(operation),
	]);

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
