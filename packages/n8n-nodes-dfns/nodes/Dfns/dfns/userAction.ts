import { isRecord } from '../../../shared/isRecord';
import { callDfns, notDfns, type Send } from './api';
import { DfnsError } from './errors';
import type { ServiceAccount } from './fields';
import { signText, type PrivateKey } from './privateKey';

/** The call that is to be signed: Dfns checks that the signed one is the one that comes. */
export interface UserAction {
	method: 'POST';
	path: string;
	/** The body, byte for byte */
	payload: string;
	/** The user whom it is about: for messages */
	username?: string;
}

/** What Dfns wants signed. */
export interface Challenge {
	challenge: string;
	/** A JWT by which Dfns finds the challenge again */
	challengeIdentifier: string;
	/** IDs of the service account's keys that may sign */
	keyIds: string[];
}

/** The signed challenge, in base64url without padding (RFC 4648, section 5). */
export interface KeyAssertion {
	credId: string;
	clientData: string;
	signature: string;
}

/**
 * Proves to Dfns that the service account wants exactly this call. Changes nothing by itself.
 * Dfns API reference: User Action Signing (`POST /auth/action/init`, `POST /auth/action`).
 *
 * @returns the value for `X-DFNS-USERACTION`: a secret, good for one call
 * @throws DfnsError when Dfns refuses, or when the credential is none of the service account's
 */
export async function signUserAction(
	send: Send,
	account: ServiceAccount,
	{ method, path, payload, username }: UserAction,
): Promise<string> {
	const { host } = account.base;
	const { challenge, challengeIdentifier, keyIds } = readChallenge(
		host,
		await callDfns(send, account, {
			step: 'challenge',
			method: 'POST',
			path: '/auth/action/init',
			username,
			body: JSON.stringify({
				userActionPayload: payload,
				userActionHttpMethod: method,
				userActionHttpPath: path,
				userActionServerKind: 'Api',
			}),
		}),
	);
	if (!keyIds.includes(account.credentialId)) throw otherCredential(account, keyIds);
	const { userAction } = await callDfns(send, account, {
		step: 'signature',
		method: 'POST',
		path: '/auth/action',
		username,
		body: JSON.stringify({
			challengeIdentifier,
			firstFactor: {
				kind: 'Key',
				credentialAssertion: keyAssertion(account.credentialId, account.key, challenge),
			},
		}),
	});
	// It goes into a header: visible ASCII, or nothing could be sent (RFC 9110, section 5.5).
	if (typeof userAction === 'string' && /^[\x21-\x7e]+$/.test(userAction)) return userAction;
	throw notDfns(host, 'a signed challenge without a userAction');
}

/**
 * Signs a challenge with a key.
 * Dfns docs: Credentials Data › Client Data; User Action Signing.
 */
export function keyAssertion(credId: string, key: PrivateKey, challenge: string): KeyAssertion {
	const clientData = JSON.stringify({ type: 'key.get', challenge });
	return {
		credId,
		clientData: Buffer.from(clientData).toString('base64url'),
		signature: signText(key, clientData).toString('base64url'),
	};
}

function readChallenge(
	host: string,
	{ challenge, challengeIdentifier, allowCredentials }: Record<string, unknown>,
): Challenge {
	if (typeof challenge !== 'string' || typeof challengeIdentifier !== 'string') {
		throw notDfns(host, 'no challenge to sign');
	}
	const keys: unknown = isRecord(allowCredentials) ? allowCredentials.key : undefined;
	const keyIds = (Array.isArray(keys) ? (keys as unknown[]) : [])
		.filter(isRecord)
		.map(({ id }) => id)
		.filter((id) => typeof id === 'string');
	return { challenge, challengeIdentifier, keyIds };
}

function otherCredential(
	{ base: { host }, credentialId }: ServiceAccount,
	keyIds: string[],
): DfnsError {
	// They come from outside: only what looks like an ID is repeated.
	const known = keyIds
		.filter((id) => /^[\w-]{1,100}$/.test(id))
		.slice(0, 10)
		.map((id) => `"${id}"`)
		.join(', ');
	const allowed = known || (keyIds.length === 0 ? 'no key at all' : 'others');
	return new DfnsError(
		`The Credential ID "${credentialId}" is not one with which this service account may sign: ${host} allows ${allowed}`,
		'Enter the ID of the signing key as the Dfns dashboard shows it for the service account, and the private key that belongs to it.',
		'OTHER_CREDENTIAL',
	);
}
