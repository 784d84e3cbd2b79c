import { header, type Headers } from './headers';

/** Vault counts calls in windows of this length (Vault API reference: Rate Limits). In ms. */
const WINDOW_MS = 5 * 60_000;

/** How long to wait before the next check if a window did not end when expected, in ms. */
const RECHECK_MS = 60_000;

/** Makes sure that the next window has begun by Vault's clock too, in ms. */
const MARGIN_MS = 2_000;

/** Below this part of the burst limit, the remaining calls are spread over the rest of the window. */
const LOW_SHARE = 0.1;

/** What a {@link RateLimiter} needs from outside. */
export interface RateLimiterClock {
	/** ms since 1970 */
	now(): number;
	/** Waits until a time, in ms since 1970. Throws when no one waits for the result any more. */
	sleepUntil(time: number): Promise<void>;
	/** Throws when calls that are still waiting must not be made any more */
	assertWanted?(): void;
	/** Called once for each wait for the next window, with its end in ms since 1970 */
	waiting?(until: number): void;
}

/**
 * Decides how fast calls to one Vault can follow each other, by what its responses say about the burst limit. Vault does not
 * refuse calls beyond the limit. It delays them, for everyone. So when Vault delays calls, or no calls remain, calls wait for
 * the next window. When few calls remain, they are spread over the rest of the window. When other clients use up all calls,
 * calls are made one after the other: each is delayed, but waiting would never end.
 * Vault API reference: Rate Limits; Response Headers.
 */
export class RateLimiter {
	/** Calls that can start before the next response arrives */
	private allowance = Number.POSITIVE_INFINITY;

	/** Calls without a response yet */
	private running = 0;

	/** No call starts before, in ms since 1970 */
	private notBefore = 0;

	/** When the last call started, in ms since 1970 */
	private lastStart = 0;

	/** How far apart calls start, in ms */
	private spacing = 0;

	/** Until when calls wait for windows, in ms since 1970; set while no calls remain */
	private patientUntil: number | undefined;

	/** Wakes the calls that wait for a response */
	private readonly queue: Array<() => void> = [];

	constructor(private readonly clock: RateLimiterClock) {}

	/**
	 * Makes a call when it is its turn.
	 *
	 * @param call returns the response with its headers
	 * @param options.waits whether the call waits for its turn; if not, its response only says how many calls remain
	 */
	async run<T extends { headers: Headers }>(
		call: () => Promise<T>,
		{ waits = true } = {},
	): Promise<T> {
		if (waits) await this.acquire();
		else this.running += 1;
		const response = await call().catch((error: unknown) => {
			// This says nothing about the limit. The next call finds out.
			this.finished(undefined);
			throw error;
		});
		this.finished(response.headers);
		return response;
	}

	private finished(headers: Headers | undefined): void {
		this.running -= 1;
		if (headers !== undefined) this.read(headers);
		for (const wake of this.queue.splice(0)) wake();
	}

	/** Waits, and counts the call at once: other calls that wake at the same time must see that it runs. */
	private async acquire(): Promise<void> {
		for (;;) {
			this.clock.assertWanted?.();
			const now = this.clock.now();
			const start = Math.max(this.notBefore, this.spacing > 0 ? this.lastStart + this.spacing : 0);
			if (start > now) {
				await this.clock.sleepUntil(start);
			} else if (this.allowance < 1 && this.running > 0) {
				await new Promise<void>((resolve) => this.queue.push(resolve));
			} else {
				this.allowance -= 1;
				this.running += 1;
				this.lastStart = now;
				return;
			}
		}
	}

	/** Learns from a response. It may not count the calls in progress yet. */
	private read(headers: Headers): void {
		const limit = numberIn(headers, 'x-vaultapi-burstlimit') ?? 0;
		const remaining = numberIn(headers, 'x-vaultapi-burstlimitremaining');
		const delayed = (numberIn(headers, 'x-vaultapi-responsedelay') ?? 0) > 0;
		if (remaining === undefined && !delayed) return;
		const now = this.clock.now();
		// The response to an earlier call. Calls already wait for the next window.
		if (now < this.notBefore) return;
		if (delayed || remaining === undefined || remaining < 1) return this.exhaust(now);

		this.patientUntil = undefined;
		this.allowance = remaining - this.running;
		this.spacing = remaining < limit * LOW_SHARE ? (windowEnd(now) - now) / remaining : 0;
	}

	/** Makes calls wait until the next window begins. Then one call at a time finds out whether it has begun. */
	private exhaust(now: number): void {
		this.allowance = 0;
		this.spacing = 0;
		if (this.patientUntil === undefined) {
			this.notBefore = windowEnd(now) + MARGIN_MS;
			// Vault's clock may differ from ours by less than a window.
			this.patientUntil = this.notBefore + WINDOW_MS;
		} else if (now < this.patientUntil) {
			this.notBefore = now + RECHECK_MS;
		} else {
			return;
		}
		this.clock.waiting?.(this.notBefore);
	}
}

/** The end of the current window. As far as can be seen from outside, windows begin at multiples of five minutes. */
function windowEnd(now: number): number {
	return now - (now % WINDOW_MS) + WINDOW_MS;
}

function numberIn(headers: Headers, name: string): number | undefined {
	const text = header(headers, name)?.trim() ?? '';
	// An empty text would become 0.
	const value = text === '' ? Number.NaN : Number(text);
	return Number.isFinite(value) ? value : undefined;
}
