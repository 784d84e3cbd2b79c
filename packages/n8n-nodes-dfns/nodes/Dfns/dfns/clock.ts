import { ExpiringMap } from '../../../shared/expiringMap';

/** How long a host's clock is remembered after its last response, in ms. */
const MEMORY_MS = 48 * 60 * 60 * 1000;

/** Smaller differences are the time that an answer takes, and the `Date` header's whole seconds. */
const NOTICED_MS = 30_000;

/**
 * What time it is by Dfns's clock, which alone decides when a token has expired. Each answer says it in its `Date`
 * header (RFC 9110, section 6.6.1).
 */
export class ServerClocks {
	/** By host: how far its clock is ahead of this machine's, in ms */
	private readonly ahead: ExpiringMap<number>;

	/** @param localNow this machine's time, in ms since 1970 */
	constructor(private readonly localNow: () => number) {
		this.ahead = new ExpiringMap(MEMORY_MS, localNow);
	}

	/**
	 * Learns from an answer that has just arrived.
	 *
	 * @param date value of its `Date` header; what cannot be read teaches nothing
	 */
	learn(host: string, date: string | undefined): void {
		const at = date === undefined ? NaN : Date.parse(date);
		if (Number.isNaN(at)) return;
		const difference = at - this.localNow();
		this.ahead.set(host, Math.abs(difference) < NOTICED_MS ? 0 : difference);
	}

	/** The time by the host's clock, in ms since 1970; by this machine's while the host's is not known. */
	now(host: string): number {
		return this.localNow() + this.difference(host);
	}

	/** How far the host's clock is ahead of this machine's, in ms; 0 while it is not known, or the same. */
	difference(host: string): number {
		return this.ahead.get(host) ?? 0;
	}
}
