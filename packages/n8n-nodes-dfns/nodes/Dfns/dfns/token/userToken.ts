import { isRecord } from '../../../../shared/isRecord';
import { claimsOf } from './jwt';

/** A user's token, with what it says about itself. */
export interface UserToken {
	/** What Dfns accepts as `Authorization: Bearer …`: a secret */
	token: string;
	/** When it was issued, in ms since 1970 by Dfns's clock */
	issuedAt: number;
	/** When it expires (`exp`), in ms since 1970 by Dfns's clock */
	expiresAt: number;
	userId?: string;
	orgId?: string;
}

/** The claim in which a Dfns token says whose it is: Dfns's SDK, `JWT_CUSTOM_DATA_CLAIM`. */
const METADATA_CLAIM = 'https://custom/app_metadata';

/**
 * Reads a token. No call of Dfns says whose token it is, but the claims do (Dfns docs: Authentication › Getting current
 * user info).
 *
 * @param issuedAt when it was issued, for a token that does not say so itself (`iat`), in ms since 1970
 * @returns `undefined` when it is not a JWT, cannot be sent in a header, or does not say when it expires (RFC 7519,
 *   section 4.1.4)
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
