import type { IHttpRequestOptions } from 'n8n-workflow';

import { textOf } from '../../../../test/fixture/text.mts';
import { CALL_TIMEOUT_MS, callDfns, type DfnsCall } from '../../nodes/Dfns/dfns/api';
import { logInUser } from '../../nodes/Dfns/dfns/delegatedLogin';
import { readServiceAccount } from '../../nodes/Dfns/dfns/fields';
import { issueJwt } from '../simulator/jwt.mts';
import { newKey } from '../simulator/keys.mts';

const { credentialId, privateKey } = newKey('Ed25519');
const authToken = issueJwt({ exp: 9e9 });
const account = readServiceAccount({
	baseUrl: 'https://api.dfns.io',
	authToken,
	credentialId,
	privateKey,
});
const call: DfnsCall = { step: 'read', method: 'GET', path: '/auth/credentials', token: 'secret' };

test('a call is abandoned after a minute, and follows no redirect', async () => {
	let sent: IHttpRequestOptions | undefined;
	const error: unknown = await callDfns(
		async (options) => {
			sent = options;
			throw Object.assign(new Error('timeout of 60000ms exceeded'), { code: 'ECONNABORTED' });
		},
		account,
		call,
	).catch((thrown: unknown) => thrown);
	expect(sent).toMatchObject({
		url: 'https://api.dfns.io/auth/credentials',
		timeout: CALL_TIMEOUT_MS,
		disableFollowRedirect: true,
		ignoreHttpStatusErrors: true,
	});
	expect(error).toMatchObject({
		message: 'api.dfns.io did not answer in time',
		description: expect.stringContaining('so it was not repeated'),
		type: 'TIMEOUT',
	});
});

test('a call whose response never ends is abandoned, and reported as that', async () => {
	let sent: IHttpRequestOptions | undefined;
	const error: unknown = await callDfns(
		async (options) => {
			sent = options;
			await new Promise<void>((resolve) => {
				options.abortSignal?.addEventListener?.('abort', () => resolve());
			});
			throw Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' });
		},
		account,
		{ ...call, timeout: 20 },
	).catch((thrown: unknown) => thrown);
	expect(sent?.timeout).toBe(20);
	expect(error).toMatchObject({ message: 'api.dfns.io did not answer in time', type: 'TIMEOUT' });
});

test.each([
	[400, 'INVALID_REQUEST'],
	[401, 'USER_TOKEN_REFUSED'],
	[403, 'FORBIDDEN'],
])('a read that is refused says nothing of the service account: %d', async (statusCode, type) => {
	const body = { error: { message: 'User account has been deactivated.' } };
	const send = async () => ({ statusCode, headers: {}, body });
	await expect(callDfns(send, account, call)).rejects.toMatchObject({ type });
});

test("an ID is shown as an error's ID only when the response says so", async () => {
	const send = async () => ({ statusCode: 418, headers: {}, body: { message: 'No', id: 'cr-1' } });
	const error: unknown = await callDfns(send, account, call).catch((thrown: unknown) => thrown);
	expect(error).toMatchObject({ errorId: undefined });
});

test('an approval is reported with its own ID', async () => {
	const body = { id: 'cr-1', approvalId: 'ap-1', status: 'Pending' };
	const send = async () => ({ statusCode: 202, headers: {}, body });
	await expect(callDfns(send, account, call)).rejects.toMatchObject({
		description: expect.stringMatching(/ The approval's ID: ap-1\.$/),
		errorId: undefined,
	});
});

test("n8n's own message is shown without a secret", async () => {
	const send = async () => await Promise.reject(new Error(`Blocked: Bearer secret, ${authToken}`));
	await expect(callDfns(send, account, call)).rejects.toMatchObject({
		message: 'n8n could not complete the call to api.dfns.io: Blocked: Bearer ***, ***',
		type: 'CALL_NOT_COMPLETED',
	});
});

test.each([
	[{ message: 'Plain words' }, 'HTTP 418: Plain words'],
	[{ error: { message: 'Words' } }, 'HTTP 418: Words'],
	[{ error: 'Text' }, 'HTTP 418'],
	[{ error: { message: 7 } }, 'HTTP 418'],
	['<html>', 'HTTP 418'],
	[undefined, 'HTTP 418'],
	[{ message: 'x'.repeat(1000) }, `HTTP 418: ${'x'.repeat(300)}…`],
])('the reason is read from %j', async (body, said) => {
	const send = async () => ({ statusCode: 418, headers: {}, body });
	await expect(callDfns(send, account, call)).rejects.toMatchObject({
		message: `api.dfns.io refused the call [${said}]`,
		type: 'INVALID_REQUEST',
	});
});

test('a login makes three calls, each once and in order', async () => {
	const sent: string[] = [];
	const answers: Record<string, object> = {
		'/auth/action/init': {
			challenge: 'c',
			challengeIdentifier: 'i',
			allowCredentials: { key: [{ type: 'public-key', id: credentialId }] },
		},
		'/auth/action': { userAction: 'proof' },
		'/auth/login/delegated': { token: issueJwt({ exp: 9e9 }) },
	};
	await logInUser(
		async ({ url, headers }) => {
			const { pathname } = new URL(url);
			sent.push(`${pathname} ${textOf(headers?.['X-DFNS-USERACTION'] ?? '-')}`);
			return { statusCode: 200, headers: {}, body: answers[pathname] };
		},
		account,
		'jdoe@example.co',
	);
	expect(sent).toEqual(['/auth/action/init -', '/auth/action -', '/auth/login/delegated proof']);
});
