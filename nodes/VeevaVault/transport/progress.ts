import type { IExecuteFunctions } from 'n8n-workflow';

/** How often something that takes long says how far it is, in ms. */
const EVERY_MS = 10_000;

/** Says in n8n's log how far something is that takes long. */
export class Progress {
	private count = 0;

	private saidAt = Date.now();

	/**
	 * @param what is counted, in the plural
	 * @param of how many there are, as the log is to say it
	 */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly what: string,
		private readonly of: string,
	) {}

	/** One more is done. */
	done(): void {
		this.count += 1;
		const now = Date.now();
		if (now - this.saidAt < EVERY_MS) return;
		this.saidAt = now;
		const { name } = this.context.getNode();
		this.context.logger.info(`${name}: ${this.count} ${this.what} done${this.of}`);
	}
}
