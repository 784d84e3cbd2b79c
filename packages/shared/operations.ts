import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** What the editor shows for an operation. */
export interface ListedOperation {
	/** Entry of the `operation` drop-down; its value is stored in workflows */
	option: INodePropertyOptions & { value: string; action: string; description: string };
}

/** An entry of the `resource` drop-down, with its operations. Both values are stored in workflows. */
export type Resource<O extends ListedOperation> = INodePropertyOptions & {
	value: string;
	operations: readonly O[];
};

/**
 * Finds an operation by what a workflow has stored.
 *
 * @throws Error when there is none, as when the workflow was made with a newer version of the package
 */
export function findOperation<O extends ListedOperation>(
	resources: ReadonlyArray<Resource<O>>,
	resource: string,
	operation: string,
): O {
	const found = resources
		.find(({ value }) => value === resource)
		?.operations.find(({ option }) => option.value === operation);
	if (found === undefined) {
		throw new Error(`This version of the node has no operation "${operation}" of "${resource}"`);
	}
	return found;
}

/** The entries of the `resource` drop-down. */
export function resourceOptions(
	resources: ReadonlyArray<Resource<ListedOperation>>,
): INodePropertyOptions[] {
	return resources.map(({ name, value, description }) => ({ name, value, description }));
}

/** The `operation` drop-downs, one for each resource. */
export function operationProperties(
	resources: ReadonlyArray<Resource<ListedOperation>>,
): INodeProperties[] {
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

/**
 * The parameters of all operations, each shown only for its own operation.
 *
 * @param propertiesOf the parameters of one operation
 */
export function parameterProperties<O extends ListedOperation>(
	resources: ReadonlyArray<Resource<O>>,
	propertiesOf: (operation: O) => INodeProperties[],
): INodeProperties[] {
	return resources.flatMap(({ value: resource, operations }) =>
		operations.flatMap((operation) =>
			propertiesOf(operation).map((property) => ({
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
