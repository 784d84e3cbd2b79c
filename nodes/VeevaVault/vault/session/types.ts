import type { NamedVault, VaultId } from '../vaultIds';

/** A session as a login opens it. */
export interface OpenedSession {
	/** What Vault takes as `Authorization`: a secret */
	id: string;
	userId: VaultId;
	vaultId: VaultId;
	/** The Vaults in which the session can be used */
	vaultIds: NamedVault[];
}

/** A session with what must be remembered about it. */
export interface VaultSession extends OpenedSession {
	/** When it was opened, in ms since 1970 */
	startedAt: number;
}

/** A session as the credential keeps it. */
export interface StoredSession extends VaultSession {
	/** Ties the session to the login fields that opened it; see `bindingOf` */
	binding: string;
}

/** Whom and what a session is for: the part of a credential that the life of a session depends on. */
export interface LoginIdentity {
	/** All login fields in one text, passwords included. Never store or show it: only its digest is used. */
	identity: string;
	/** The same for a stored session. It differs where a field is renewed with the session, as a refresh token is. */
	boundTo: string;
	/** The Vault's idle timeout, in ms */
	sessionTimeoutMs: number;
}

/** What a renewal needs Vault for. */
export interface SessionCalls {
	/** Finds out whether a session still lives, and extends it: `false` when Vault says INVALID_SESSION_ID */
	keepAlive(session: VaultSession): Promise<boolean>;
	/** Opens a new session */
	logIn(): Promise<OpenedSession>;
}
