import { randomUUID, sign, type KeyObject } from 'crypto';

/** A client's private key at an identity provider. */
export interface ClientKey {
	/** As entered, with line breaks restored */
	pem: string;
	key: KeyObject;
	/** How it signs (RFC 7518, section 3.1; RFC 8037) */
	algorithm: { name: string; hash: string | undefined };
	/** Added to the header of each assertion, so that the provider finds the public key (RFC 7515, section 4.1) */
	header: Record<string, string>;
}

/**
 * An assertion by which a client proves its identity: `private_key_jwt` (RFC 7523, section 2.2; OpenID Connect Core,
 * section 9).
 *
 * @param audience the token endpoint
 * @param now the time, in ms since 1970
 */
export function clientAssertion(
	{ key, algorithm, header }: ClientKey,
	clientId: string,
	audience: string,
	now: number,
): string {
	const seconds = Math.floor(now / 1000);
	const claims = {
		iss: clientId,
		sub: clientId,
		aud: audience,
		jti: randomUUID(),
		iat: seconds,
		// Allows for clocks that differ a little.
		exp: seconds + 300,
	};
	const content = [{ alg: algorithm.name, typ: 'JWT', ...header }, claims]
		.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
		.join('.');
	const signature = sign(algorithm.hash, Buffer.from(content), {
		key,
		// JWS wants both numbers of an ECDSA signature side by side, not as DER (RFC 7518, section 3.4).
		dsaEncoding: 'ieee-p1363',
	});
	return `${content}.${signature.toString('base64url')}`;
}
