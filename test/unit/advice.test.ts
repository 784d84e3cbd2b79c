import { explain } from '../../nodes/VeevaVault/credential/advice';
import { VaultError } from '../../nodes/VeevaVault/vault/errors';

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
	'an error type that every object has, %s, gets the general advice',
	(type) => {
		expect(explain(new VaultError('Refused', '', type)).description).toBe(
			'To find out more, see this type in the Vault API reference.',
		);
	},
);

test('a description is completed once', () => {
	const explained = explain(new VaultError('Refused', '', 'USER_LOCKED_OUT', 'e-1'));
	expect(explained.description).toMatch(/^The account is locked .+ Vault's execution ID: e-1\.$/);
	expect(explain(explained)).toBe(explained);
});
