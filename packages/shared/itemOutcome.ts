import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
} from 'n8n-workflow';

import { ServiceError } from './serviceError';

/**
 * An error as n8n shows it. Only texts of our own errors are used: a cause may hold the request, and with it a secret.
 *
 * @param isInput whether the input is wrong, so that the service was not called
 */
export function nodeError(
	context: IExecuteFunctions,
	error: unknown,
	itemIndex: number,
	isInput: boolean,
): Error {
	if (!(error instanceof ServiceError)) {
		return new NodeOperationError(context.getNode(), asError(error), { itemIndex });
	}
	const { message, description, type } = error;
	return isInput
		? new NodeOperationError(context.getNode(), message, { description, itemIndex, type })
		: new NodeApiError(
				context.getNode(),
				{ message, description, type },
				{ message, description, itemIndex },
			);
}

/**
 * The error as an output item, for "Continue" in the node's settings. n8n treats an item as an error, and sends it to the
 * error output, only if it has no other field (before n8n 2.36 not even `details`).
 *
 * @param reference what the service's support asks for, under the name that the item has for it
 */
export function errorOutput(error: unknown, reference: Record<string, string> = {}): IDataObject {
	if (!(error instanceof ServiceError)) return { error: foreignError(asError(error)) };
	const { message, description, type } = error;
	return { error: { message, description, type, ...reference } };
}

/** An error of n8n itself, such as that of an expression. */
function foreignError({
	name,
	message,
	description,
}: Error & { description?: unknown }): IDataObject {
	return {
		message,
		description: typeof description === 'string' ? description : '',
		type: /^Expression/.test(name) ? 'INVALID_FIELD' : 'CALL_NOT_COMPLETED',
	};
}

function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}
