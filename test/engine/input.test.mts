import { validate } from '../fixture/data.mts';
import { useFixture } from '../fixture/jest.mts';

const fixture = useFixture();

/** Field of the credential, what is entered, and what is said of it. */
const credentialFields: Array<[field: string, value: unknown, message: string]> = [
	['vaultDns', '', 'Vault DNS is empty'],
	['vaultDns', 'myvault', 'Vault DNS is not valid: "myvault"'],
	[
		'vaultDns',
		'http://myvault.veevavault.com',
		'Vault DNS is not valid: "http://myvault.veevavault.com"',
	],
	[
		'vaultDns',
		'myvault.veevavault.com:8080',
		'Vault DNS is not valid: "myvault.veevavault.com:8080"',
	],
	['authentication', 'smoke signals', 'Authentication Method is not valid: "smoke signals"'],
	['username', '', 'User Name is empty'],
	['username', '  ', 'User Name is empty'],
	['password', '', 'Password is empty'],
	['apiVersion', '', 'API Version is empty'],
	['apiVersion', '25.2', 'API Version is not valid: "25.2"'],
	['apiVersion', 'v25.2/../..', 'API Version is not valid: "v25.2/../.."'],
	['sessionTimeout', 0, 'Session Timeout (Minutes) is not valid: "0"'],
	['sessionTimeout', 481, 'Session Timeout (Minutes) is not valid: "481"'],
	['sessionTimeout', 'soon', 'Session Timeout (Minutes) is not valid: "soon"'],
	['vaultClientId', '', 'Client ID is empty'],
	['vaultClientId', 'my client', 'Client ID is not valid: "my client"'],
	['vaultClientId', 'x'.repeat(101), 'Client ID is not valid: "'],
	['loginHost', '', 'Login Host is empty'],
	['loginHost', 'login', 'Login Host is not valid: "login"'],
];

describe.each(credentialFields)('credential field %s with %j', (field, value, message) => {
	test('is refused before any call, with what is expected', async () => {
		const credential = await fixture.credential({ [field]: value as string });
		const { error } = await fixture.engine.vault(validate, { credential });
		expect(error?.name).toBe('NodeOperationError');
		expect(error?.message).toContain(message);
		expect(error?.description).toMatch(/^Expected /);
		expect(fixture.vault.calls).toEqual([]);
	});

	test('is refused by the HTTP Request node and the credential test as well', async () => {
		const credential = await fixture.credential({ [field]: value as string });
		const { error } = await fixture.engine.httpRequest(`${fixture.promoMats}/api/`, credential);
		expect(error?.message).toContain(message);
		expect(await fixture.engine.testCredential(credential)).toEqual({
			status: 'Error',
			message: expect.stringContaining(message),
		});
		expect(fixture.vault.calls).toEqual([]);
	});
});

test.each([0.01, 0.5, 20, '30', 480])(
	'a session timeout of %j minutes is accepted',
	async (value) => {
		const credential = await fixture.credential({ sessionTimeout: value });
		const { error } = await fixture.engine.vault(validate, { credential });
		expect(error).toBeUndefined();
	},
);

const byId = (value: string) => ({ __rl: true as const, mode: 'id', value });
const withSession = {
	sessionSource: 'sessionId',
	sessionId: 'A1B2',
	vaultDns: 'http://localhost:1',
};

/** Nothing, as an expression gives it: n8n itself refuses a required field that was left empty. */
const EMPTY = '={{ "" }}';

/** Parameters of the node, and what is said of them. */
const parameters: Array<[parameters: Record<string, unknown>, message: string]> = [
	[{ resource: 'authentication', operation: 'discover', username: EMPTY }, 'User Name is empty'],
	[
		{
			resource: 'authentication',
			operation: 'discover',
			username: 'a',
			options: { loginHost: 'x' },
		},
		'Login Host is not valid: "x"',
	],
	[
		{ resource: 'delegation', operation: 'getAll', returnAll: false, limit: 0 },
		'Limit is not valid: "0"',
	],
	[
		{ resource: 'delegation', operation: 'getAll', returnAll: false, limit: 1.5 },
		'Limit is not valid: "1.5"',
	],
	[{ resource: 'delegation', operation: 'start', delegation: byId(EMPTY) }, 'Delegation is empty'],
	[
		{ resource: 'delegation', operation: 'start', delegation: byId('1776') },
		'Delegation is not valid: "1776"',
	],
	[
		{ resource: 'delegation', operation: 'start', delegation: byId('a:b') },
		'Delegation is not valid: "a:b"',
	],
	[{ ...validate, ...withSession, sessionId: EMPTY }, 'Session ID is empty'],
	[{ ...validate, ...withSession, sessionId: 'A1\r\nB2' }, 'Session ID is not valid'],
	[{ ...validate, ...withSession, vaultDns: EMPTY }, 'Vault DNS is empty'],
	[{ ...validate, ...withSession, vaultDns: 'vault' }, 'Vault DNS is not valid: "vault"'],
];

test.each(parameters)('node parameters %j are refused before any call', async (given, message) => {
	const credential = await fixture.credential();
	const { error } = await fixture.engine.vault(given as never, { credential });
	expect(error?.name).toBe('NodeOperationError');
	expect(error?.message).toContain(message);
	expect(error?.description).toMatch(/^Expected /);
	expect(error?.context).toMatchObject({ itemIndex: 0 });
	expect(fixture.vault.calls).toEqual([]);
});

test('a Session ID that is not valid is not repeated in the message', async () => {
	const { error } = await fixture.engine.vault({
		...validate,
		...withSession,
		sessionId: 'SE CRET',
	});
	expect(JSON.stringify([error?.message, error?.description])).not.toContain('CRET');
});
