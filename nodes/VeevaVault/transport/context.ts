import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';

import { VaultError } from '../vault/errors';
import type { Send } from '../vault/http/send';

/** Where a call is made: for an item of an execution, or for a list in the editor. */
export type Context = IExecuteFunctions | ILoadOptionsFunctions;

/** Reads a parameter in either context. The editor's lists have no items. */
export function parameter(context: Context, name: string, itemIndex: number): unknown {
	return 'getInputData' in context
		? context.getNodeParameter(name, itemIndex, '')
		: context.getNodeParameter(name, '');
}

/** Sends a request that nothing signs, or that carries its own session. It ends with the execution. */
export function sender(context: Context): Send {
	return async (options) =>
		await context.helpers.httpRequest({ ...options, abortSignal: cancelSignal(context) });
}

/** The signal by which n8n says that the execution was cancelled. The editor's lists have none. */
export function cancelSignal(context: Context): AbortSignal | undefined {
	return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
}

/** The error for what was not done, or not waited for, because the execution was cancelled. */
export function cancelled(): VaultError {
	return new VaultError(
		'The execution was canceled',
		'Calls in progress may have been carried out.',
		'CANCELLED',
	);
}
