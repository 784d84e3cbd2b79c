import { generateKeyPairSync, randomBytes, verify } from 'node:crypto';

import type { KeyType, RegisteredKey } from './types.mts';

/** A new key pair, with a credential ID like those of Dfns. */
export function newKey(type: KeyType): RegisteredKey {
	return {
		credentialId: randomBytes(27).toString('base64url'),
		...pair(type),
	};
}

function pair(type: KeyType) {
	const publicKeyEncoding = { type: 'spki', format: 'pem' } as const;
	const privateKeyEncoding = { type: 'pkcs8', format: 'pem' } as const;
	switch (type) {
		case 'Ed25519':
			return generateKeyPairSync('ed25519', { publicKeyEncoding, privateKeyEncoding });
		case 'RSA':
			return generateKeyPairSync('rsa', {
				modulusLength: 2048,
				publicKeyEncoding,
				privateKeyEncoding,
			});
		default:
			return generateKeyPairSync('ec', {
				namedCurve: type,
				publicKeyEncoding,
				privateKeyEncoding,
			});
	}
}

/** Whether a signature belongs to these bytes: ECDSA (DER) and RSA with SHA-256, Ed25519 without a hash. */
export function isSignedBy(publicKey: string, data: Buffer, signature: Buffer): boolean {
	return verify(undefined, data, publicKey, signature);
}
