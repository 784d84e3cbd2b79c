import { sleep } from 'n8n-workflow';

/** How far apart starts are, in ms, at the most; closer together than at the least, n8n's own work spreads them. */
const MOST_MS = 5;
const LEAST_MS = 2;

/** How far apart, as a part of the distance at which they would fill the time evenly: nothing is to be slower by it. */
const PART = 0.8;

/**
 * Spreads the starts of items that are worked on at the same time. Those that start together are answered together, and
 * then n8n has work for all of them at once and for none in between: each waits for the others.
 */
export class Stagger {
	private distance = 0;

	private next = 0;

	/** @param concurrency how many items are worked on at the same time */
	constructor(private readonly concurrency: number) {}

	/** Waits until the next item may start. */
	async turn(): Promise<void> {
		const now = performance.now();
		const start = Math.max(this.next, now);
		this.next = start + this.distance;
		if (start > now) await sleep(start - now);
	}

	/** An item is done, and has taken so many ms. */
	took(ms: number): void {
		// One after the other they are apart already.
		if (this.concurrency === 1) return;
		const distance = (ms / this.concurrency) * PART;
		this.distance = distance < LEAST_MS ? 0 : Math.min(distance, MOST_MS);
	}
}
