import type { IExecuteFunctions } from 'n8n-workflow';

/** How often to report progress, in ms. */
const INTERVAL_MS = 10_000;

/** Reports the progress of a long run in n8n's log. */
export class Progress {
	private count = 0;

	private reportedAt = Date.now();

	/**
	 * @param what what is counted, in the plural, and what happened to it: `items done`
	 * @param of how many there are, if that is known: ` of 500`
	 */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly what: string,
		private readonly of = '',
	) {}

	/** Counts one more. */
	done(): void {
		this.count += 1;
		const now = Date.now();
		if (now - this.reportedAt < INTERVAL_MS) return;
		this.reportedAt = now;
		const { name } = this.context.getNode();
		this.context.logger.info(`${name}: ${this.count}${this.of} ${this.what}`);
	}
}
