import type { IHttpRequestOptions } from 'n8n-workflow';

import { textOf } from '../../../../test/fixture/text.mts';
import { readServiceAccount } from '../../nodes/Dfns/credential/fields';
import { logInUser } from '../../nodes/Dfns/dfns/calls/delegatedLogin';
import { CALL_TIMEOUT_MS, type DfnsCall } from '../../nodes/Dfns/dfns/http/call';
import { callDfns } from '../../nodes/Dfns/dfns/http/send';
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

test('a call ends after a minute, and follows no redirect', async () => {
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
		message: 'api.dfns.io did not respond in time',
		description: expect.stringContaining('so it was not repeated'),
		type: 'TIMEOUT',
	});
});

test('a response that never ends is reported as a timeout', async () => {
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
		{ ...call, timeoutMs: 20 },
	).catch((thrown: unknown) => thrown);
	expect(sent?.timeout).toBe(20);
	expect(error).toMatchObject({ message: 'api.dfns.io did not respond in time', type: 'TIMEOUT' });
});

test.each([
	[400, 'INVALID_REQUEST'],
	[401, 'USER_TOKEN_REFUSED'],
	[403, 'FORBIDDEN'],
])('a refused read says nothing about the service account: %d', async (statusCode, type) => {
	const body = { error: { message: 'User account has been deactivated.' } };
	const send = async () => ({ statusCode, headers: {}, body });
	await expect(callDfns(send, account, call)).rejects.toMatchObject({ type });
});

test('only the ID of an error is reported as the error ID', async () => {
	const send = async () => ({ statusCode: 418, headers: {}, body: { message: 'No', id: 'cr-1' } });
	const error: unknown = await callDfns(send, account, call).catch((thrown: unknown) => thrown);
	expect(error).toMatchObject({ errorId: undefined });
});

test('an approval is reported with its own ID', async () => {
	const body = { id: 'cr-1', approvalId: 'ap-1', status: 'Pending' };
	const send = async () => ({ statusCode: 202, headers: {}, body });
	await expect(callDfns(send, account, call)).rejects.toMatchObject({
		description: "The approval's ID: ap-1.",
		errorId: undefined,
	});
});

test('a message of n8n itself is shown without secrets', async () => {
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
])('reads the reason from %j', async (body, said) => {
	const send = async () => ({ statusCode: 418, headers: {}, body });
	await expect(callDfns(send, account, call)).rejects.toMatchObject({
		message: `api.dfns.io refused the call [${said}]`,
		type: 'INVALID_REQUEST',
	});
});

test('a login is three calls, each sent once and in order', async () => {
	const sent: string[] = [];
	const responses: Record<string, object> = {
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
			return { statusCode: 200, headers: {}, body: responses[pathname] };
		},
		account,
		'jdoe@example.co',
	);
	expect(sent).toEqual(['/auth/action/init -', '/auth/action -', '/auth/login/delegated proof']);
});
