import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { logIn } from './delegatedLogin/logIn';
import type { Operation } from './operation';

/** Every resource of the node with its operations, both by name. A new operation is added here, and nowhere else. */
export const resources: ReadonlyArray<
	INodePropertyOptions & { value: string; operations: readonly Operation[] }
> = [
	{
		name: 'Delegated Login',
		value: 'delegatedLogin',
		description: 'Logging users in without their own credentials',
		operations: [logIn],
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

/** The parameters of all operations, each shown for its own operation only. */
export function parameterProperties(): INodeProperties[] {
	return resources.flatMap(({ value: resource, operations }) =>
		operations.flatMap(({ option, properties }) =>
			properties.map((property) => ({
				...property,
				displayOptions: {
					...property.displayOptions,
					show: {
						resource: [resource],
						operation: [option.value],
						...property.displayOptions?.show,
					},
				},
			})),
		),
	);
}
