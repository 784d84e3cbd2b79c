import { createPrivateKey, type KeyObject } from 'crypto';

import { DfnsFieldError } from '../dfns/errors';
import type { PrivateKey } from '../dfns/privateKey';

const FIELD = 'Private Key';
const EXPECTED =
	'an unencrypted private key in PEM form (ECDSA, Ed25519, or RSA), beginning with -----BEGIN PRIVATE KEY-----';

const ENCRYPTED =
	'this one is encrypted; "openssl pkey -in key.pem" asks for its password and prints the key without a password';

/** What a PEM block (RFC 7468) is when it is not a private key that can be read. */
const OTHER_BLOCKS: ReadonlyArray<[label: RegExp, what: string]> = [
	[/^ENCRYPTED PRIVATE KEY$/, ENCRYPTED],
	[
		/^OPENSSH PRIVATE KEY$/,
		'this one is in OpenSSH format; "ssh-keygen -p -m PKCS8 -f key" converts it',
	],
	[/PUBLIC KEY$/, 'this one is a public key; enter the private key'],
	[/CERTIFICATE/, 'this one is a certificate; enter the private key'],
];

/**
 * Reads a private key. It restores line breaks that were lost when the key was pasted, or that became a literal `\n`. It
 * leaves out what comes before and after the key, such as the curve's parameters that `openssl ecparam -genkey` adds.
 * Dfns docs: Generate a Key Pair.
 *
 * @param value the PEM text (PKCS #8, SEC 1 or PKCS #1)
 * @throws DfnsFieldError when it is not a private key, or is an encrypted one. The key is not repeated.
 */
export function readPrivateKey(value: unknown): PrivateKey {
	if (value === undefined || value === null || value === '') {
		throw new DfnsFieldError(FIELD, '', EXPECTED);
	}
	if (typeof value !== 'string') throw unusable();
	if (value.trim() === '') throw new DfnsFieldError(FIELD, '', EXPECTED);
	const blocks = pemBlocks(value);
	const block = blocks.find(({ label }) => /^(EC |RSA )?PRIVATE KEY$/.test(label));
	if (block === undefined) {
		const [, what] =
			OTHER_BLOCKS.find(([label]) => blocks.some((other) => label.test(other.label))) ?? [];
		throw unusable(what);
	}
	// The old form of encryption (RFC 1421): headers inside the block.
	if (/ENCRYPTED|DEK-Info/.test(block.body)) throw unusable(ENCRYPTED);
	const pem = toPem(block);
	const key = parse(pem);
	if (key === undefined) throw unusable('this one is damaged; perhaps a part of it is missing');
	switch (key.asymmetricKeyType) {
		case 'ec':
		case 'rsa':
			return { pem, key, hash: 'sha256' };
		case 'ed25519':
			return { pem, key, hash: undefined };
		default:
			throw unusable(`this one is of the type ${key.asymmetricKeyType}`);
	}
}

/** @param what what the given text is instead */
function unusable(what?: string): DfnsFieldError {
	return new DfnsFieldError(
		FIELD,
		undefined,
		what === undefined ? EXPECTED : `${EXPECTED}: ${what}`,
	);
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
		// OpenSSL's own words do not help a builder.
		return undefined;
	}
}
