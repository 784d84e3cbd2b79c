import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

import { clock } from '../fixture/clock.mts';
import { OLIVIA, ME, MINUTE, validate } from '../fixture/data.mts';
import { useFixture } from '../fixture/jest.mts';
import { startEndless } from './endless.mts';

const fixture = useFixture();

/** A user in a state in which Vault refuses the login, and what is to be done about it. */
const refusedLogins = [
	[
		'a wrong password',
		() => ({ password: `not ${fixture.vault.user(OLIVIA).password}` }),
		'USERNAME_OR_PASSWORD_INCORRECT',
		'Correct the user name or password in the credential.',
	],
	[
		'a locked account',
		() => void (fixture.vault.user(OLIVIA).locked = true),
		'USER_LOCKED_OUT',
		'A Vault administrator can unlock it',
	],
	[
		'an inactive user',
		() => void (fixture.vault.user(OLIVIA).inactive = true),
		'INACTIVE_USER',
		'A Vault administrator can activate the user',
	],
	[
		'a password that has to be changed',
		() => void (fixture.vault.user(OLIVIA).passwordChangeRequired = true),
		'PASSWORD_CHANGE_REQUIRED',
		'set a new password',
	],
] as const;

describe.each(refusedLogins)('%s', (_name, arrange, type, advice) => {
	test("fails with Vault's reason and what to do", async () => {
		const credential = await fixture.credential(arrange() ?? {});
		const { error } = await fixture.engine.vault(validate, { credential });
		expect(error?.name).toBe('NodeApiError');
		expect(error?.message).toMatch(new RegExp(`. \\[${type}\\]$`));
		expect(error?.description).toContain(advice);
		expect(error?.description).toContain(
			`Vault's execution ID: ${fixture.vault.calls[0].executionId}.`,
		);
	});

	test('the HTTP Request node shows the same message', async () => {
		const credential = await fixture.credential(arrange() ?? {});
		const { error } = await fixture.engine.httpRequest(fixture.promoMats + ME, credential);
		expect(error?.message).toMatch(new RegExp(`. \\[${type}\\]$`));
		expect(error?.description).toContain(advice);
	});

	test('is sent to Vault once, however often a schedule fires', async () => {
		const credential = await fixture.credential(arrange() ?? {});
		for (let minute = 0; minute < 5; minute++) {
			await fixture.engine.vault(validate, { credential });
			await fixture.engine.httpRequest(fixture.promoMats + ME, credential);
		}
		expect(fixture.vault.logins).toBe(1);
	});
});

describe("Vault's error types", () => {
	const types = [
		'INSUFFICIENT_ACCESS',
		'PARAMETER_REQUIRED',
		'INVALID_DATA',
		'MALFORMED_URL',
		'METHOD_NOT_SUPPORTED',
		'OPERATION_NOT_ALLOWED',
		'CONFIGURATION_MODE_ENABLED',
		'RACE_CONDITION',
		'INCORRECT_QUERY_SYNTAX_ERROR',
		'UNEXPECTED_ERROR',
		'A_TYPE_OF_TOMORROW',
	];

	test.each(types)(
		"%s is shown in Vault's words with advice, and the call is not repeated",
		async (type) => {
			const credential = await fixture.credential();
			fixture.vault.fail({ on: { path: ME }, with: { error: type, message: 'Words of Vault.' } });
			const { error } = await fixture.engine.vault(validate, { credential });
			expect(error?.message).toBe(`Words of Vault. [${type}]`);
			expect(error?.description).toMatch(/^[A-Z].+\. Vault's execution ID: \S+\.$/);
			expect(fixture.vault.count({ path: ME })).toBe(1);
		},
	);

	test('INVALID_SESSION_ID causes one new login, and is then reported', async () => {
		const credential = await fixture.credential();
		fixture.vault.fail({
			on: { path: ME },
			with: { error: 'INVALID_SESSION_ID' },
			times: Infinity,
		});
		const { error } = await fixture.engine.vault(validate, { credential });
		expect(error?.message).toMatch(/\[INVALID_SESSION_ID\]$/);
		expect(fixture.vault.logins).toBe(2);
		expect(fixture.vault.count({ path: ME })).toBe(2);
	});

	test('a session given as a session ID is not renewed', async () => {
		const { error } = await fixture.engine.vault({
			...validate,
			sessionSource: 'sessionId',
			sessionId: 'DEAD',
			vaultDns: fixture.promoMats,
		});
		expect(error?.message).toMatch(/\[INVALID_SESSION_ID\]$/);
		expect(fixture.vault.logins).toBe(0);
	});

	test('after API_LIMIT_EXCEEDED, the login is tried once more in the next minute', async () => {
		clock.skipSleeps();
		const credential = await fixture.credential();
		fixture.vault.fail({ on: { path: '/auth' }, with: { error: 'API_LIMIT_EXCEEDED' } });
		const { error } = await fixture.engine.vault(validate, { credential });
		expect(error).toBeUndefined();
		expect(fixture.vault.logins).toBe(2);
		const [first, second] = fixture.vault.calls.map(({ at }) => Math.floor(at / MINUTE));
		expect(second).toBe(first + 1);
	});
});

describe('a connection that fails', () => {
	test('a login whose response never ends is abandoned, for everything that waits for it', async () => {
		const endless = await startEndless();
		const timeout = AbortSignal.timeout.bind(AbortSignal);
		const given = jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout(500));
		try {
			const credential = await fixture.credential({ vaultDns: `http://${endless.host}` });
			const run = async () => await fixture.engine.vault(validate, { credential });
			for (const { error } of await Promise.all([run(), run()])) {
				expect(error?.message).toBe(`${endless.host} did not respond in time`);
			}
			expect(given.mock.calls).toEqual([[120_000]]);
		} finally {
			given.mockRestore();
			endless.close();
		}
	});

	const faults = [
		['500', 'responded with HTTP status 500', 'so it was not repeated'],
		['html', 'did not respond like a Vault: text/html instead of JSON', 'A proxy'],
		['reset', 'closed the connection before it responded', 'so it was not repeated'],
		['downtime', 'is down for maintenance for about 30 minutes', 'Try again'],
	] as const;

	test.each(faults)('%s is reported with its host', async (fault, message, advice) => {
		const credential = await fixture.credential();
		fixture.vault.fail({ on: { path: ME }, with: fault });
		const { error } = await fixture.engine.vault(validate, { credential });
		expect(error?.message).toContain(fixture.vault.hosts.promoMats);
		expect(error?.message).toContain(message);
		expect(error?.description).toContain(advice);
		expect(fixture.vault.count({ path: ME })).toBe(1);
	});

	test.each(faults)(
		'%s at login is reported the same way by the HTTP Request node',
		async (fault, message) => {
			const credential = await fixture.credential();
			fixture.vault.fail({ on: { path: '/auth' }, with: fault, times: Infinity });
			const { error } = await fixture.engine.httpRequest(fixture.promoMats + ME, credential);
			expect(error?.message).toContain(fixture.vault.hosts.promoMats);
			expect(error?.message).toContain(message);
			expect(fixture.vault.logins).toBe(1);
		},
	);

	test('a refused connection is reported with its host', async () => {
		const server: Server = createServer();
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as AddressInfo;
		await new Promise((resolve) => server.close(resolve));
		const credential = await fixture.credential({ vaultDns: `http://127.0.0.1:${port}` });
		const { error } = await fixture.engine.vault(validate, { credential });
		expect(error?.message).toBe(`127.0.0.1:${port} refused the connection`);
		expect(error?.description).toContain('Reason: ECONNREFUSED.');
	});

	test('an unknown host is reported by its name', async () => {
		const credential = await fixture.credential({ vaultDns: 'no-such-vault.invalid' });
		const { error } = await fixture.engine.vault(validate, { credential });
		expect(error?.message).toBe(
			'no-such-vault.invalid could not be found: the host does not exist, or DNS does not work',
		);
	});

	test('a certificate that cannot be trusted is reported', async () => {
		const { server, origin, host } = await untrustedServer();
		const credential = await fixture.credential({ vaultDns: origin });
		const { error } = await fixture.engine.vault(validate, { credential });
		await new Promise((resolve) => server.close(resolve));
		expect(error?.message).toBe(
			`${host} showed a certificate that cannot be trusted, so nothing was sent`,
		);
	});
});

/** A server on localhost with a certificate that it has signed itself. */
async function untrustedServer() {
	const { createServer: createTlsServer } = await import('node:https');
	const { generate } = await import('selfsigned');
	const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
	const server = createTlsServer({ key, cert }, (_request, response) => response.end());
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const host = `localhost:${(server.address() as AddressInfo).port}`;
	return { server, host, origin: `https://${host}` };
}
