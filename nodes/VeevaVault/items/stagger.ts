import { sleep } from 'n8n-workflow';

/** How far apart items start, in ms, at most. Below the minimum, n8n's own work spreads them enough. */
const MAX_MS = 5;
const MIN_MS = 2;

/** Fraction of an even spacing. Less than 1, so that spacing never slows a run down. */
const PART = 0.8;

/**
 * Spreads the starts of items that are worked on at the same time. Calls that start together get their responses together:
 * n8n then has work for all of them at once and none in between, so each waits for the others.
 */
export class Stagger {
	private distance = 0;

	private next = 0;

	/** @param concurrency how many items are worked on at the same time */
	constructor(private readonly concurrency: number) {}

	/** Waits until the next item can start. */
	async waitForStart(): Promise<void> {
		const now = performance.now();
		const start = Math.max(this.next, now);
		this.next = start + this.distance;
		if (start > now) await sleep(start - now);
	}

	/** An item finished after so many ms. */
	took(ms: number): void {
		// One after the other, items are apart already.
		if (this.concurrency === 1) return;
		const distance = (ms / this.concurrency) * PART;
		this.distance = distance < MIN_MS ? 0 : Math.min(distance, MAX_MS);
	}
}
