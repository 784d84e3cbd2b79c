import { isVaultError, VaultError } from '../errors';

const MINUTE_MS = 60_000;

/** How long a refused login is held back. Each further refusal multiplies the time. */
const FIRST_WAIT_MS = 5 * MINUTE_MS;
const WAIT_GROWTH = 4;
const LONGEST_WAIT_MS = 24 * 60 * MINUTE_MS;

/** After this many sessions in a row that Vault rejects at once, no login is tried for a while. */
const MAX_REJECTED = 3;
const REJECTED_WAIT_MS = MINUTE_MS;

/** Refused logins that must not be repeated: each further try brings the account closer to being locked. */
const REFUSED_LOGIN_TYPES = [
	'USERNAME_OR_PASSWORD_INCORRECT',
	'USER_LOCKED_OUT',
	'PASSWORD_CHANGE_REQUIRED',
	'INACTIVE_USER',
	// Of an identity provider, which locks accounts and revokes grants too (RFC 6749, section 5.2).
	'OAUTH_INVALID_GRANT',
	'OAUTH_INVALID_CLIENT',
	'OAUTH_UNAUTHORIZED_CLIENT',
	'OAUTH_ACCESS_DENIED',
];

/** Whether a login was refused for a reason that makes another refusal certain. */
export function isRefusedLogin(error: unknown): error is VaultError {
	return isVaultError(error, ...REFUSED_LOGIN_TYPES);
}

/** In place of a login that is held back: the error of the earlier one, with the times that explain it. */
export class HeldBackError extends VaultError {
	/**
	 * @param refusal the error of the login that was made
	 * @param refusedAt when it was refused, in ms since 1970
	 * @param until until when no login is tried, in ms since 1970
	 */
	constructor(
		readonly refusal: VaultError,
		readonly refusedAt: number,
		readonly until: number,
	) {
		super(refusal.message, refusal.description, refusal.type, refusal.executionId);
	}
}

/** The lockout guard of one login: what Vault refused, and until when the login is held back. */
export class LockoutGuard {
	private last?: { error: VaultError; at: number; until: number };

	private refusedInARow = 0;

	private rejectedInARow = 0;

	/** @throws HeldBackError while the login must not be tried */
	assertMayLogIn(now: number): void {
		if (this.last === undefined || now >= this.last.until) return;
		const { error, at, until } = this.last;
		throw new HeldBackError(error, at, until);
	}

	/** A login failed. Only a refusal that would come again holds back the next one. */
	failed(error: unknown, now: number): void {
		if (!isRefusedLogin(error)) return;
		const wait = FIRST_WAIT_MS * WAIT_GROWTH ** this.refusedInARow;
		const until = now + Math.min(wait, LONGEST_WAIT_MS);
		this.refusedInARow += 1;
		this.last = { error, at: now, until };
	}

	/** A login opened a session. */
	succeeded(): void {
		this.last = undefined;
		this.refusedInARow = 0;
	}

	/** Vault accepted a session. */
	sessionServed(): void {
		this.rejectedInARow = 0;
	}

	/**
	 * Vault no longer accepts a session.
	 *
	 * @param atOnce whether it never accepted the session since opening it a moment ago
	 */
	sessionEnded(atOnce: boolean, now: number): void {
		this.rejectedInARow = atOnce ? this.rejectedInARow + 1 : 0;
		if (this.rejectedInARow < MAX_REJECTED) return;
		const error = new VaultError(
			'Vault opens sessions and rejects them at once [INVALID_SESSION_ID]',
			'A proxy between n8n and Vault may remove the Authorization header.',
			'STILLBORN_SESSION',
		);
		const until = now + REJECTED_WAIT_MS;
		if (this.last === undefined || this.last.until < until) this.last = { error, at: now, until };
	}
}
