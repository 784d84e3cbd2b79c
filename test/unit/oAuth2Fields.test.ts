import { readFields } from '../../nodes/VeevaVault/credential/fields';
import { readOAuth2Fields } from '../../nodes/VeevaVault/credential/oAuth2Fields';

const common = {
	vaultDns: 'myvault.veevavault.com',
	apiVersion: 'v25.2',
	sessionTimeout: 20,
	loginHost: 'login.veevavault.com',
};
const signedIn = {
	...common,
	oAuth2ProfileId: '_9ad0a091',
	oauthTokenData: { access_token: 'token' },
};

test.each([
	['my client', 'Vault Client ID is not valid: "my client"'],
	['', 'Vault Client ID is empty'],
])('an error names the Vault Client ID by its label: %j', (vaultClientId, message) => {
	expect(() => readOAuth2Fields({ ...signedIn, vaultClientId })).toThrow(new Error(message));
});

test('an error of the other credential names the field Client ID', () => {
	const password = { ...common, authentication: 'password', username: 'u', password: 'p' };
	const read = () => readFields({ ...password, vaultClientId: 'my client' });
	expect(read).toThrow(new Error('Client ID is not valid: "my client"'));
});
