import type { Clock } from './clock.mts';
import type { Settings } from './types.mts';

const LOGIN_WINDOW = 60_000;
const GENERAL_WINDOW = 5 * 60_000;

/** What a limit says about one call. */
export interface Toll {
	limit: number;
	remaining: number;
	/** Milliseconds by which the answer is delayed; 0: not throttled. */
	delay: number;
	refused: boolean;
}

/** Vault's burst limits ("API Rate Limits"): fixed windows of the simulator's clock. */
export class Limits {
	readonly #clock: Clock;
	readonly #settings: Settings;
	readonly #counts = new Map<string, { window: number; calls: number }>();

	constructor(clock: Clock, settings: Settings) {
		this.#clock = clock;
		this.#settings = settings;
	}

	reset(): void {
		this.#counts.clear();
	}

	/** Login burst limit: delays above 50 %, refuses above 100 % until the next minute. */
	login(username: string, vaultDns: string): Toll {
		const limit = this.#settings.loginBurstLimit;
		const calls = this.#take(`login ${username} ${vaultDns}`.toLowerCase(), LOGIN_WINDOW);
		const refused = calls > limit;
		const throttled = !refused && calls > limit / 2;
		return {
			limit,
			remaining: Math.max(0, limit - calls),
			delay: throttled ? this.#settings.throttleDelay : 0,
			refused,
		};
	}

	/** General burst limit of one Vault: beyond it answers are delayed, never refused. */
	general(hostName: string): Toll {
		const limit = this.#settings.burstLimit;
		const calls = this.#take(`general ${hostName}`, GENERAL_WINDOW);
		return {
			limit,
			remaining: Math.max(0, limit - calls),
			delay: calls > limit ? this.#settings.throttleDelay : 0,
			refused: false,
		};
	}

	#take(key: string, length: number): number {
		const window = Math.floor(this.#clock.now() / length);
		const before = this.#counts.get(key);
		const calls = before?.window === window ? before.calls + 1 : 1;
		this.#counts.set(key, { window, calls });
		return calls;
	}
}
