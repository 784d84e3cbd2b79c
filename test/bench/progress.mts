/** Says on the terminal what is being measured: step n of m, and how far it is. */
export class Progress {
	readonly #steps: number;
	#step = 0;

	/** @param steps how many there will be */
	constructor(steps: number) {
		this.#steps = steps;
	}

	/**
	 * Shows a step while it runs.
	 *
	 * @param work the step; it may report details, each of which replaces the one before
	 * @returns what the step returns
	 */
	async step<T>(title: string, work: (report: (detail: string) => void) => Promise<T>): Promise<T> {
		const started = performance.now();
		const line = `[${String((this.#step += 1)).padStart(2)}/${this.#steps}] ${title}`;
		const output = process.stdout;
		const show = (detail: string) => {
			if (output.isTTY)
				output.write(`\r\u001b[K${`${line}: ${detail}`.slice(0, output.columns - 1)}`);
		};
		if (!output.isTTY) output.write(line);
		show('…');
		const result = await work(show);
		const seconds = Math.round((performance.now() - started) / 1000);
		output.write(output.isTTY ? `\r\u001b[K${line} (${seconds} s)\n` : ` (${seconds} s)\n`);
		return result;
	}
}
