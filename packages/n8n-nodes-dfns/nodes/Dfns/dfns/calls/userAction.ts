import { isRecord } from '../../../../shared/isRecord';
import { DfnsError } from '../errors';
import { foreignResponse } from '../http/response';
import { callDfns, type Send } from '../http/send';
import { signText, type PrivateKey } from '../privateKey';
import type { ServiceAccount } from '../serviceAccount';

/** The call that is signed: Dfns checks that exactly this call follows. */
export interface UserAction {
	method: 'POST';
	path: string;
	/** The body, byte for byte */
	payload: string;
	/** The user that it is about, for messages */
	username?: string;
}

/** What Dfns asks to have signed. */
interface Challenge {
	challenge: string;
	/** A JWT by which Dfns finds the challenge again */
	challengeIdentifier: string;
	/** IDs of the service account's keys that can sign */
	keyIds: string[];
}

/** The signed challenge, in base64url without padding (RFC 4648, section 5). */
export interface KeyAssertion {
	credId: string;
	clientData: string;
	signature: string;
}

/**
 * Proves to Dfns that the service account wants exactly this call. By itself, this changes nothing.
 * Dfns API reference: User Action Signing (`POST /auth/action/init`, `POST /auth/action`).
 *
 * @returns the value for `X-DFNS-USERACTION`: a secret, valid for one call
 * @throws DfnsError when Dfns refuses or cannot be reached, or when the service account does not have the credential
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
	// It is sent in a header, which takes visible ASCII only (RFC 9110, section 5.5).
	if (typeof userAction === 'string' && /^[\x21-\x7e]+$/.test(userAction)) return userAction;
	throw foreignResponse(host, 'a signed challenge without a userAction');
}

/**
 * Signs a challenge with a key.
 * Dfns docs: Credentials Data › Client Data; User Action Signing.
 *
 * @param credId ID of the credential that the key belongs to
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
		throw foreignResponse(host, 'no challenge to sign');
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
		`The service account cannot sign with the Credential ID "${credentialId}": ${host} allows ${allowed}`,
		'',
		'OTHER_CREDENTIAL',
	);
}
