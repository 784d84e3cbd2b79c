import { ExpiringMap } from '../../../../shared/expiringMap';

/** How long a host's clock is remembered after its last response, in ms. */
const MEMORY_MS = 48 * 60 * 60 * 1000;

/** Smaller differences, in ms, come from the time that a response takes, and from the whole seconds of `Date`. */
const NOTICED_MS = 30_000;

/**
 * The time by Dfns's clock, which alone decides when a token has expired. Each response tells it in its `Date` header
 * (RFC 9110, section 6.6.1).
 */
export class ServerClocks {
	/** By host: how far its clock is ahead of this machine's, in ms */
	private readonly ahead: ExpiringMap<number>;

	/** @param localNow this machine's time, in ms since 1970 */
	constructor(private readonly localNow: () => number) {
		this.ahead = new ExpiringMap(MEMORY_MS, localNow);
	}

	/**
	 * Learns from a response that has just arrived.
	 *
	 * @param date the value of its `Date` header; one that cannot be read changes nothing
	 */
	learn(host: string, date: string | undefined): void {
		const at = date === undefined ? NaN : Date.parse(date);
		if (Number.isNaN(at)) return;
		const difference = at - this.localNow();
		this.ahead.set(host, Math.abs(difference) < NOTICED_MS ? 0 : difference);
	}

	/** The time by the host's clock, in ms since 1970; by this machine's clock while the host's is unknown. */
	now(host: string): number {
		return this.localNow() + this.difference(host);
	}

	/** How far the host's clock is ahead of this machine's, in ms; 0 while it is unknown, or the same. */
	difference(host: string): number {
		return this.ahead.get(host) ?? 0;
	}
}

/** The clocks of all hosts that this process has called. */
export const clocks = new ServerClocks(() => Date.now());
