import { isRecord } from '../../../shared/isRecord';
import { claimsOf, isoTime, notDfns } from './api';
import { DfnsError } from './errors';

/** A user's token, with what it says of itself. */
export interface UserToken {
	/** What Dfns takes as `Authorization: Bearer …`: a secret */
	token: string;
	/** When it was issued, in ms since 1970 by Dfns's clock */
	issuedAt: number;
	/** When it ends (`exp`), in ms since 1970 by Dfns's clock */
	expiresAt: number;
	userId?: string;
	orgId?: string;
}

/** Where a Dfns token says whose it is: Dfns's SDK, `JWT_CUSTOM_DATA_CLAIM`. */
const METADATA_CLAIM = 'https://custom/app_metadata';

/**
 * Reads a token. There is no call that tells whose it is: its claims do (Dfns docs: Authentication › Getting current
 * user info).
 *
 * @param issuedAt when it was issued, where the token does not say (`iat`), in ms since 1970
 * @returns `undefined` when it is no JWT, or does not say when it ends (RFC 7519, section 4.1.4)
 */
export function readUserToken(token: string, issuedAt: number): UserToken | undefined {
	const claims = claimsOf(token);
	if (claims === undefined || !/^[\x21-\x7e]+$/.test(token)) return undefined;
	const { iat, exp, [METADATA_CLAIM]: metadata } = claims;
	if (typeof exp !== 'number' || Number.isNaN(new Date(exp * 1000).getTime())) return undefined;
	const { userId, orgId } = isRecord(metadata) ? metadata : {};
	return {
		token,
		issuedAt: typeof iat === 'number' ? iat * 1000 : issuedAt,
		expiresAt: exp * 1000,
		...(typeof userId === 'string' ? { userId } : {}),
		...(typeof orgId === 'string' ? { orgId } : {}),
	};
}

/**
 * Reads the token of a login that has just been answered.
 *
 * @param host who answered
 * @param now the time by the host's clock, in ms since 1970
 * @throws DfnsError when it is none that can be used
 */
export function receivedToken(host: string, token: unknown, now: number): UserToken {
	if (typeof token !== 'string' || token === '') throw notDfns(host, 'a login without a token');
	const read = readUserToken(token, now);
	if (read === undefined) {
		throw notDfns(host, 'a token that is no JWT with an expiry time (exp)');
	}
	if (read.expiresAt > now) return read;
	throw new DfnsError(
		`${host} gave a token that had expired already at ${isoTime(read.expiresAt)}`,
		`It is ${isoTime(now)} by the clock that counts: that of ${host} where it tells its time, otherwise that of this machine. One of the clocks is wrong.`,
		'EXPIRED_TOKEN',
	);
}
