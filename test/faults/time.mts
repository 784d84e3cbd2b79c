const realNow = Date.now.bind(Date);

let shift = 0;
let frozenAt: number | undefined;

/** The time of this process: of n8n, of the node, and of the simulator, whose clock follows it. */
export const time = {
	/** Lets time pass at once. */
	advance(ms: number): void {
		shift += ms;
	},

	/** Stops the clock just before a minute is over, so that waiting for the next one takes no time. */
	freezeBeforeMinute(): void {
		const now = Date.now();
		frozenAt = now - (now % 60_000) + 60_000 - 20;
	},

	/** From now on this clock is the one of the process. */
	take(): void {
		Date.now = () => frozenAt ?? realNow() + shift;
	},

	/** Gives the process its own clock back. */
	restore(): void {
		shift = 0;
		frozenAt = undefined;
		Date.now = realNow;
	},
};
