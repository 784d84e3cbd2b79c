import { createHmac, randomBytes } from 'crypto';

import { ExpiringMap } from '../../../shared/expiringMap';
import type { UserToken } from './userToken';

/** For whom and where a token is. */
export interface TokenOwner {
	/** All fields that make the login, secrets included: never to be stored or shown, only digested */
	identity: string;
	/** The host that issues the token, whose clock decides when it has expired */
	host: string;
}

/** A token as the credential keeps it. */
export interface StoredToken extends UserToken {
	/** Ties the token to the fields that made it; see {@link bindingOf} */
	binding: string;
}

/** What a renewal needs Dfns for. */
export interface TokenCalls {
	/** Logs in */
	logIn(): Promise<UserToken>;
	/** Tells whether Dfns still accepts a token */
	isAlive(token: UserToken): Promise<boolean>;
}

/** How long before its end a token is replaced, in ms: a call under way must not outlive it … */
const MARGIN_MS = 60_000;
/** … and how much of its life at the most: also a short-lived token is used. */
const MARGIN_SHARE = 0.1;

/** How long tokens are remembered after they were last used, in ms. A login brings them back. */
const MEMORY_MS = 48 * 60 * 60 * 1000;

/**
 * The users' tokens of one process: which to use, and when to log in. One instance serves all credentials and all
 * executions.
 *
 * It knows neither n8n nor HTTP: time and the calls to Dfns come from outside.
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

	/** Digests are worth nothing outside this process, nor after it. */
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
	 * The token to sign with now: the newest that belongs to these fields and lasts for another while.
	 *
	 * @param stored what the credential has kept
	 * @returns `undefined` when there is none, so that {@link renew} is needed
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

	/** The login under way for these fields, for others to wait for instead of starting their own. */
	renewal(owner: TokenOwner): Promise<UserToken> | undefined {
		return this.renewals.get(this.digest(owner.identity));
	}

	/**
	 * Brings a token that can be used: the newer one that is already known, or that of a login. However many ask at once
	 * for the same fields, one login serves them all.
	 *
	 * @param stored what the credential has kept
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
			// A login of its own, but never two at the same time.
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
	 * Asks whether Dfns still accepts a token, unless it is known that it does not. What is not accepted is never used
	 * again.
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

/**
 * Ties a token to the fields that made it: who has neither can compute it, and neither can be read from it.
 *
 * @param identity {@link TokenOwner.identity}
 */
export function bindingOf(token: string, identity: string): string {
	return createHmac('sha256', token).update(identity).digest('base64');
}
