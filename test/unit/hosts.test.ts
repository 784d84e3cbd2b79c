import { isSibling, parseHost, vaultDns } from '../../nodes/VeevaVault/vault/http/hosts';

describe('parseHost', () => {
	test.each([
		['myvault.veevavault.com', 'myvault.veevavault.com'],
		['  MyVault.VeevaVault.com ', 'myvault.veevavault.com'],
		['https://myvault.veevavault.com', 'myvault.veevavault.com'],
		['https://myvault.veevavault.com/', 'myvault.veevavault.com'],
		['https://myvault.veevavault.com/ui/#doc_info/1/0/1?x=y', 'myvault.veevavault.com'],
		['myvault.veevavault.com/ui/', 'myvault.veevavault.com'],
		['https://myvault.veevavault.com:443/api', 'myvault.veevavault.com'],
	])('reads %j', (given, host) => {
		expect(parseHost(given, 'Vault DNS')).toEqual({ host, origin: `https://${host}` });
	});

	test.each([
		['http://localhost:9400', 'localhost:9400', 'http://localhost:9400'],
		['localhost:9400', 'localhost:9400', 'http://localhost:9400'],
		['localhost', 'localhost', 'http://localhost'],
		['https://localhost:9443/ui', 'localhost:9443', 'https://localhost:9443'],
		['127.0.0.1:443', '127.0.0.1:443', 'http://127.0.0.1:443'],
		['http://[::1]:9400/', '[::1]:9400', 'http://[::1]:9400'],
	])('reads the loopback host %j', (given, host, origin) => {
		expect(parseHost(given, 'Vault DNS')).toEqual({ host, origin });
	});

	test.each([
		['', 'Vault DNS is empty'],
		['   ', 'Vault DNS is empty'],
		[undefined, 'Vault DNS is empty'],
		['myvault', 'Vault DNS is not valid: "myvault"'],
		['http://myvault.veevavault.com', 'Vault DNS is not valid: "http://myvault.veevavault.com"'],
		['ftp://myvault.veevavault.com', 'Vault DNS is not valid: "ftp://myvault.veevavault.com"'],
		['ftp://localhost', 'Vault DNS is not valid: "ftp://localhost"'],
		['myvault.veevavault.com:8443', 'Vault DNS is not valid: "myvault.veevavault.com:8443"'],
		['my vault.com', 'Vault DNS is not valid: "my vault.com"'],
		['https://', 'Vault DNS is not valid: "https://"'],
		['my_vault.veevavault.com', 'Vault DNS is not valid: "my_vault.veevavault.com"'],
	])('refuses %j', (given, message) => {
		expect(() => parseHost(given, 'Vault DNS')).toThrow(message);
	});

	test('does not repeat a password in the address', () => {
		const given = 'https://olivia:geheim@myvault.veevavault.com';
		expect(() => parseHost(given, 'Vault DNS')).toThrow(/^Vault DNS is not valid$/);
	});

	test.each(['myvault.veevavault.com', 'http://localhost:9400', 'https://localhost:9443'])(
		'writes the host of %j in a form that is read as the same host',
		(given) => {
			const host = parseHost(given, 'Vault DNS');
			expect(parseHost(vaultDns(host), 'Vault DNS')).toEqual(host);
		},
	);
});

describe('isSibling', () => {
	const sibling = (own: string, other: string) =>
		isSibling(parseHost(own, 'own'), parseHost(other, 'other'));

	test.each([
		['myvault.veevavault.com', 'myvault.veevavault.com'],
		['myvault.veevavault.com', 'other.veevavault.com'],
		['http://localhost:9400', 'http://127.0.0.1:9401'],
		['https://localhost:9400', 'https://localhost:9401'],
	])('%s and %s belong together', (own, other) => {
		expect(sibling(own, other)).toBe(true);
	});

	test.each([
		['myvault.veevavault.com', 'veevavault.com'],
		['myvault.veevavault.com', 'deep.other.veevavault.com'],
		['myvault.veevavault.com', 'myvault.veevavault.com.evil.net'],
		['myvault.veevavault.com', 'http://localhost:9400'],
		['http://localhost:9400', 'myvault.veevavault.com'],
		['https://localhost:9400', 'http://localhost:9400'],
		['vault.com', 'evil.com'],
	])('%s and %s do not', (own, other) => {
		expect(sibling(own, other)).toBe(false);
	});
});
