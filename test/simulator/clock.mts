/** The simulator's time: real time plus what a test has added, so that 48 hours pass at once. */
export class Clock {
	#offset = 0;

	/** @returns milliseconds since 1970 */
	now(): number {
		return Date.now() + this.#offset;
	}

	/** @param ms milliseconds to go forward */
	advance(ms: number): void {
		this.#offset += ms;
	}

	reset(): void {
		this.#offset = 0;
	}
}
