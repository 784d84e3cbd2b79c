import { isRecord } from '../../../../shared/isRecord';

/**
 * The claims of a JWT (RFC 7519, section 4). Its signature is not checked: it is meant for Dfns.
 *
 * @returns `undefined` when the text is not a JWT
 */
export function claimsOf(jwt: string): Record<string, unknown> | undefined {
	const [, payload = '', signature] = jwt.split('.');
	if (signature === undefined) return undefined;
	try {
		const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
		return isRecord(claims) ? claims : undefined;
	} catch {
		return undefined;
	}
}
