import { header, type Headers } from './headers';

/** Vault counts calls in windows of this length (Vault API reference: Rate Limits), in ms. */
const WINDOW_MS = 5 * 60_000;

/** How long to wait for the next look, where a window did not end when it should have, in ms. */
const AGAIN_MS = 60_000;

/** To be surely in the next window by Vault's clock, in ms. */
const MARGIN_MS = 2_000;

/** Below this part of the burst limit the calls that are left are spread over the rest of the window. */
const FLOOR = 0.1;

/** What a {@link RateLimiter} needs from outside. */
export interface RateLimiterClock {
	/** ms since 1970 */
	now(): number;
	/** Waits until then, in ms since 1970; throws when there is nobody any more who waits for the result */
	sleepUntil(time: number): Promise<void>;
	/** Throws when calls that wait for their turn are not to be made any more */
	assertWanted?(): void;
	/** Told once for each wait for the next window */
	waiting?(until: number): void;
}

/**
 * How fast calls may follow each other in one Vault, by what its answers say of the burst limit. Vault does not refuse
 * the calls beyond it but delays them, for everybody: so where it signals that, or has none left, calls wait for the
 * next window, and where few are left they are spread. Where others leave none, they go on one after the other: each is
 * delayed, but waiting would have no end.
 * Vault API reference: Rate Limits; Response Headers.
 */
export class RateLimiter {
	/** Calls that may start before another answer comes */
	private allowance = Number.POSITIVE_INFINITY;

	/** Calls that are not answered yet */
	private running = 0;

	/** No call starts before, in ms since 1970 */
	private notBefore = 0;

	/** When the last call started, and how far apart calls are to be, in ms */
	private lastStart = 0;

	private spacing = 0;

	/** Until when windows are waited for, in ms since 1970; known while no calls are left */
	private patientUntil: number | undefined;

	/** Those who wait for an answer */
	private readonly queue: Array<() => void> = [];

	constructor(private readonly clock: RateLimiterClock) {}

	/**
	 * Makes a call when its turn has come.
	 *
	 * @param call gives the headers of the answer with it
	 * @param how.waits whether it has to wait for its turn; if not, it only tells how many are left
	 */
	async run<T extends { headers: Headers }>(
		call: () => Promise<T>,
		{ waits = true } = {},
	): Promise<T> {
		if (waits) await this.acquire();
		else this.running += 1;
		const answer = await call().catch((error: unknown) => {
			// Nothing is known by it: whoever waits for an answer finds out.
			this.answered(undefined);
			throw error;
		});
		this.answered(answer.headers);
		return answer;
	}

	private answered(headers: Headers | undefined): void {
		this.running -= 1;
		if (headers !== undefined) this.read(headers);
		for (const wake of this.queue.splice(0)) wake();
	}

	/** Waits, and counts the call at once: whoever is woken with it has to see that it runs. */
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

	/** Learns from an answer. What is under way may not be in its count yet. */
	private read(headers: Headers): void {
		const limit = numberIn(headers, 'x-vaultapi-burstlimit') ?? 0;
		const remaining = numberIn(headers, 'x-vaultapi-burstlimitremaining');
		const delayed = (numberIn(headers, 'x-vaultapi-responsedelay') ?? 0) > 0;
		if (remaining === undefined && !delayed) return;
		const now = this.clock.now();
		// An answer to a call from before: the next window is waited for already.
		if (now < this.notBefore) return;
		if (delayed || remaining === undefined || remaining < 1) return this.exhaust(now);

		this.patientUntil = undefined;
		this.allowance = remaining - this.running;
		this.spacing = remaining < limit * FLOOR ? (windowEnd(now) - now) / remaining : 0;
	}

	/** Nothing until the next window begins; then one call at a time finds out whether it has. */
	private exhaust(now: number): void {
		this.allowance = 0;
		this.spacing = 0;
		if (this.patientUntil === undefined) {
			this.notBefore = windowEnd(now) + MARGIN_MS;
			// Vault's clock may differ from ours, by less than a window.
			this.patientUntil = this.notBefore + WINDOW_MS;
		} else if (now < this.patientUntil) {
			this.notBefore = now + AGAIN_MS;
		} else {
			return;
		}
		this.clock.waiting?.(this.notBefore);
	}
}

/** Windows begin when the clock shows a multiple of five minutes, as far as can be told from outside. */
function windowEnd(now: number): number {
	return now - (now % WINDOW_MS) + WINDOW_MS;
}

function numberIn(headers: Headers, name: string): number | undefined {
	const text = header(headers, name)?.trim() ?? '';
	// Nothing would count as 0.
	const value = text === '' ? Number.NaN : Number(text);
	return Number.isFinite(value) ? value : undefined;
}
