/** A map whose entries expire, so that memory stays bounded. */
export class ExpiringMap<V> {
	/** Oldest first: setting an entry moves it to the end */
	private readonly entries = new Map<string, { value: V; at: number }>();

	/**
	 * @param lifetimeMs how long an entry lives after it was set, in ms
	 * @param now the time, in ms since 1970
	 */
	constructor(
		private readonly lifetimeMs: number,
		private readonly now: () => number,
	) {}

	/** @returns `undefined` for an entry that has expired */
	get(key: string): V | undefined {
		const entry = this.entries.get(key);
		return entry !== undefined && this.lives(entry.at) ? entry.value : undefined;
	}

	/** Sets an entry, and removes those that have expired. */
	set(key: string, value: V): void {
		this.entries.delete(key);
		this.entries.set(key, { value, at: this.now() });
		for (const [old, { at }] of this.entries) {
			if (this.lives(at)) break;
			this.entries.delete(old);
		}
	}

	private lives(at: number): boolean {
		return this.now() - at < this.lifetimeMs;
	}
}
