import { createHmac, randomBytes } from 'crypto';

import type { NamedVault, VaultId } from './api';
import { isVaultError, REFUSED_LOGIN_TYPES, VaultError } from './errors';

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
	/** Ties the session to the login fields that opened it; see {@link bindingOf} */
	binding: string;
}

/** For whom and where a session is: what the life of a session depends on. */
export interface LoginIdentity {
	/** All login fields in one text, passwords included: never to be stored or shown, only digested */
	identity: string;
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
/** How long a refused login is not tried again. */
const REFUSAL_MS = 5 * MINUTE;
/** No session outlives this, and so nothing has to be remembered for longer. */
const FORGET_MS = 48 * HOUR;

/** When something was seen: in ms since 1970, and in the order in which this process saw it. */
interface Moment {
	at: number;
	order: number;
}
const NEVER: Moment = { at: -Infinity, order: -Infinity };

/** What one process knows of one login. */
interface Known {
	session?: VaultSession;
	/** The renewal under way, shared by all who need it */
	renewal?: Promise<VaultSession>;
	/** When a session of this login was last found dead */
	death?: Moment;
	/** The last login, when Vault refused it */
	refusal?: { error: VaultError; at: number };
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

	/** By digest of the session id: when it was last known to live, or that it is dead */
	private readonly lives: Forgetful<Moment | 'dead'>;

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
	usable(login: LoginIdentity, stored?: VaultSession): VaultSession | undefined {
		return this.candidates(login, stored).find((session) => this.leaseHolds(login, session));
	}

	/**
	 * The newest session known for these login fields, whether or not its lease holds; none that is known dead.
	 */
	newest(login: LoginIdentity, stored?: VaultSession): VaultSession | undefined {
		return this.candidates(login, stored)[0];
	}

	/** The renewal under way for these login fields, for others to wait for instead of starting their own. */
	renewal(login: LoginIdentity): Promise<VaultSession> | undefined {
		return this.logins.get(this.digest(login.identity))?.renewal;
	}

	/** Vault has just answered a call that counts as activity: the session's lease starts anew. */
	seenAlive(sessionId: string): void {
		const id = this.digest(sessionId);
		if (this.lives.get(id) !== 'dead') this.lives.set(id, this.moment());
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
		if (this.lives.get(this.digest(sessionId)) === 'dead') return;
		this.forget(sessionId);
		this.known(login).death = this.moment();
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
		stored: VaultSession | undefined,
		calls: SessionCalls,
		{ fresh = false } = {},
	): Promise<VaultSession> {
		const known = this.known(login);
		while (known.renewal !== undefined) {
			if (!fresh) return await known.renewal;
			// A login of its own, but never two at the same time.
			await Promise.allSettled([known.renewal]);
		}
		if (!fresh) {
			const usable = this.usable(login, stored);
			if (usable !== undefined) return usable;
			this.throwIfRefused(known);
		}
		known.renewal = this.open(login, known, fresh ? undefined : this.newest(login, stored), calls);
		try {
			return await known.renewal;
		} finally {
			known.renewal = undefined;
		}
	}

	/** Asks whether the last session lives, and otherwise logs in. */
	private async open(
		login: LoginIdentity,
		known: Known,
		last: VaultSession | undefined,
		calls: SessionCalls,
	): Promise<VaultSession> {
		if (last !== undefined) {
			if (await calls.keepAlive(last)) {
				known.session = last;
				this.seenAlive(last.id);
				return last;
			}
			this.forget(last.id);
		}
		const startedAt = this.clock.now();
		const opened = await this.logInWithinLimit(calls).catch((error: unknown) => {
			if (isVaultError(error, ...REFUSED_LOGIN_TYPES)) {
				known.refusal = { error, at: this.clock.now() };
			}
			throw error;
		});
		known.session = { ...opened, startedAt, binding: bindingOf(opened.id, login.identity) };
		known.refusal = undefined;
		this.seenAlive(opened.id);
		return known.session;
	}

	/** Vault refuses logins beyond its burst limit until the next minute begins: waits for that, once. */
	private async logInWithinLimit({ logIn }: SessionCalls): Promise<OpenedSession> {
		return await logIn().catch(async (error: unknown) => {
			if (!isVaultError(error, 'API_LIMIT_EXCEEDED')) throw error;
			await this.clock.sleep(MINUTE - (this.clock.now() % MINUTE));
			return await logIn();
		});
	}

	private throwIfRefused({ refusal }: Known): void {
		if (refusal === undefined) return;
		const { error, at } = refusal;
		const until = at + REFUSAL_MS;
		if (this.clock.now() >= until) return;
		throw new VaultError(
			error.message,
			`Vault refused this login at ${utc(at)}. To keep the account from being locked, the same login is not tried again before ${utc(until)}, unless the credential is changed or tested. ${error.description}`,
			error.type,
			error.executionId,
		);
	}

	/** Sessions that belong to these login fields and may still live, the newest first. */
	private candidates({ identity }: LoginIdentity, stored?: VaultSession): VaultSession[] {
		const oldest = this.clock.now() - MAX_AGE_MS;
		return [this.logins.get(this.digest(identity))?.session, stored]
			.filter((session) => session !== undefined)
			.filter(
				({ id, binding, startedAt }) =>
					binding === bindingOf(id, identity) &&
					startedAt > oldest &&
					this.lives.get(this.digest(id)) !== 'dead',
			)
			.sort((a, b) => b.startedAt - a.startedAt);
	}

	private leaseHolds(login: LoginIdentity, { id, startedAt }: VaultSession): boolean {
		const life = this.lives.get(this.digest(id)) ?? NEVER;
		if (life === 'dead') return false;
		const now = this.clock.now();
		const death = this.logins.get(this.digest(login.identity))?.death ?? NEVER;
		const aliveAt = Math.max(
			life.order > death.order ? life.at : -Infinity,
			// Another process may have opened it a moment ago; its clock may run ahead of ours.
			startedAt > death.at ? Math.min(startedAt, now) : -Infinity,
		);
		return now - aliveAt < Math.min(LEASE_MS, login.sessionTimeoutMs / 2);
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
 * @param identity {@link LoginIdentity.identity}
 */
export function bindingOf(sessionId: string, identity: string): string {
	return createHmac('sha256', sessionId).update(identity).digest('base64');
}

function utc(ms: number): string {
	return `${new Date(ms).toISOString().slice(11, 16)} UTC`;
}

/** A map that forgets what was not set for 48 hours, so that memory stays bounded. */
class Forgetful<V> {
	/** Oldest first: each entry goes to the end when it is set */
	private readonly entries = new Map<string, { value: V; at: number }>();

	constructor(private readonly now: () => number) {}

	get(key: string): V | undefined {
		return this.entries.get(key)?.value;
	}

	set(key: string, value: V): void {
		const now = this.now();
		this.entries.delete(key);
		this.entries.set(key, { value, at: now });
		for (const [old, { at }] of this.entries) {
			if (now - at < FORGET_MS) break;
			this.entries.delete(old);
		}
	}
}
