import { createHmac, randomBytes } from 'crypto';

import { Forgetful } from './forgetful';
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

/** What one process knows of one login. */
interface Known {
	token?: UserToken;
	/** The login under way, shared by all who need it */
	renewal?: Promise<UserToken>;
	/** The question under way whether a token is still accepted, shared by all who ask it */
	check?: { token: string; answer: Promise<boolean> };
}

/**
 * The users' tokens of one process: which to use, and when to log in. One instance serves all credentials and all
 * executions.
 *
 * It knows neither n8n nor HTTP: time and the calls to Dfns come from outside.
 */
export class Tokens {
	/** By digest of the fields that make the login */
	private readonly logins: Forgetful<Known>;

	/** Digests of tokens that Dfns no longer accepts */
	private readonly dead: Forgetful<true>;

	/** Digests are worth nothing outside this process, nor after it. */
	private readonly digestKey = randomBytes(32);

	/**
	 * @param clock.localNow this machine's time, in ms since 1970
	 * @param clock.now a host's time, in ms since 1970
	 */
	constructor(private readonly clock: { localNow(): number; now(host: string): number }) {
		this.logins = new Forgetful(clock.localNow);
		this.dead = new Forgetful(clock.localNow);
	}

	/**
	 * The token to sign with now: the newest that belongs to these fields and lasts for another while.
	 *
	 * @param stored what the credential has kept
	 * @returns `undefined` when there is none, so that {@link renew} is needed
	 */
	usable(owner: TokenOwner, stored?: StoredToken): UserToken | undefined {
		const own = this.logins.get(this.digest(owner.identity))?.token;
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
		return this.logins.get(this.digest(owner.identity))?.renewal;
	}

	/**
	 * Brings a token that can be used: the newer one that is already known, or that of a login. However many ask at once
	 * for the same fields, one login serves them all.
	 *
	 * @param stored what the credential has kept
	 * @param fresh log in although a token is known: for the credential test
	 * @throws what the login throws
	 */
	async renew(
		owner: TokenOwner,
		stored: StoredToken | undefined,
		logIn: TokenCalls['logIn'],
		{ fresh = false } = {},
	): Promise<UserToken> {
		const known = this.known(owner);
		while (known.renewal !== undefined) {
			if (!fresh) return await known.renewal;
			// A login of its own, but never two at the same time.
			await Promise.allSettled([known.renewal]);
		}
		if (!fresh) {
			const usable = this.usable(owner, stored);
			if (usable !== undefined) return usable;
		}
		known.renewal = logIn();
		try {
			known.token = await known.renewal;
			return known.token;
		} finally {
			known.renewal = undefined;
		}
	}

	/**
	 * Asks whether Dfns still accepts a token, unless it is known that it does not. What is not accepted is never used
	 * again.
	 *
	 * @throws what the call throws
	 */
	async isAccepted(
		owner: TokenOwner,
		{ token, ...details }: UserToken,
		{ isAlive }: Pick<TokenCalls, 'isAlive'>,
	): Promise<boolean> {
		if (this.isDead(token)) return false;
		const known = this.known(owner);
		if (known.check?.token !== token) {
			const check = { token, answer: isAlive({ token, ...details }) };
			known.check = check;
			const done = () => {
				if (known.check === check) known.check = undefined;
			};
			check.answer.then(done, done);
		}
		const accepted = await known.check.answer;
		if (!accepted) this.dead.set(this.digest(token), true);
		return accepted;
	}

	private lasts({ host }: TokenOwner, { issuedAt, expiresAt }: UserToken): boolean {
		const margin = Math.min(MARGIN_MS, Math.max(0, expiresAt - issuedAt) * MARGIN_SHARE);
		return this.clock.now(host) < expiresAt - margin;
	}

	private isDead(token: string): boolean {
		return this.dead.get(this.digest(token)) === true;
	}

	/** What is known of a login, remembered from now on for another 48 hours. */
	private known({ identity }: TokenOwner): Known {
		const key = this.digest(identity);
		const known = this.logins.get(key) ?? {};
		this.logins.set(key, known);
		return known;
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
