/** Real waiting that ends when the simulator closes, so that no timer keeps a test run alive. */
export class Pauses {
	readonly #pending = new Map<NodeJS.Timeout, () => void>();

	wait(ms: number): Promise<void> {
		if (ms <= 0) return Promise.resolve();
		return new Promise((resolve) => {
			const timer = setTimeout(() => {
				this.#pending.delete(timer);
				resolve();
			}, ms);
			this.#pending.set(timer, resolve);
		});
	}

	/** Ends all waiting now. */
	cut(): void {
		for (const [timer, resolve] of this.#pending) {
			clearTimeout(timer);
			resolve();
		}
		this.#pending.clear();
	}
}
