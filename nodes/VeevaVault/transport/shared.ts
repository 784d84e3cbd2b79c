import { sleep } from 'n8n-workflow';

import type { VaultHost } from '../vault/hosts';
import type { Turn, VaultCall } from '../vault/api';
import { VaultError } from '../vault/errors';
import { Pace } from '../vault/pace';
import type { Context } from './connection';

/** So often a wait looks whether the execution was cancelled, and what time it is, in ms. */
const LOOK_MS = 500;

/** What all items of one execution of the node share: they call the same Vaults. */
const paces = new WeakMap<Context, Map<string, Pace>>();

/**
 * Lets the calls of one item wait for their turn: the first, and those of which many follow each other. What an
 * operation has begun it does not interrupt for minutes.
 */
export function turnsOf(context: Context): (vault: VaultHost, call: VaultCall) => Turn {
	let begun = false;
	return (vault, { oneOfMany = false }) => {
		const waits = oneOfMany || !begun;
		begun = true;
		return async (call) => await paceOf(context, vault).run(call, waits);
	};
}

/** How fast the calls of this execution may follow each other in a Vault. */
function paceOf(context: Context, { host }: VaultHost): Pace {
	const own = paces.get(context) ?? new Map<string, Pace>();
	paces.set(context, own);
	const pace = own.get(host) ?? newPace(context, host);
	own.set(host, pace);
	return pace;
}

function newPace(context: Context, host: string): Pace {
	return new Pace({
		now: () => Date.now(),
		sleepUntil: async (time) => {
			while (Date.now() < time) {
				if (cancelSignal(context)?.aborted) throw cancelled();
				await sleep(Math.min(LOOK_MS, time - Date.now()));
			}
		},
		waiting: (until) =>
			context.logger.info(
				`${context.getNode().name}: the burst limit of ${host} is reached; waiting until ${new Date(until).toISOString()}`,
			),
	});
}

/** With which n8n tells that the execution was cancelled; the lists of the editor have none. */
export function cancelSignal(context: Context): AbortSignal | undefined {
	return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
}

/** The error of what was not done, or not waited for, because the execution was cancelled. */
export function cancelled(): VaultError {
	return new VaultError(
		'The execution was cancelled',
		'Calls that were under way may have been carried out.',
		'CANCELLED',
	);
}
