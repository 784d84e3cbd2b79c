import { createHmac, randomBytes } from 'crypto';

import { ExpiringMap } from '../../../../packages/shared/expiringMap';

/** How long rotated tokens are remembered: as long as the sessions that they opened can live, in ms. */
const MEMORY_MS = 48 * 60 * 60 * 1000;

/** A grant as this process knows it: each token replaces the one before. */
interface Lineage {
	/** Digest of the token that the credential had first */
	first: string;
	/** The token to use now */
	newest: string;
}

/**
 * Remembers which token a provider replaced with which. A credential that was read a moment ago may still hold the token
 * before. Using a refresh token twice can end the whole grant (RFC 6749, section 10.4).
 */
export class TokenRotation {
	/** By digest of the token */
	private readonly lineages: ExpiringMap<Lineage>;

	/** Digests of tokens that turned out to be someone else's */
	private readonly disowned: ExpiringMap<true>;

	private readonly digestKey = randomBytes(32);

	/** @param now the time, in ms since 1970 */
	constructor(now: () => number) {
		this.lineages = new ExpiringMap(MEMORY_MS, now);
		this.disowned = new ExpiringMap(MEMORY_MS, now);
	}

	/** What identifies a grant while the process runs: the first token of a grant identifies all tokens that replace it. */
	first(token: string): string {
		const digest = this.digest(token);
		return this.lineages.get(digest)?.first ?? digest;
	}

	/** The token that replaced this one. */
	newest(token: string): string {
		return this.lineages.get(this.digest(token))?.newest ?? token;
	}

	/** The provider issued another token for one that was used. */
	rotated(used: string, successor: string): void {
		const lineage = this.lineages.get(this.digest(used)) ?? {
			first: this.digest(used),
			newest: used,
		};
		lineage.newest = successor;
		this.lineages.set(this.digest(used), lineage);
		this.lineages.set(this.digest(successor), lineage);
	}

	/** The token is someone else's: it must not be used. */
	disown(token: string): void {
		this.disowned.set(this.digest(token), true);
	}

	isDisowned(token: string): boolean {
		return this.disowned.get(this.digest(token)) === true;
	}

	private digest(token: string): string {
		return createHmac('sha256', this.digestKey).update(token).digest('base64');
	}
}

/** The refresh tokens of this process. */
export const refreshTokens = new TokenRotation(() => Date.now());

/** The access tokens of users who signed in through n8n, which renews them. */
export const accessTokens = new TokenRotation(() => Date.now());
