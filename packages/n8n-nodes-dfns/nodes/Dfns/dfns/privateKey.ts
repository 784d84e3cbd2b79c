import { sign, type KeyObject } from 'crypto';

/** The private key of a service account. */
export interface PrivateKey {
	/** As entered, with its line breaks restored */
	pem: string;
	key: KeyObject;
	/** What is signed: the digest of the text, or with `undefined` the text itself, as Ed25519 requires */
	hash: 'sha256' | undefined;
}

/**
 * Signs as Dfns requires: ECDSA (as DER, RFC 3279) and RSA (PKCS #1 v1.5) with SHA-256, Ed25519 (RFC 8032) without a hash.
 * Dfns docs: Generate a Key Pair › Signature Format; User Action Signing.
 *
 * @param text signed as UTF-8
 */
export function signText({ key, hash }: PrivateKey, text: string): Buffer {
	return sign(hash, Buffer.from(text), key);
}
