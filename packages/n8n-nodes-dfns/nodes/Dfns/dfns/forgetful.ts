/** After this long without being set, nothing is remembered any more. */
const FORGET_MS = 48 * 60 * 60 * 1000;

/** A map that forgets what was not set for 48 hours, so that memory stays bounded. */
export class Forgetful<V> {
	/** Oldest first: each entry goes to the end when it is set */
	private readonly entries = new Map<string, { value: V; at: number }>();

	/** @param now the time, in ms since 1970 */
	constructor(private readonly now: () => number) {}

	get(key: string): V | undefined {
		const entry = this.entries.get(key);
		return entry !== undefined && this.lasts(entry.at) ? entry.value : undefined;
	}

	set(key: string, value: V): void {
		this.entries.delete(key);
		this.entries.set(key, { value, at: this.now() });
		for (const [old, { at }] of this.entries) {
			if (this.lasts(at)) break;
			this.entries.delete(old);
		}
	}

	private lasts(at: number): boolean {
		return this.now() - at < FORGET_MS;
	}
}
