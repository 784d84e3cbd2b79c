import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import * as outcome from '../../../packages/shared/itemOutcome';
import { ExplainedError, explain } from '../credential/advice';
import { VaultError, VaultFieldError } from '../vault/errors';

/**
 * An error as n8n shows it.
 *
 * @param others what became of the other items, to complete the description
 */
export function nodeError(
	context: IExecuteFunctions,
	error: unknown,
	itemIndex: number,
	others = '',
): Error {
	const isInput = error instanceof VaultFieldError;
	return outcome.nodeError(context, explained(error, others), itemIndex, isInput);
}

/** The error as an output item, for "Continue" in the node's settings. */
export function errorOutput(error: unknown): IDataObject {
	const { executionId } = error instanceof VaultError ? error : {};
	const reference = executionId === undefined ? undefined : { execution_id: executionId };
	return outcome.errorOutput(explained(error), reference);
}

function explained(error: unknown, others = ''): unknown {
	if (!(error instanceof VaultError)) return error;
	const { message, description, type, executionId } = explain(error);
	return new ExplainedError(message, description + others, type, executionId);
}
