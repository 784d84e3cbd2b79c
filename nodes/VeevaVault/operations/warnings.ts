import type { IExecuteFunctions } from 'n8n-workflow';

import { isRecord } from '../../../packages/shared/isRecord';
import type { Connection } from '../transport';
import type { ResponseBody } from '../vault/http/response';

/** What was shown already, by execution of the node: many items may meet the same warning. */
const shown = new WeakMap<IExecuteFunctions, Set<string>>();

/** Shows in the editor what Vault warns of: among the items of an answer there is no place for it. */
export function showWarnings(
	context: IExecuteFunctions,
	{ clean }: Pick<Connection, 'clean'>,
	{ responseStatus, warnings }: ResponseBody,
): void {
	if (responseStatus !== 'WARNING') return;
	const words = (Array.isArray(warnings) ? (warnings as unknown[]) : [])
		.filter(isRecord)
		.map(({ type, message }) => `${String(message)} [${String(type)}]`);
	const message = `Vault warns: ${clean(words.join('; ') || 'it does not say of what')}`;
	const known = shown.get(context) ?? new Set();
	shown.set(context, known);
	if (known.has(message)) return;
	known.add(message);
	const { addExecutionHints }: Partial<IExecuteFunctions> = context;
	// As a tool of an agent the node has none in older n8n.
	addExecutionHints?.call(context, { message, type: 'warning', location: 'outputPane' });
}
