import { sleep } from 'n8n-workflow';

import type { VaultCall } from '../vault/http/call';
import type { Headers } from '../vault/http/headers';
import type { VaultHost } from '../vault/http/hosts';
import { RateLimiter } from '../vault/http/rateLimiter';
import { cancelled, cancelSignal, type Context } from './context';

/** How often a wait checks whether the execution was cancelled, and what time it is, in ms. */
const CHECK_MS = 500;

/** What all items of one execution of the node share. */
interface Shared {
	/** How fast calls can follow each other, by host: the items call the same Vaults */
	readonly limiters: Map<string, RateLimiter>;
	/** Whether calls that wait must still be made */
	isWanted: boolean;
}

const shared = new WeakMap<Context, Shared>();

/** Thrown in place of a call that was still waiting when {@link dropWaiting} was called. */
export class CallDropped extends Error {
	override name = 'CallDropped';

	constructor() {
		super('The call was not made: another item failed first');
	}
}

/**
 * Makes the calls of one item wait while Vault has few calls left. Only its first call waits, and calls that are one of
 * many in a row. An operation that has begun does not stop for minutes.
 *
 * @returns a function that makes a call when it is its turn
 */
export function acquireFor(context: Context) {
	let hasBegun = false;
	return async <T extends { headers: Headers }>(
		vault: VaultHost,
		{ oneOfMany }: VaultCall,
		call: () => Promise<T>,
	): Promise<T> => {
		const waits = oneOfMany === true || !hasBegun;
		hasBegun = true;
		return await limiterFor(context, vault).run(call, { waits });
	};
}

/**
 * From now on, each call of this execution that would wait, such as the first of an item or the next page of a list, throws
 * {@link CallDropped}. Calls in progress finish.
 */
export function dropWaiting(context: Context): void {
	sharedBy(context).isWanted = false;
}

function sharedBy(context: Context): Shared {
	const own: Shared = shared.get(context) ?? {
		limiters: new Map<string, RateLimiter>(),
		isWanted: true,
	};
	shared.set(context, own);
	return own;
}

/** How fast the calls of this execution can follow each other in a Vault. */
function limiterFor(context: Context, { host }: VaultHost): RateLimiter {
	const { limiters } = sharedBy(context);
	const limiter = limiters.get(host) ?? newLimiter(context, host);
	limiters.set(host, limiter);
	return limiter;
}

function newLimiter(context: Context, host: string): RateLimiter {
	const assertWanted = () => {
		if (cancelSignal(context)?.aborted) throw cancelled();
		if (!sharedBy(context).isWanted) throw new CallDropped();
	};
	return new RateLimiter({
		now: () => Date.now(),
		assertWanted,
		sleepUntil: async (time) => {
			while (Date.now() < time) {
				assertWanted();
				await sleep(Math.min(CHECK_MS, time - Date.now()));
			}
		},
		waiting: (until) =>
			context.logger.info(
				`${context.getNode().name}: ${host} has reached its burst limit. Waiting until ${new Date(until).toISOString()}`,
			),
	});
}
