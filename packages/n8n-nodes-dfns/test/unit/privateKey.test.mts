import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';

import { fc } from '../../../../test/fc.mts';
import { readPrivateKey } from '../../nodes/Dfns/credential/privateKey';
import { signText } from '../../nodes/Dfns/dfns/privateKey';

type Form = 'pkcs8' | 'sec1' | 'pkcs1';

const keys = [
	['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }), ['pkcs8', 'sec1']],
	['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }), ['pkcs8', 'sec1']],
	['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), ['pkcs8', 'sec1']],
	['Ed25519', generateKeyPairSync('ed25519'), ['pkcs8']],
	['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }), ['pkcs8', 'pkcs1']],
] as const;

const forms = keys.flatMap(([name, { privateKey, publicKey }, types]) =>
	types.map((type: Form) => ({
		name: `${name} ${type}`,
		pem: String(privateKey.export({ type: type as 'pkcs8', format: 'pem' })),
		publicKey,
	})),
);

/** What pasting does to a key without losing any of it. */
const damages: Array<[string, (pem: string) => string]> = [
	['as it is', (pem) => pem],
	['literal \\n', (pem) => pem.replaceAll('\n', '\\n')],
	['literal \\r\\n', (pem) => pem.replaceAll('\n', '\\r\\n')],
	['Windows line breaks', (pem) => pem.replaceAll('\n', '\r\n')],
	['spaces for line breaks', (pem) => pem.replaceAll('\n', ' ')],
	['no line breaks at all', (pem) => pem.replaceAll('\n', '')],
	['indented', (pem) => pem.replaceAll('\n', '\n\t  ')],
	['blank lines in between', (pem) => pem.replaceAll('\n', '\n\n')],
	['without the last line break', (pem) => pem.trimEnd()],
	['in quotes, as in JSON', (pem) => JSON.stringify(pem)],
	['after an = sign, as in an environment file', (pem) => `DFNS_PRIVATE_KEY="${pem}"`],
	['with the public key', (pem) => `${publicPem(pem)}\n${pem}`],
	[
		'with the curve in front, as openssl ecparam -genkey prints it',
		(pem) => `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${pem}`,
	],
];

function publicPem(pem: string): string {
	return String(createPublicKey(pem).export({ type: 'spki', format: 'pem' }));
}

describe.each(forms)('$name', ({ pem, publicKey }) => {
	test.each(damages)('%s', (_damage, damaged) => {
		const key = readPrivateKey(damaged(pem));
		const signature = signText(key, 'text');
		expect(verify(undefined, Buffer.from('text'), publicKey, signature)).toBe(true);
		// The same key in any form makes the same login.
		expect(key.pem).toBe(readPrivateKey(pem).pem);
	});
});

test('white space anywhere in the key does not matter', () => {
	const blank = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r\n', '\\n', '\u00a0') });
	fc.assert(
		fc.property(
			fc.constantFrom(...forms),
			fc.array(fc.tuple(fc.nat({ max: 3000 }), blank), { maxLength: 30 }),
			blank,
			blank,
			({ pem, publicKey }, blanks, before, after) => {
				const [, begin, body, end] =
					/^(-----BEGIN [A-Z ]+-----)\n([\s\S]+?)(-----END [A-Z ]+-----)\n$/.exec(pem) ?? [];
				let text = body;
				for (const [at, space] of blanks) {
					const index = at % (text.length + 1);
					// Not within an existing literal \n.
					if (text[index - 1] === '\\') continue;
					text = text.slice(0, index) + space + text.slice(index);
				}
				const key = readPrivateKey(before + begin + text + end + after);
				return verify(undefined, Buffer.from('x'), publicKey, signText(key, 'x'));
			},
		),
		{ numRuns: 300 },
	);
});

test('text that is not a key is refused, and not repeated', () => {
	fc.assert(
		fc.property(fc.string({ minLength: 1 }), (text) => {
			expect(() => readPrivateKey(text)).toThrow(
				expect.objectContaining({
					name: 'DfnsFieldError',
					message: text.trim() === '' ? 'Private Key is empty' : 'Private Key is not valid',
				}) as Error,
			);
		}),
	);
});

test('an incomplete key is refused, and does not sign', () => {
	fc.assert(
		fc.property(
			fc.constantFrom(...forms),
			fc.nat(),
			fc.integer({ min: 4, max: 60 }),
			(form, at, length) => {
				const lines = form.pem.split('\n');
				const body = lines.slice(1, -2).join('');
				const start = at % (body.length - length);
				const cut = body.slice(0, start) + body.slice(start + length);
				let signed = false;
				try {
					const key = readPrivateKey([lines[0], cut, lines.at(-2), ''].join('\n'));
					signed = verify(undefined, Buffer.from('x'), form.publicKey, signText(key, 'x'));
				} catch (error) {
					expect(JSON.stringify(error) + String(error)).not.toContain(cut.slice(0, 20));
				}
				return !signed || cut === body;
			},
		),
		{ numRuns: 200 },
	);
});

describe('the error says what was entered instead of a usable private key', () => {
	const { privateKey, publicKey } = keys[0][1];
	const encrypted = { cipher: 'aes-256-cbc', passphrase: 'secret' } as const;
	test.each([
		['a public key', publicKey.export({ type: 'spki', format: 'pem' }), 'a public key'],
		[
			'an RSA public key',
			keys[4][1].publicKey.export({ type: 'pkcs1', format: 'pem' }),
			'a public key',
		],
		[
			'an encrypted key (PKCS #8)',
			privateKey.export({ type: 'pkcs8', format: 'pem', ...encrypted }),
			'encrypted',
		],
		[
			'an encrypted key (RFC 1421)',
			privateKey.export({ type: 'sec1', format: 'pem', ...encrypted }),
			'encrypted',
		],
		[
			'an OpenSSH key',
			'-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n-----END OPENSSH PRIVATE KEY-----',
			'in OpenSSH format',
		],
		[
			'a certificate',
			'-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
			'a certificate',
		],
		[
			'a key that cannot sign',
			generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
			'of the type x25519',
		],
		['a damaged key', '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----', 'damaged'],
		['nothing', '', 'PEM'],
		['no text', 7, 'PEM'],
	])('%s', (_name, value, what) => {
		expect(() => readPrivateKey(value)).toThrow(
			expect.objectContaining({ description: expect.stringContaining(what) }) as Error,
		);
	});
});
