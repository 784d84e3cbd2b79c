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
 * All resources of the node with their operations, both in alphabetical order. Add a new operation here and nowhere else.
 * Operations with the same value must have the same `signedBy`: by the value, the editor decides whether to ask for a
 * credential.
 */
export const resources: ReadonlyArray<shared.Resource<Operation>> = [
	{
		name: 'API',
		value: 'api',
		description: 'Call any endpoint of the Vault API',
		operations: [request],
	},
	{
		name: 'Authentication',
		value: 'authentication',
		description: 'Find out how users log in, and which API versions the Vault offers',
		operations: [discover, getVersions],
	},
	{
		name: 'Delegation',
		value: 'delegation',
		description: 'Act on behalf of another user',
		operations: [getAll, start],
	},
	{
		name: 'Query',
		value: 'query',
		description: 'Read records with VQL, the Vault Query Language',
		operations: [run],
	},
	{
		name: 'Session',
		value: 'session',
		description: 'Log in, and check, extend, or end the session',
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
	// If all of them are for a session given by its ID, there is nothing to add without one.
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
 * The values of the operations that are signed in one way, to show a field only for them.
 */
export function operationsSignedBy(signedBy: Operation['signedBy']): string[] {
	return resources
		.flatMap(({ operations }) => operations)
		.filter((operation) => operation.signedBy === signedBy)
		.map(({ option }) => option.value);
}
