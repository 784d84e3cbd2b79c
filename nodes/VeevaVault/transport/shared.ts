import { sleep } from 'n8n-workflow';

import type { VaultHost } from '../vault/hosts';
import type { Turn, VaultCall } from '../vault/api';
import { VaultError } from '../vault/errors';
import { Pace } from '../vault/pace';
import type { Context } from './connection';

/** So often a wait looks whether the execution was cancelled, and what time it is, in ms. */
const LOOK_MS = 500;

/** What all items of one execution of the node share. */
interface Shared {
	/** How fast its calls may follow each other, by host: they call the same Vaults */
	readonly paces: Map<string, Pace>;
	/** Whether calls that wait for their turn are still to be made */
	wanted: boolean;
}

const shared = new WeakMap<Context, Shared>();

/** What is thrown in place of a call whose turn had not come when {@link dropWaiting} was called. */
export class CallDropped extends Error {
	override name = 'CallDropped';

	constructor() {
		super('The call was not made: another item has failed before its turn came');
	}
}

/**
 * Lets the calls of one item wait for their turn: the first, and those of which many follow each other. What an
 * operation has begun it does not interrupt for minutes.
 */
export function turnsOf(context: Context): (vault: VaultHost, call: VaultCall) => Turn {
	let begun = false;
	return (vault, { oneOfMany = false }) => {
		const waits = oneOfMany || !begun;
		begun = true;
		return async (call) => await paceOf(context, vault).run(call, { waits });
	};
}

/**
 * From now on no call of this execution is made that has to wait for its turn, be it the first of an item or a list's
 * next page: it throws {@link CallDropped}. Those under way come to their end.
 */
export function dropWaiting(context: Context): void {
	sharedBy(context).wanted = false;
}

function sharedBy(context: Context): Shared {
	const own = shared.get(context) ?? { paces: new Map<string, Pace>(), wanted: true };
	shared.set(context, own);
	return own;
}

/** How fast the calls of this execution may follow each other in a Vault. */
function paceOf(context: Context, { host }: VaultHost): Pace {
	const { paces } = sharedBy(context);
	const pace = paces.get(host) ?? newPace(context, host);
	paces.set(host, pace);
	return pace;
}

function newPace(context: Context, host: string): Pace {
	const assertWanted = () => {
		if (cancelSignal(context)?.aborted) throw cancelled();
		if (!sharedBy(context).wanted) throw new CallDropped();
	};
	return new Pace({
		now: () => Date.now(),
		assertWanted,
		sleepUntil: async (time) => {
			while (Date.now() < time) {
				assertWanted();
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
