import { createHmac, randomBytes } from 'crypto';

import { Forgetful } from '../forgetful';

/** A grant as this process knows it: its tokens follow one another. */
interface Lineage {
	/** Digest of the token that the credential had first */
	first: string;
	/** The token to use now */
	newest: string;
}

/**
 * Tokens that a provider has replaced by others: which follows which. A credential that was read a moment ago may still
 * hold the one before. A refresh token that is used again could end the whole grant (RFC 6749, section 10.4).
 */
export class TokenLineages {
	/** By digest of the token */
	private readonly lineages: Forgetful<Lineage>;

	/** Digests of tokens that are not what they were taken for */
	private readonly disowned: Forgetful<true>;

	private readonly digestKey = randomBytes(32);

	/** @param now the time, in ms since 1970 */
	constructor(now: () => number) {
		this.lineages = new Forgetful(now);
		this.disowned = new Forgetful(now);
	}

	/** What stands for the grant for as long as the process lives: the same for a token and all that follow it. */
	first(token: string): string {
		const digest = this.digest(token);
		return this.lineages.get(digest)?.first ?? digest;
	}

	/** The token that has taken the place of this one. */
	newest(token: string): string {
		return this.lineages.get(this.digest(token))?.newest ?? token;
	}

	/** The provider has given out another token for one that was used. */
	rotated(used: string, successor: string): void {
		const lineage = this.lineages.get(this.digest(used)) ?? {
			first: this.digest(used),
			newest: used,
		};
		lineage.newest = successor;
		this.lineages.set(this.digest(used), lineage);
		this.lineages.set(this.digest(successor), lineage);
	}

	/** The token is somebody else's: it follows from none, and is not to be used. */
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
export const refreshTokens = new TokenLineages(() => Date.now());

/** The access tokens for which n8n itself gets others: of users who have signed in through n8n. */
export const accessTokens = new TokenLineages(() => Date.now());
