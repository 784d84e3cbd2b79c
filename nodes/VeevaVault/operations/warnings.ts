import type { IExecuteFunctions } from 'n8n-workflow';

import { isRecord } from '../../../packages/shared/isRecord';
import type { Connection } from '../transport';
import type { ResponseBody } from '../vault/http/response';

/** What was already shown, by execution of the node: many items can get the same warning. */
const shown = new WeakMap<IExecuteFunctions, Set<string>>();

/** Shows Vault's warnings in the editor: the output items have no place for them. */
export function showWarnings(
	context: IExecuteFunctions,
	{ clean }: Pick<Connection, 'clean'>,
	{ responseStatus, warnings }: ResponseBody,
): void {
	if (responseStatus !== 'WARNING') return;
	const texts = (Array.isArray(warnings) ? (warnings as unknown[]) : [])
		.filter(isRecord)
		.map(({ type, message }) => `${String(message)} [${String(type)}]`);
	const message = `Vault warns: ${clean(texts.join('; ') || 'no reason was given')}`;
	const known = shown.get(context) ?? new Set();
	shown.set(context, known);
	if (known.has(message)) return;
	known.add(message);
	const { addExecutionHints }: Partial<IExecuteFunctions> = context;
	// Older n8n does not have it when the node runs as a tool of an agent.
	addExecutionHints?.call(context, { message, type: 'warning', location: 'outputPane' });
}
