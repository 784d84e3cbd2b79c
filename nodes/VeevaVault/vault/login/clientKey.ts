import {
	createHash,
	createPrivateKey,
	randomUUID,
	sign,
	X509Certificate,
	type KeyObject,
} from 'crypto';

import { VaultFieldError } from '../errors';

/** A client's private key at an identity provider. */
export interface ClientKey {
	/** As entered, with its line breaks restored */
	pem: string;
	key: KeyObject;
	/** How it signs (RFC 7518, section 3.1; RFC 8037) */
	algorithm: { name: string; hash: string | undefined };
	/** Goes into the header of each assertion, so that the provider finds the public key (RFC 7515, section 4.1) */
	header: Record<string, string>;
}

const FIELD = 'Private Key';
const EXPECTED =
	'an unencrypted private key in PEM form (RSA, EC or Ed25519), beginning with -----BEGIN PRIVATE KEY-----';

/**
 * Reads a private key. Line breaks that were lost in a paste, or became a literal `\n`, are restored. A certificate
 * beside the key gives the thumbprints by which Microsoft's identity platform finds the public key.
 *
 * @param value the PEM text
 * @param keyId the key's ID at the provider; empty if it has none
 * @throws VaultFieldError when it is no private key, or an encrypted one; the key is not repeated
 */
export function readPrivateKey(value: unknown, keyId: string): ClientKey {
	if (typeof value !== 'string' || value.trim() === '') {
		throw new VaultFieldError(FIELD, '', EXPECTED);
	}
	const pem = restoreLines(value);
	if (/ENCRYPTED/.test(pem)) {
		throw new VaultFieldError(FIELD, undefined, `${EXPECTED}: this one is encrypted`);
	}
	const key = tryOr(() => createPrivateKey(pem), undefined);
	const algorithm = key === undefined ? undefined : algorithmOf(key);
	if (key === undefined || algorithm === undefined) {
		throw new VaultFieldError(FIELD, undefined, EXPECTED);
	}
	return {
		pem,
		key,
		algorithm,
		header: { ...(keyId === '' ? {} : { kid: keyId }), ...thumbprints(pem) },
	};
}

/**
 * An assertion by which a client proves who it is: `private_key_jwt` (RFC 7523, section 2.2; OpenID Connect Core,
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
		// Long enough for clocks that differ a little.
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

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject) {
	switch (asymmetricKeyType) {
		case 'rsa':
			return { name: 'RS256', hash: 'sha256' };
		case 'ed25519':
			return { name: 'EdDSA', hash: undefined };
		case 'ec':
			switch (asymmetricKeyDetails?.namedCurve) {
				case 'prime256v1':
					return { name: 'ES256', hash: 'sha256' };
				case 'secp384r1':
					return { name: 'ES384', hash: 'sha384' };
				default:
					return undefined;
			}
		default:
			return undefined;
	}
}

function thumbprints(pem: string): Record<string, string> {
	const certificate = tryOr(() => new X509Certificate(pem), undefined);
	if (certificate === undefined) return {};
	const digest = (hash: string) => createHash(hash).update(certificate.raw).digest('base64url');
	return { x5t: digest('sha1'), 'x5t#S256': digest('sha256') };
}

function restoreLines(pasted: string): string {
	return pasted
		.replaceAll('\\n', '\n')
		.replace(
			/(-----BEGIN [A-Z0-9 ]+-----)([\s\S]*?)(-----END [A-Z0-9 ]+-----)/g,
			(_block, begin: string, body: string, end: string) =>
				[begin, ...(body.replace(/\s/g, '').match(/.{1,64}/g) ?? []), end, ''].join('\n'),
		);
}

function tryOr<T, E>(make: () => T, otherwise: E): T | E {
	try {
		return make();
	} catch {
		return otherwise;
	}
}
