import * as shared from '../../../shared/operations';
import { logIn } from './delegatedLogin/logIn';
import type { Operation } from './operation';

/** Every resource of the node with its operations. A new operation is added here, and nowhere else. */
export const resources: ReadonlyArray<shared.Resource<Operation>> = [
	{
		name: 'Delegated Login',
		value: 'delegatedLogin',
		description: 'Log users in without their own credentials',
		operations: [logIn],
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

/** The parameters of all operations, each shown only for its own operation. */
export const parameterProperties = () =>
	shared.parameterProperties(resources, ({ properties }) => properties);
