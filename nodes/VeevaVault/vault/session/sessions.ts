import { createHmac, randomBytes } from 'crypto';

import { ExpiringMap } from '../../../../packages/shared/expiringMap';
import { isVaultError, type VaultError } from '../errors';
import { bindingOf } from './binding';
import { LockoutGuard } from './lockoutGuard';
import type {
	LoginIdentity,
	OpenedSession,
	SessionCalls,
	StoredSession,
	VaultSession,
} from './types';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How long at most to use a session that is known to be alive, without asking Vault. */
const LEASE_MS = 5 * MINUTE_MS;
/** Vault ends every session after 48 hours. From this age on, a new one is opened instead. */
const MAX_AGE_MS = 47.5 * HOUR_MS;
/** No session lives longer, so nothing about sessions must be remembered for longer. */
const MEMORY_MS = 48 * HOUR_MS;
/** A session that Vault rejects this soon after opening it was rejected at once. */
const AT_ONCE_MS = 5_000;
/** Makes sure that the next minute has begun by Vault's clock too. */
const MINUTE_MARGIN_MS = 2_000;

/** When something was seen: in ms since 1970, and in the order in which this process saw it. */
interface Moment {
	at: number;
	order: number;
}

/** What one process knows about one login. */
interface Known {
	session?: VaultSession;
	/** Whether the session is known to have served a call */
	served?: boolean;
	/** When a session of this login was last found dead, in the order in which this process saw it */
	death?: number;
	guard: LockoutGuard;
}

/**
 * The sessions of one process: which one to use, when to ask whether it lives, when to open a new one. One instance serves
 * all credentials and all executions.
 *
 * It knows neither n8n nor HTTP: the time and the calls to Vault come from outside.
 */
export class Sessions {
	/** By digest of the login fields */
	private readonly logins: ExpiringMap<Known>;

	/**
	 * Renewals in progress, by digest of the login fields. Everyone who needs the session shares one. They do not expire: a
	 * renewal ends by itself, however long it takes.
	 */
	private readonly renewals = new Map<string, Promise<VaultSession>>();

	/** By digest of the session ID: when it was last known to live, or that it is dead */
	private readonly lives: ExpiringMap<Moment | 'dead'>;

	/** Errors that have been waited for once: a delegated login meets those of the login behind it too */
	private readonly waitedFor = new WeakSet<VaultError>();

	/** Counts what was seen: the clock cannot tell which of two events in the same millisecond came first */
	private seen = 0;

	/** Makes digests worthless outside this process and after it. */
	private readonly digestKey = randomBytes(32);

	/**
	 * @param clock.now ms since 1970
	 * @param clock.sleep waits, in ms
	 */
	constructor(private readonly clock: { now(): number; sleep(ms: number): Promise<void> }) {
		this.logins = new ExpiringMap(MEMORY_MS, clock.now);
		this.lives = new ExpiringMap(MEMORY_MS, clock.now);
	}

	/**
	 * The session to sign with now: one that belongs to these login fields and whose lease is valid.
	 *
	 * @param stored what the credential keeps
	 * @returns `undefined` when there is none: call {@link renew}
	 */
	usable(login: LoginIdentity, stored?: StoredSession): VaultSession | undefined {
		const known = this.logins.get(this.digest(login.identity));
		const { sessionTimeoutMs } = login;
		return this.candidates(login, known, stored).find(({ life }) =>
			this.leaseIsValid(life, known?.death, sessionTimeoutMs),
		)?.session;
	}

	/** The newest session known for these login fields, with or without a valid lease; none that is known dead. */
	newest(login: LoginIdentity, stored?: StoredSession): VaultSession | undefined {
		const known = this.logins.get(this.digest(login.identity));
		return this.candidates(login, known, stored)[0]?.session;
	}

	/** The renewal in progress for these login fields, to wait for instead of starting another. */
	renewal(login: LoginIdentity): Promise<VaultSession> | undefined {
		return this.renewals.get(this.digest(login.identity));
	}

	/**
	 * Vault accepted a call.
	 *
	 * @param extended whether the call counts as activity: then the session's lease starts again
	 */
	seenAlive(login: LoginIdentity, sessionId: string, extended = true): void {
		const known = this.known(login);
		if (known.session?.id === sessionId) known.served = true;
		known.guard.sessionServed();
		const key = this.digest(sessionId);
		if (extended && this.lives.get(key) !== 'dead') this.lives.set(key, this.moment());
	}

	/** The session is about to end: it is never used again. */
	forget(sessionId: string): void {
		this.lives.set(this.digest(sessionId), 'dead');
	}

	/**
	 * Vault said INVALID_SESSION_ID: the session is never used again. Whatever ended it may have ended the user's other
	 * sessions too, so none of those is used without asking either.
	 */
	seenDead(login: LoginIdentity, sessionId: string): void {
		if (this.isDead(sessionId)) return;
		this.forget(sessionId);
		const known = this.known(login);
		known.death = this.moment().order;
		const now = this.clock.now();
		const { session, served = false } = known;
		const atOnce = session?.id === sessionId && !served && now - session.startedAt < AT_ONCE_MS;
		known.guard.sessionEnded(atOnce, now);
	}

	/**
	 * Returns a living session: a newer one that is already known, the old one if Vault says that it lives, or a new one.
	 * However many callers ask at once for the same login, one renewal serves them all.
	 *
	 * @param stored what the credential keeps
	 * @param options.forceLogin log in even if there may be a living session, and even if the same login was refused
	 *   recently: for the credential test
	 * @throws VaultError of the login
	 * @throws HeldBackError without a call, while the same login must not be tried again
	 */
	async renew(
		login: LoginIdentity,
		stored: StoredSession | undefined,
		calls: SessionCalls,
		{ forceLogin = false } = {},
	): Promise<VaultSession> {
		const key = this.digest(login.identity);
		for (let other = this.renewals.get(key); other; other = this.renewals.get(key)) {
			if (!forceLogin) return await other;
			// A login of its own, but never two at the same time.
			await Promise.allSettled([other]);
		}
		if (!forceLogin) {
			const usable = this.usable(login, stored);
			if (usable !== undefined) return usable;
			this.known(login).guard.assertMayLogIn(this.clock.now());
		}
		const renewal = forceLogin ? this.open(login, calls) : this.keepOrOpen(login, stored, calls);
		this.renewals.set(key, renewal);
		try {
			return await renewal;
		} finally {
			this.renewals.delete(key);
		}
	}

	/** Asks whether the newest session lives, and otherwise logs in. */
	private async keepOrOpen(
		login: LoginIdentity,
		stored: StoredSession | undefined,
		calls: SessionCalls,
	): Promise<VaultSession> {
		const last = this.newest(login, stored);
		if (last === undefined) return await this.open(login, calls);
		// While Vault was asked, another workflow may have ended the session …
		if ((await calls.keepAlive(last)) && !this.isDead(last.id)) {
			this.known(login).session = last;
			this.lives.set(this.digest(last.id), this.moment());
			return last;
		}
		this.forget(last.id);
		// … or Vault may have accepted a call made with an older one.
		return this.usable(login, stored) ?? (await this.open(login, calls));
	}

	/** Logs in. */
	private async open(login: LoginIdentity, calls: SessionCalls): Promise<VaultSession> {
		const startedAt = this.clock.now();
		const opened = await this.logInWithinLimit(calls).catch((error: unknown) => {
			this.known(login).guard.failed(error, this.clock.now());
			throw error;
		});
		const known = this.known(login);
		known.session = { ...opened, startedAt };
		known.served = false;
		known.guard.succeeded();
		this.lives.set(this.digest(opened.id), this.moment());
		return known.session;
	}

	/** Vault refuses logins beyond its burst limit until the next minute begins: waits for it, once. */
	private async logInWithinLimit({ logIn }: SessionCalls): Promise<OpenedSession> {
		return await logIn().catch(async (error: unknown) => {
			if (!isVaultError(error, 'API_LIMIT_EXCEEDED') || this.waitedFor.has(error)) throw error;
			await this.clock.sleep(MINUTE_MS - (this.clock.now() % MINUTE_MS) + MINUTE_MARGIN_MS);
			return await logIn().catch((again: unknown) => {
				if (isVaultError(again)) this.waitedFor.add(again);
				throw again;
			});
		});
	}

	/** Sessions that belong to these login fields and may still live, with when each was last seen, the newest first. */
	private candidates(
		login: LoginIdentity,
		known: Known | undefined,
		stored: StoredSession | undefined,
	): Array<{ session: VaultSession; life: Moment | undefined }> {
		const oldest = this.clock.now() - MAX_AGE_MS;
		const own = known?.session;
		const other =
			stored !== undefined &&
			stored.id !== own?.id &&
			stored.binding === bindingOf(stored.id, login.boundTo)
				? stored
				: undefined;
		return [own, other]
			.filter((session) => session !== undefined)
			.filter(({ startedAt }) => startedAt > oldest)
			.flatMap((session) => {
				const life = this.lives.get(this.digest(session.id));
				return life === 'dead' ? [] : [{ session, life }];
			})
			.sort((a, b) => b.session.startedAt - a.session.startedAt);
	}

	/**
	 * Only what this process has seen counts: another process may have opened the session, by another clock, and it may have
	 * ended since.
	 *
	 * @param life when the session was last known to live
	 * @param death when a session of the same login was last found dead
	 */
	private leaseIsValid(
		life: Moment | undefined,
		death: number | undefined,
		sessionTimeoutMs: number,
	): boolean {
		if (life === undefined || (death !== undefined && death > life.order)) return false;
		return this.clock.now() - life.at < Math.min(LEASE_MS, sessionTimeoutMs / 2);
	}

	private isDead(sessionId: string): boolean {
		return this.lives.get(this.digest(sessionId)) === 'dead';
	}

	/** What is known about a login. It is remembered for another 48 hours from now. */
	private known({ identity }: LoginIdentity): Known {
		const key = this.digest(identity);
		const known = this.logins.get(key) ?? { guard: new LockoutGuard() };
		this.logins.set(key, known);
		return known;
	}

	private moment(): Moment {
		return { at: this.clock.now(), order: ++this.seen };
	}

	private digest(text: string): string {
		return createHmac('sha256', this.digestKey).update(text).digest('base64');
	}
}
