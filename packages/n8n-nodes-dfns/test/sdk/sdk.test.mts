import { createPublicKey, verify } from 'node:crypto';

import { DfnsApiClient } from '@dfns/sdk';
import { AsymmetricKeySigner } from '@dfns/sdk-keysigner';

import { readServiceAccount } from '../../nodes/Dfns/credential/fields';
import { readPrivateKey } from '../../nodes/Dfns/credential/privateKey';
import { keyAssertion, signUserAction } from '../../nodes/Dfns/dfns/calls/userAction';
import { startDfns, type LocalDfns } from '../simulator/dfns.mts';
import { isSignedBy, newKey } from '../simulator/keys.mts';
import type { KeyType } from '../simulator/types.mts';

/** Dfns's own SDK as the judge: the local Dfns behaves like Dfns, and our signatures equal the official ones. */

let dfns: LocalDfns;
beforeAll(async () => void (dfns = await startDfns()));
afterAll(async () => await dfns.close());
beforeEach(() => dfns.reset());

const types: KeyType[] = ['P-256', 'secp256k1', 'Ed25519', 'RSA'];

function challengeFor(credentialId: string) {
	return {
		supportedCredentialKinds: [],
		challenge: 'MmYwZTk5MDAtY2hhbGxlbmdlLWZyb20tRGZucw',
		challengeIdentifier: 'eyJ.e30.x',
		externalAuthenticationUrl: '',
		allowCredentials: { key: [{ type: 'public-key' as const, id: credentialId }], webauthn: [] },
		userVerification: 'required' as const,
	};
}

describe.each(types)('%s', (type) => {
	test('the official SDK logs in to the simulated Dfns with the same key', async () => {
		const { credentialId, privateKey } = dfns.addKey(type);
		const client = new DfnsApiClient({
			baseUrl: dfns.url,
			authToken: dfns.serviceAccount.authToken,
			signer: new AsymmetricKeySigner({ credId: credentialId, privateKey }),
		});
		const { token } = await client.auth.delegatedLogin({ body: { username: 'jdoe@example.co' } });
		expect(dfns.userTokens()).toEqual([token]);
	});

	test('our assertion equals the official one: the same client data, signed by the same key', async () => {
		const { credentialId, privateKey, publicKey } = newKey(type);
		const challenge = challengeFor(credentialId);
		const signer = new AsymmetricKeySigner({ credId: credentialId, privateKey });
		const { credentialAssertion: official } = await signer.sign(challenge);
		const ours = keyAssertion(credentialId, readPrivateKey(privateKey), challenge.challenge);
		expect(ours.credId).toBe(official.credId);
		expect(ours.clientData).toBe(official.clientData);
		expect(Object.keys(ours).sort()).toEqual(Object.keys(official).sort());
		for (const { clientData, signature } of [official, ours]) {
			const bytes = Buffer.from(clientData, 'base64url');
			const proof = Buffer.from(signature, 'base64url');
			expect(isSignedBy(publicKey, bytes, proof)).toBe(true);
			// The algorithm, said explicitly: SHA-256 and DER, or neither for Ed25519.
			expect(
				verify(type === 'Ed25519' ? null : 'sha256', bytes, createPublicKey(publicKey), proof),
			).toBe(true);
		}
		// ECDSA signatures differ each time; the others are the same bytes.
		if (type === 'Ed25519' || type === 'RSA') expect(ours.signature).toBe(official.signature);
	});
});

test('both refuse a credential that Dfns does not allow', async () => {
	const { credentialId, privateKey } = newKey('Ed25519');
	const signer = new AsymmetricKeySigner({ credId: credentialId, privateKey });
	await expect(signer.sign(challengeFor('another'))).rejects.toThrow('another');
	const { baseUrl, authToken } = dfns.credentialData();
	const account = readServiceAccount({ baseUrl, authToken, credentialId, privateKey });
	const send = jest.fn(async () => ({
		statusCode: 200,
		headers: {},
		body: challengeFor('another'),
	}));
	const action = { method: 'POST', path: '/x', payload: '{}' } as const;
	await expect(signUserAction(send, account, action)).rejects.toThrow('allows "another"');
	// Nothing was signed.
	expect(send).toHaveBeenCalledTimes(1);
});

test('the SDK gets the same refusals', async () => {
	const { credentialId, privateKey } = dfns.addKey('P-256');
	const client = new DfnsApiClient({
		baseUrl: dfns.url,
		authToken: dfns.serviceAccount.authToken,
		signer: new AsymmetricKeySigner({ credId: credentialId, privateKey }),
	});
	const logIn = async (username: string) =>
		await client.auth.delegatedLogin({ body: { username } });
	await expect(logIn('nobody')).rejects.toMatchObject({
		httpStatus: 401,
		message: 'User not found',
	});
	dfns.fail({ on: { path: '/auth/login/delegated' }, with: 'policy' });
	await expect(logIn('jdoe@example.co')).rejects.toMatchObject({ httpStatus: 202 });
	dfns.serviceAccount.permissions = [];
	await expect(logIn('jdoe@example.co')).rejects.toMatchObject({ httpStatus: 403 });
});
