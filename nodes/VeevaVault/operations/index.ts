import type { INodeProperties } from 'n8n-workflow';

import { discover } from './authentication/discover';
import { getVersions } from './authentication/getVersions';
import { getAll } from './delegation/getAll';
import { start } from './delegation/start';
import type { Operation } from './operation';
import { end } from './session/end';
import { keepAlive } from './session/keepAlive';
import { logIn } from './session/logIn';
import { validate } from './session/validate';

/** Every operation of the node. A new one is added here, and nowhere else. */
export const operations: readonly Operation[] = [
	discover,
	getVersions,
	getAll,
	start,
	end,
	keepAlive,
	logIn,
	validate,
];

/**
 * Finds an operation by what a workflow has stored.
 *
 * @throws Error when there is none, as when a workflow was made with a newer version of this package
 */
export function findOperation(resource: string, operation: string): Operation {
	const found = operations.find(
		(candidate) => candidate.resource === resource && candidate.option.value === operation,
	);
	if (found === undefined) {
		throw new Error(`This version of the node has no operation "${operation}" of "${resource}"`);
	}
	return found;
}

/** The `operation` drop-downs, one for each resource. */
export function operationProperties(): INodeProperties[] {
	return [...new Set(operations.map(({ resource }) => resource))].map((resource) => {
		const options = operations
			.filter((operation) => operation.resource === resource)
			.map(({ option }) => option)
			.sort((a, b) => a.name.localeCompare(b.name));
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

/** The parameters of all operations, each shown for its own operation only. */
export function parameterProperties(): INodeProperties[] {
	return operations.flatMap(({ resource, option, properties = [] }) =>
		properties.map((property) => ({
			...property,
			displayOptions: {
				...property.displayOptions,
				show: { resource: [resource], operation: [option.value], ...property.displayOptions?.show },
			},
		})),
	);
}

/**
 * When something is shown that only some kinds of operation have.
 *
 * @param signedBy the kinds of operation to show it for
 */
export function shownFor(...signedBy: Array<Operation['signedBy']>): {
	resource: string[];
	operation: string[];
} {
	const shown = operations.filter((operation) => signedBy.includes(operation.signedBy));
	return {
		resource: [...new Set(shown.map(({ resource }) => resource))],
		operation: shown.map(({ option }) => option.value),
	};
}
