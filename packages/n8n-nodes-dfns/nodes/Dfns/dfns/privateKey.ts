import { createPrivateKey, sign, type KeyObject } from 'crypto';

import { DfnsFieldError } from './errors';

/** The private key of a service account. */
export interface PrivateKey {
	/** As entered, with its line breaks restored */
	pem: string;
	key: KeyObject;
	/** What is signed: the digest of the text, or with `undefined` the text itself, as Ed25519 has it */
	hash: 'sha256' | undefined;
}

const FIELD = 'Private Key';
const EXPECTED =
	'an unencrypted private key in PEM form (ECDSA, Ed25519 or RSA), beginning with -----BEGIN PRIVATE KEY-----';

/** What a PEM block holds (RFC 7468) when it is no private key that can be read. */
const OTHER_BLOCKS: ReadonlyArray<[label: RegExp, what: string]> = [
	[
		/^ENCRYPTED PRIVATE KEY$/,
		'this one is encrypted; "openssl pkey -in key.pem" asks for its password and prints it without',
	],
	[
		/^OPENSSH PRIVATE KEY$/,
		'this one is in the form of OpenSSH; "ssh-keygen -p -m PKCS8 -f key" converts it',
	],
	[/PUBLIC KEY$/, 'this one is a public key; the private key belongs here'],
	[/CERTIFICATE/, 'this one is a certificate; the private key belongs here'],
];

/**
 * Reads a private key. Line breaks that were lost in a paste, or became a literal `\n`, are restored; what stands before
 * and after the key is left out, such as the curve's parameters that `openssl ecparam -genkey` adds.
 * Dfns docs: Generate a Key Pair.
 *
 * @param value the PEM text (PKCS #8, SEC 1 or PKCS #1)
 * @throws DfnsFieldError when it is no private key, or an encrypted one; the key is not repeated
 */
export function readPrivateKey(value: unknown): PrivateKey {
	if (value === undefined || value === null || value === '') {
		throw new DfnsFieldError(FIELD, '', EXPECTED);
	}
	if (typeof value !== 'string') throw new DfnsFieldError(FIELD, undefined, EXPECTED);
	if (value.trim() === '') throw new DfnsFieldError(FIELD, '', EXPECTED);
	const blocks = pemBlocks(value);
	const block = blocks.find(({ label }) => /^(EC |RSA )?PRIVATE KEY$/.test(label));
	if (block === undefined) {
		const [, what] =
			OTHER_BLOCKS.find(([label]) => blocks.some((other) => label.test(other.label))) ?? [];
		throw new DfnsFieldError(
			FIELD,
			undefined,
			what === undefined ? EXPECTED : `${EXPECTED}: ${what}`,
		);
	}
	// The old way of encrypting (RFC 1421): headers inside the block.
	if (/ENCRYPTED|DEK-Info/.test(block.body)) {
		throw new DfnsFieldError(FIELD, undefined, `${EXPECTED}: ${OTHER_BLOCKS[0][1]}`);
	}
	const pem = toPem(block);
	const key = parse(pem);
	if (key === undefined) {
		throw new DfnsFieldError(
			FIELD,
			undefined,
			`${EXPECTED}: this one is damaged; perhaps a part of it is missing`,
		);
	}
	switch (key.asymmetricKeyType) {
		case 'ec':
		case 'rsa':
			return { pem, key, hash: 'sha256' };
		case 'ed25519':
			return { pem, key, hash: undefined };
		default:
			throw new DfnsFieldError(
				FIELD,
				undefined,
				`${EXPECTED}: this one is of the type ${key.asymmetricKeyType}`,
			);
	}
}

/**
 * Signs as Dfns asks for: ECDSA (as DER, RFC 3279) and RSA (PKCS #1 v1.5) with SHA-256, Ed25519 (RFC 8032) plain.
 * Dfns docs: Generate a Key Pair › Signature Format; User Action Signing.
 *
 * @param text signed as UTF-8
 */
export function signText({ key, hash }: PrivateKey, text: string): Buffer {
	return sign(hash, Buffer.from(text), key);
}

interface Block {
	label: string;
	body: string;
}

function pemBlocks(pasted: string): Block[] {
	const text = pasted.replaceAll('\\r', '').replaceAll('\\n', '\n');
	return [
		...text.matchAll(/-----\s*BEGIN ([A-Z0-9 ]+?)\s*-----([\s\S]*?)-----\s*END \1\s*-----/g),
	].map(([, label, body]) => ({ label, body }));
}

function toPem({ label, body }: Block): string {
	const lines = body.replace(/\s/g, '').match(/.{1,64}/g) ?? [];
	return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function parse(pem: string): KeyObject | undefined {
	try {
		return createPrivateKey(pem);
	} catch {
		// OpenSSL's own words say nothing that a builder can act on.
		return undefined;
	}
}
