import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
} from 'n8n-workflow';

import { explain } from '../credential/advice';
import { VaultError, VaultFieldError } from '../vault/errors';

/**
 * An error as n8n shows it. Only texts of our own errors are used: a cause may hold the request, and with it the session.
 *
 * @param others what became of the other items, to complete the description
 */
export function nodeError(
	context: IExecuteFunctions,
	error: unknown,
	itemIndex: number,
	others = '',
): Error {
	if (!(error instanceof VaultError)) {
		return new NodeOperationError(context.getNode(), asError(error), { itemIndex });
	}
	const explained = explain(error);
	const { message, type } = explained;
	const description = explained.description + others;
	return error instanceof VaultFieldError
		? new NodeOperationError(context.getNode(), message, { description, itemIndex, type })
		: new NodeApiError(
				context.getNode(),
				{ message, description, type },
				{ message, description, itemIndex },
			);
}

/**
 * The error as an output item, for "Continue" in the node's settings. n8n takes an item for an error, and sends it to the
 * error output, only when it has no other field (before n8n 2.36 not even `details`).
 */
export function errorOutput(error: unknown): IDataObject {
	if (!(error instanceof VaultError)) return { error: foreignError(asError(error)) };
	const { message, description, type, executionId } = explain(error);
	return {
		error: {
			message,
			description,
			type,
			...(executionId === undefined ? {} : { execution_id: executionId }),
		},
	};
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
