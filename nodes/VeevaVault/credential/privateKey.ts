import { createHash, createPrivateKey, X509Certificate, type KeyObject } from 'crypto';

import { VaultFieldError } from '../vault/errors';
import type { ClientKey } from '../vault/login/clientAssertion';

const FIELD = 'Private Key';
const MAX_LENGTH = 20_000;
const EXPECTED =
	'an unencrypted private key in PEM form (RSA, EC, or Ed25519), beginning with -----BEGIN PRIVATE KEY-----';

/**
 * Reads a private key. Line breaks that were lost in a paste, or became a literal `\n`, are restored. A certificate
 * next to the key adds the thumbprints by which Microsoft's identity platform finds the public key.
 *
 * @param value the PEM text
 * @param keyId the key's ID at the provider; empty if it has none
 * @throws VaultFieldError when it is not a private key, or an encrypted one; the key is not repeated
 */
export function readPrivateKey(value: unknown, keyId: string): ClientKey {
	if (typeof value !== 'string' || value.trim() === '') {
		throw new VaultFieldError(FIELD, '', EXPECTED);
	}
	// Much longer than any key with its certificates. Reading it would block n8n.
	if (value.length > MAX_LENGTH) {
		throw new VaultFieldError(FIELD, undefined, `${EXPECTED}, up to ${MAX_LENGTH} characters`);
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
