import { createHmac, randomBytes } from 'crypto';

import { ExpiringMap } from '../../../../shared/expiringMap';
import { bindingOf } from './binding';
import type { UserToken } from './userToken';

/** For whom and where a token is. */
export interface TokenOwner {
	/** All fields that make the login, secrets included: only its digest is kept, and it is never shown */
	identity: string;
	/** The host that issues the token, whose clock decides when it has expired */
	host: string;
}

/** A token as the credential stores it. */
export interface StoredToken extends UserToken {
	/** Binds the token to the fields that created it; see {@link bindingOf} */
	binding: string;
}

/** What a renewal needs Dfns for. */
export interface TokenCalls {
	/** Logs in */
	logIn(): Promise<UserToken>;
	/** Whether Dfns still accepts a token */
	isAlive(token: UserToken): Promise<boolean>;
}

/** How long before a token expires it is replaced, in ms: it must outlive the calls in progress. */
const MARGIN_MS = 60_000;
/** The largest share of a token's life that the margin takes: a short-lived token can be used, too. */
const MARGIN_SHARE = 0.1;

/** How long tokens are remembered after they were last used, in ms. A login brings them back. */
const MEMORY_MS = 48 * 60 * 60 * 1000;

/**
 * The user tokens of one process: which one to use, and when to log in. One instance serves all credentials and all
 * executions.
 *
 * It knows neither n8n nor HTTP: the time and the calls to Dfns come from outside.
 */
export class Tokens {
	/** The newest token, by digest of the fields that make the login */
	private readonly tokens: ExpiringMap<UserToken>;

	/** Logins in progress, by digest of their fields. Everyone who needs the token shares one. They do not expire. */
	private readonly renewals = new Map<string, Promise<UserToken>>();

	/** Checks in progress whether Dfns still accepts a token, by digest of the token. Everyone who asks shares one. */
	private readonly checks = new Map<string, Promise<boolean>>();

	/** Digests of tokens that Dfns no longer accepts */
	private readonly dead: ExpiringMap<true>;

	/** Makes digests useless outside this process, and after it. */
	private readonly digestKey = randomBytes(32);

	/**
	 * @param clock.localNow this machine's time, in ms since 1970
	 * @param clock.now a host's time, in ms since 1970
	 */
	constructor(private readonly clock: { localNow(): number; now(host: string): number }) {
		this.tokens = new ExpiringMap(MEMORY_MS, clock.localNow);
		this.dead = new ExpiringMap(MEMORY_MS, clock.localNow);
	}

	/**
	 * The token to sign with now: the newest one that belongs to these fields and does not expire soon.
	 *
	 * @param stored what the credential has stored
	 * @returns `undefined` when there is none, and {@link renew} is needed
	 */
	usable(owner: TokenOwner, stored?: StoredToken): UserToken | undefined {
		const own = this.tokens.get(this.digest(owner.identity));
		const other =
			stored !== undefined && stored.binding === bindingOf(stored.token, owner.identity)
				? stored
				: undefined;
		return [own, other]
			.filter((token) => token !== undefined)
			.filter((token) => this.lasts(owner, token) && !this.isDead(token.token))
			.sort((a, b) => b.issuedAt - a.issuedAt)[0];
	}

	/** The login in progress for these fields: others wait for it instead of starting their own. */
	renewal(owner: TokenOwner): Promise<UserToken> | undefined {
		return this.renewals.get(this.digest(owner.identity));
	}

	/**
	 * Gets a token that can be used: a newer one that is already known, or that of a login. One login serves everyone who
	 * asks for the same fields at the same time.
	 *
	 * @param stored what the credential has stored
	 * @param options.forceLogin log in even if a token is known: for the credential test
	 * @throws what the login throws
	 */
	async renew(
		owner: TokenOwner,
		stored: StoredToken | undefined,
		logIn: TokenCalls['logIn'],
		{ forceLogin = false } = {},
	): Promise<UserToken> {
		const key = this.digest(owner.identity);
		for (let other = this.renewals.get(key); other; other = this.renewals.get(key)) {
			if (!forceLogin) return await other;
			// This caller logs in itself, but never at the same time as another one.
			await Promise.allSettled([other]);
		}
		if (!forceLogin) {
			const usable = this.usable(owner, stored);
			if (usable !== undefined) return usable;
		}
		const renewal = logIn();
		this.renewals.set(key, renewal);
		try {
			const token = await renewal;
			this.tokens.set(key, token);
			return token;
		} finally {
			this.renewals.delete(key);
		}
	}

	/**
	 * Asks whether Dfns still accepts a token, unless it is known that it does not. A token that is not accepted is never
	 * used again.
	 *
	 * @throws what the call throws
	 */
	async isAccepted(token: UserToken, { isAlive }: Pick<TokenCalls, 'isAlive'>): Promise<boolean> {
		if (this.isDead(token.token)) return false;
		const key = this.digest(token.token);
		let check = this.checks.get(key);
		if (check === undefined) {
			check = isAlive(token).finally(() => this.checks.delete(key));
			this.checks.set(key, check);
		}
		const isAccepted = await check;
		if (!isAccepted) this.dead.set(key, true);
		return isAccepted;
	}

	private lasts({ host }: TokenOwner, { issuedAt, expiresAt }: UserToken): boolean {
		const margin = Math.min(MARGIN_MS, Math.max(0, expiresAt - issuedAt) * MARGIN_SHARE);
		return this.clock.now(host) < expiresAt - margin;
	}

	private isDead(token: string): boolean {
		return this.dead.get(this.digest(token)) === true;
	}

	private digest(text: string): string {
		return createHmac('sha256', this.digestKey).update(text).digest('base64');
	}
}
