import { createHmac, randomBytes } from 'crypto';

import type { NamedVault, VaultId } from './api';
import { isRefusedLogin, isVaultError, VaultError } from './errors';
import { Forgetful } from './forgetful';

/** A session as a login opens it. */
export interface OpenedSession {
	/** What Vault takes as `Authorization`: a secret */
	id: string;
	userId: VaultId;
	vaultId: VaultId;
	/** The Vaults in which the session may be used */
	vaultIds: NamedVault[];
}

/** A session with what has to be remembered of it. */
export interface VaultSession extends OpenedSession {
	/** When it was opened, in ms since 1970 */
	startedAt: number;
}

/** A session as the credential keeps it. */
export interface StoredSession extends VaultSession {
	/** Ties the session to the login fields that opened it; see {@link bindingOf} */
	binding: string;
}

/** For whom and where a session is: what the life of a session depends on. */
export interface LoginIdentity {
	/** All login fields in one text, passwords included: never to be stored or shown, only digested */
	identity: string;
	/** The same for a stored session. It differs where a field is renewed with the session, as a refresh token is. */
	boundTo: string;
	/** The Vault's idle timeout, in ms */
	sessionTimeoutMs: number;
}

/** What a renewal needs Vault for. */
export interface SessionCalls {
	/** Tells whether a session still lives, and prolongs it: `false` when Vault says INVALID_SESSION_ID */
	keepAlive(session: VaultSession): Promise<boolean>;
	/** Opens a new session */
	logIn(): Promise<OpenedSession>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How long a session that is known to live may be used without asking, at the most. */
const LEASE_MS = 5 * MINUTE;
/** Vault ends each session after 48 hours; from here on a new one is opened instead. */
const MAX_AGE_MS = 47.5 * HOUR;
/** How long a refused login is not tried again: longer after each time that it was refused again. */
const REFUSAL_MS = 5 * MINUTE;
const REFUSAL_GROWTH = 4;
/** How long no login is tried where Vault refuses every session as soon as it has opened it, and after how many. */
const STILLBORN_MS = MINUTE;
const STILLBORN = 3;
/** What counts as soon. */
const STILLBORN_AGE_MS = 5_000;
/** To be surely in the next minute by Vault's clock. */
const MINUTE_MARGIN_MS = 2_000;

/** When something was seen: in ms since 1970, and in the order in which this process saw it. */
interface Moment {
	at: number;
	order: number;
}

/** What one process knows of one login. */
interface Known {
	session?: VaultSession;
	/** When a session of this login was last found dead, in the order in which this process saw it */
	death?: number;
	/** The last login, when it was refused: not to be tried again before `until` */
	refusal?: { error: VaultError; at: number; until: number };
	/** How often in a row it was refused */
	refused?: number;
	/** Whether the session is known to have served a call */
	served?: boolean;
	/** How many sessions in a row were refused as soon as they had been opened */
	stillborn?: number;
}

/**
 * The sessions of one process: which to use, when to ask whether it lives, when to open a new one.
 * One instance serves all credentials and all executions.
 *
 * It knows neither n8n nor HTTP: time and the calls to Vault come from outside.
 */
export class Sessions {
	/** By digest of the login fields */
	private readonly logins: Forgetful<Known>;

	/**
	 * Renewals under way, by digest of the login fields, each shared by all who need it. Apart from the logins, which are
	 * forgotten in time: a renewal ends by itself, however long it takes.
	 */
	private readonly renewals = new Map<string, Promise<VaultSession>>();

	/** By digest of the session id: when it was last known to live, or that it is dead */
	private readonly lives: Forgetful<Moment | 'dead'>;

	/** Errors after which there is no more waiting: a delegated login meets those of the login behind it, too */
	private readonly waitedFor = new WeakSet<VaultError>();

	/** Counts what was seen, for the clock cannot tell which of two things in the same millisecond came first */
	private seen = 0;

	/** Digests are worth nothing outside this process, nor after it. */
	private readonly digestKey = randomBytes(32);

	/**
	 * @param clock.now ms since 1970
	 * @param clock.sleep waits, in ms
	 */
	constructor(private readonly clock: { now(): number; sleep(ms: number): Promise<void> }) {
		this.logins = new Forgetful(clock.now);
		this.lives = new Forgetful(clock.now);
	}

	/**
	 * The session to sign with now: one that belongs to these login fields and whose lease holds.
	 *
	 * @param stored what the credential has kept
	 * @returns `undefined` when there is none, so that {@link renew} is needed
	 */
	usable(login: LoginIdentity, stored?: StoredSession): VaultSession | undefined {
		const known = this.logins.get(this.digest(login.identity));
		const { sessionTimeoutMs } = login;
		return this.candidates(login, known, stored).find(({ life }) =>
			this.leaseHolds(life, known?.death, sessionTimeoutMs),
		)?.session;
	}

	/**
	 * The newest session known for these login fields, whether or not its lease holds; none that is known dead.
	 */
	newest(login: LoginIdentity, stored?: StoredSession): VaultSession | undefined {
		const known = this.logins.get(this.digest(login.identity));
		return this.candidates(login, known, stored)[0]?.session;
	}

	/** The renewal under way for these login fields, for others to wait for instead of starting their own. */
	renewal(login: LoginIdentity): Promise<VaultSession> | undefined {
		return this.renewals.get(this.digest(login.identity));
	}

	/**
	 * Vault has answered a call.
	 *
	 * @param prolonged whether the call counts as activity: then the session's lease starts anew
	 */
	seenAlive(login: LoginIdentity, sessionId: string, prolonged = true): void {
		const known = this.known(login);
		if (known.session?.id === sessionId) known.served = true;
		known.stillborn = 0;
		const key = this.digest(sessionId);
		if (prolonged && this.lives.get(key) !== 'dead') this.lives.set(key, this.moment());
	}

	/** The session is about to be ended: it is never used again. */
	forget(sessionId: string): void {
		this.lives.set(this.digest(sessionId), 'dead');
	}

	/**
	 * Vault has said INVALID_SESSION_ID: the session is never used again. What ended it may have ended the user's other
	 * sessions as well, so that of those none is used without asking either.
	 */
	seenDead(login: LoginIdentity, sessionId: string): void {
		if (this.isDead(sessionId)) return;
		this.forget(sessionId);
		const known = this.known(login);
		known.death = this.moment().order;
		const { session } = known;
		const stillborn =
			session?.id === sessionId &&
			known.served !== true &&
			this.clock.now() - session.startedAt < STILLBORN_AGE_MS;
		known.stillborn = stillborn ? (known.stillborn ?? 0) + 1 : 0;
		if (known.stillborn >= STILLBORN) {
			const at = this.clock.now();
			const error = new VaultError(
				'Vault opens sessions and refuses them at once [INVALID_SESSION_ID]',
				'Something on the way to Vault may take the Authorization header away, such as a proxy.',
				'STILLBORN_SESSION',
			);
			known.refusal = { error, at, until: at + STILLBORN_MS };
		}
	}

	/**
	 * Brings a living session: the newer one that is already known, the old one if Vault says it lives, or a new one.
	 * However many ask at once for the same login, one renewal serves them all.
	 *
	 * @param stored what the credential has kept
	 * @param fresh log in although there may be a living session, and although the same login was refused lately:
	 *   for the credential test
	 * @throws VaultError of the login; when the same login was refused less than five minutes ago, that same error,
	 *   without a call
	 */
	async renew(
		login: LoginIdentity,
		stored: StoredSession | undefined,
		calls: SessionCalls,
		{ fresh = false } = {},
	): Promise<VaultSession> {
		const key = this.digest(login.identity);
		for (let other = this.renewals.get(key); other; other = this.renewals.get(key)) {
			if (!fresh) return await other;
			// A login of its own, but never two at the same time.
			await Promise.allSettled([other]);
		}
		if (!fresh) {
			const usable = this.usable(login, stored);
			if (usable !== undefined) return usable;
			this.throwIfRefused(this.known(login));
		}
		const renewal = fresh ? this.open(login, calls) : this.keepOrOpen(login, stored, calls);
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
		// Meanwhile another workflow may have ended it …
		if ((await calls.keepAlive(last)) && !this.isDead(last.id)) {
			this.known(login).session = last;
			this.lives.set(this.digest(last.id), this.moment());
			return last;
		}
		this.forget(last.id);
		// … or a call may have been answered that was made with an older one.
		return this.usable(login, stored) ?? (await this.open(login, calls));
	}

	/** Logs in. */
	private async open(login: LoginIdentity, calls: SessionCalls): Promise<VaultSession> {
		const startedAt = this.clock.now();
		const opened = await this.logInWithinLimit(calls).catch((error: unknown) => {
			if (isRefusedLogin(error)) {
				const known = this.known(login);
				const at = this.clock.now();
				const times = known.refused ?? 0;
				known.refused = times + 1;
				known.refusal = { error, at, until: at + REFUSAL_MS * REFUSAL_GROWTH ** times };
			}
			throw error;
		});
		const known = this.known(login);
		known.session = { ...opened, startedAt };
		known.refusal = undefined;
		known.refused = 0;
		known.served = false;
		this.lives.set(this.digest(opened.id), this.moment());
		return known.session;
	}

	/** Vault refuses logins beyond its burst limit until the next minute begins: waits for that, once. */
	private async logInWithinLimit({ logIn }: SessionCalls): Promise<OpenedSession> {
		return await logIn().catch(async (error: unknown) => {
			if (!isVaultError(error, 'API_LIMIT_EXCEEDED') || this.waitedFor.has(error)) throw error;
			await this.clock.sleep(MINUTE - (this.clock.now() % MINUTE) + MINUTE_MARGIN_MS);
			return await logIn().catch((again: unknown) => {
				if (isVaultError(again)) this.waitedFor.add(again);
				throw again;
			});
		});
	}

	private throwIfRefused({ refusal }: Known): void {
		if (refusal === undefined) return;
		const { error, at, until } = refusal;
		if (this.clock.now() >= until) return;
		const why = isRefusedLogin(error)
			? `Vault refused this login at ${utc(at)}. To keep the account from being locked, the same login is not tried again before ${utc(until)}, unless the credential is changed or tested.`
			: `No session is opened before ${utc(until)}, unless the credential is changed or tested.`;
		throw new VaultError(
			error.message,
			`${why} ${error.description}`,
			error.type,
			error.executionId,
		);
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
	 * Only what this process has seen itself counts: the session may have been opened elsewhere, by another clock, and
	 * may have ended since.
	 *
	 * @param life when the session was last known to live
	 * @param death when a session of the same login was last found dead
	 */
	private leaseHolds(
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

	/** What is known of a login, remembered from now on for another 48 hours. */
	private known({ identity }: LoginIdentity): Known {
		const key = this.digest(identity);
		const known = this.logins.get(key) ?? {};
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

/**
 * Ties a session to the login fields that opened it: who has neither can compute it, and neither can be read from it.
 *
 * @param boundTo {@link LoginIdentity.boundTo}
 */
export function bindingOf(sessionId: string, boundTo: string): string {
	return createHmac('sha256', sessionId).update(boundTo).digest('base64');
}

function utc(ms: number): string {
	return `${new Date(ms).toISOString().slice(11, 16)} UTC`;
}
