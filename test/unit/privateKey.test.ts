import { readPrivateKey } from '../../nodes/VeevaVault/credential/privateKey';

test.each([
	['beginnings without an end', '-----BEGIN A-----'.repeat(32_000)],
	['one long line', `-----BEGIN PRIVATE KEY-----${'A'.repeat(500_000)}`],
])('%s: a text that is far longer than any key is refused before it is read', (_name, text) => {
	const read = jest.spyOn(String.prototype, 'replace');
	try {
		expect(() => readPrivateKey(text, '')).toThrow('Private Key is not valid');
		expect(read).not.toHaveBeenCalled();
	} finally {
		read.mockRestore();
	}
});
