import { fc } from '../../../../test/fc.mts';
import { readBaseUrl, readServiceAccount, readUsername } from '../../nodes/Dfns/credential/fields';
import { assertOwn } from '../../nodes/Dfns/credential/signature';
import { newKey } from '../simulator/keys.mts';

describe('Base URL', () => {
	test.each([
		['https://api.dfns.io', 'https://api.dfns.io'],
		['  https://API.dfns.io/ ', 'https://api.dfns.io'],
		['api.uae.dfns.io', 'https://api.uae.dfns.io'],
		['https://gateway.example:8443', 'https://gateway.example:8443'],
		['http://localhost:9500', 'http://localhost:9500'],
		['http://127.0.0.1:9500/', 'http://127.0.0.1:9500'],
		['http://[::1]:9500', 'http://[::1]:9500'],
	])('reads %j', (given, origin) => {
		expect(readBaseUrl(given)).toEqual({ origin, host: new URL(origin).host });
	});

	test.each([
		['', 'Base URL is empty'],
		[undefined, 'Base URL is empty'],
		[7, 'Base URL is not valid: "7"'],
		['http://api.dfns.io', 'Base URL is not valid: "http://api.dfns.io"'],
		['http://127.0.0.1.example', 'Base URL is not valid: "http://127.0.0.1.example"'],
		['ftp://api.dfns.io', 'Base URL is not valid: "ftp://api.dfns.io"'],
		['https://api.dfns.io/wallets', 'Base URL is not valid: "https://api.dfns.io/wallets"'],
		['https://api.dfns.io?x=1', 'Base URL is not valid: "https://api.dfns.io?x=1"'],
		['https://', 'Base URL is not valid: "https://"'],
		['https://jdoe:secret@api.dfns.io', 'Base URL is not valid'],
	])('refuses %j', (given, message) => {
		expect(() => readBaseUrl(given)).toThrow(expect.objectContaining({ message }) as Error);
	});

	test('any input is read as an https origin or an origin on this machine, or is refused', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.webAuthority()), (given) => {
				try {
					const { origin, host } = readBaseUrl(given);
					expect(new URL(origin)).toMatchObject({ origin, host });
					expect(origin).toMatch(/^(https:|http:\/\/(localhost|127\.|\[::1\]|[^/]*\.localhost))/);
				} catch (error) {
					expect(error).toMatchObject({ name: 'DfnsFieldError' });
				}
			}),
		);
	});
});

test.each([
	['https://api.dfns.io/wallets', true],
	['https://api.dfns.io:443/wallets', true],
	['https://api.dfns.io.evil.example/wallets', false],
	['https://api.dfns.io@evil.example/wallets', false],
	['https://api.dfns.io:8443/wallets', false],
	['http://api.dfns.io/wallets', false],
	['https://apidfns.io/', false],
])('a token for https://api.dfns.io can be sent to %s: %s', (address, isAllowed) => {
	const check = () => assertOwn(new URL(address), readBaseUrl('https://api.dfns.io'));
	if (isAllowed) check();
	else expect(check).toThrow(/was not sent/);
});

describe('other fields', () => {
	const { credentialId, privateKey } = newKey('Ed25519');
	const data = {
		baseUrl: 'https://api.dfns.io',
		authToken: 'eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJ4In0.c2ln',
		credentialId,
		privateKey,
		appId: '',
	};

	test('"Bearer" and blanks around the Auth Token are removed', () => {
		const account = readServiceAccount({
			...data,
			authToken: ` Bearer ${data.authToken}\n`,
			credentialId: ` ${credentialId} `,
		});
		expect(account).toMatchObject({ authToken: data.authToken, credentialId });
	});

	test.each([
		['authToken', privateKey],
		['authToken', 'eyJ.eyJ'],
		['credentialId', privateKey],
		['credentialId', data.authToken],
		['appId', privateKey],
	])('do not repeat a secret that was entered in the wrong field (%s)', (field, value) => {
		try {
			readServiceAccount({ ...data, [field]: value });
			throw new Error('passed');
		} catch (error) {
			const { message, description } = error as Error & { description: string };
			expect(description).toMatch(/^Expected /);
			for (const part of value.split(/[\n.]/).filter((line) => line.length > 5)) {
				expect(message + description).not.toContain(part);
			}
		}
	});

	test('a user name can contain any text that can be signed', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (text) => {
				if (text.trim() === '') expect(() => readUsername(text)).toThrow('User Name is empty');
				else expect(readUsername(text)).toBe(text.trim());
			}),
		);
		expect(() => readUsername('\ud800')).toThrow('User Name is not valid');
		expect(() => readUsername(7)).toThrow('User Name is not valid: "7"');
	});
});
