import { sign } from 'node:crypto';

import { startDfns, type LocalDfns } from './dfns.mts';

/** The local Dfns is as strict as Dfns. Otherwise the tests that pass against it would prove little. */

let dfns: LocalDfns;
beforeAll(async () => void (dfns = await startDfns()));
afterAll(async () => await dfns.close());
beforeEach(() => dfns.reset());

const LOGIN = '/auth/login/delegated';
const PAYLOAD = '{"username":"jdoe@example.co"}';

async function post(path: string, body: string, headers: Record<string, string> = {}) {
	const response = await fetch(dfns.url + path, {
		method: 'POST',
		headers: {
			authorization: `Bearer ${dfns.serviceAccount.authToken}`,
			'content-type': 'application/json',
			...headers,
		},
		body,
	});
	const json = (await response.json()) as Record<string, unknown>;
	return { status: response.status, json, message: messageOf(json) };
}

function messageOf({ error }: Record<string, unknown>): unknown {
	return typeof error === 'object' && error !== null && 'message' in error
		? error.message
		: undefined;
}

async function init(changes: Record<string, string> = {}) {
	const { json } = await post(
		'/auth/action/init',
		JSON.stringify({
			userActionPayload: PAYLOAD,
			userActionHttpMethod: 'POST',
			userActionHttpPath: LOGIN,
			userActionServerKind: 'Api',
			...changes,
		}),
	);
	return json as { challenge: string; challengeIdentifier: string };
}

function assertion(challenge: string, { type = 'key.get', pem = '', credId = '' } = {}) {
	const { credentialId, privateKey } = dfns.credentialData();
	const clientData = Buffer.from(JSON.stringify({ type, challenge }));
	return {
		credId: credId || credentialId,
		clientData: clientData.toString('base64url'),
		signature: sign(undefined, clientData, pem || privateKey).toString('base64url'),
	};
}

async function complete(challengeIdentifier: string, credentialAssertion: object) {
	return await post(
		'/auth/action',
		JSON.stringify({ challengeIdentifier, firstFactor: { kind: 'Key', credentialAssertion } }),
	);
}

async function userAction(changes?: Record<string, string>): Promise<string> {
	const { challenge, challengeIdentifier } = await init(changes);
	const { json } = await complete(challengeIdentifier, assertion(challenge));
	return String(json.userAction);
}

const logIn = async (action: string, body = PAYLOAD, headers = {}) =>
	await post(LOGIN, body, { 'x-dfns-useraction': action, ...headers });

test('a signed call is accepted once', async () => {
	const action = await userAction();
	expect(await logIn(action)).toMatchObject({ status: 200 });
	expect(await logIn(action)).toMatchObject({
		status: 400,
		message: 'user action has already been used',
	});
	expect(dfns.logins).toBe(1);
});

test.each([
	['other bytes of the same JSON', {}, '{"username": "jdoe@example.co"}'],
	['another user', {}, '{"username":"ada@example.co"}'],
	['another method', { userActionHttpMethod: 'PUT' }, PAYLOAD],
	['another path', { userActionHttpPath: '/wallets' }, PAYLOAD],
])('a call that is not the signed one is refused: %s', async (_name, signed, sent) => {
	expect(await logIn(await userAction(signed), sent)).toMatchObject({
		status: 403,
		message: 'user action signature is missing or invalid',
	});
	expect(dfns.logins).toBe(0);
});

test('a call without a user action is refused', async () => {
	expect(await logIn('')).toMatchObject({ status: 403 });
});

test('a challenge is valid for one signature', async () => {
	const { challenge, challengeIdentifier } = await init();
	expect((await complete(challengeIdentifier, assertion(challenge))).status).toBe(200);
	expect(await complete(challengeIdentifier, assertion(challenge))).toMatchObject({
		status: 400,
		message: 'Challenge token is not valid.',
	});
	expect(await complete('eyJ.e30.x', assertion(challenge))).toMatchObject({ status: 400 });
});

test.each([
	[
		'of another key',
		(challenge: string) => assertion(challenge, { pem: dfns.addKey('Ed25519').privateKey }),
	],
	['of another challenge', () => assertion('another')],
	['of another type', (challenge: string) => assertion(challenge, { type: 'webauthn.get' })],
	['of an unknown credential', (challenge: string) => assertion(challenge, { credId: 'x' })],
])('a signature %s is refused', async (_name, make) => {
	const { challenge, challengeIdentifier } = await init();
	expect(await complete(challengeIdentifier, make(challenge))).toMatchObject({ status: 401 });
});

test('padded base64 is refused', async () => {
	const { challenge, challengeIdentifier } = await init();
	const { signature, ...rest } = assertion(challenge);
	const padded = { ...rest, signature: Buffer.from(signature, 'base64url').toString('base64') };
	expect(await complete(challengeIdentifier, padded)).toMatchObject({ status: 400 });
});

test('a token expires at its exp, by the clock of Dfns', async () => {
	const { json } = await logIn(await userAction());
	const read = async () =>
		await fetch(`${dfns.url}/wallets`, {
			headers: { authorization: `Bearer ${String(json.token)}` },
		});
	expect((await read()).status).toBe(200);
	dfns.ahead = 3_601_000;
	expect((await read()).status).toBe(401);
});

test('an unknown caller is not authorized', async () => {
	expect(await logIn('', PAYLOAD, { authorization: 'Bearer x.y.z' })).toMatchObject({
		status: 401,
		message: 'Not Authorized.',
	});
});
