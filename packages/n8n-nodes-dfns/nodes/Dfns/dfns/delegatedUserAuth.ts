import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestOptions,
} from 'n8n-workflow';

import { isRecord } from '../../../shared/isRecord';
import { callDfns, clocks, type Send } from './api';
import { logInUser } from './delegatedLogin';
import { DfnsError, isDfnsError } from './errors';
import { readDelegatedUser, type DelegatedUser, type ServiceAccount } from './fields';
import {
	isCredentialTest,
	isSafe,
	PreparationNeeded,
	signed,
	targetOf,
	type SignableOptions,
} from './request';
import { bindingOf, Tokens, type StoredToken, type TokenCalls, type TokenOwner } from './tokens';
import { readUserToken, type UserToken } from './userToken';

/**
 * Where n8n's way of authenticating meets the life of a token.
 *
 * n8n calls `authenticate` before each request. When that throws an error shaped like an HTTP 401, n8n calls
 * `preAuthentication`, saves what it returns in the credential, and calls `authenticate` once more. n8n also calls
 * `preAuthentication` in other moments: before the first `authenticate` when no token is stored, and after any failed
 * request of the HTTP Request node, whatever the failure, which it then sends again if something was returned. So
 * `authenticate` decides, and notes its decision on the credentials object that n8n passes to both; `preAuthentication`
 * acts on that note alone.
 */
type Decision =
	/** Somebody has to log in first */
	| { is: 'renew'; forceLogin: boolean }
	/** Logged in for this very request */
	| { is: 'renewed'; token: UserToken }
	/** Signed; whether it may be sent again depends on what it does */
	| { is: 'signed'; token: UserToken; options: SignableOptions; failed: boolean }
	/** Refused with an error that nothing can mend */
	| { is: 'refused' };

/** How long the question whether a token is accepted may take, in ms: somebody waits who has an answer already. */
const QUESTION_TIMEOUT_MS = 10_000;

const decisions = new WeakMap<object, Decision>();

/** The tokens of this process: n8n loads this module once. */
const tokens = new Tokens({ localNow: () => Date.now(), now: (host) => clocks.now(host) });

/**
 * Signs a request with the user's token: the `authenticate` of the credential.
 *
 * @param credentials the credential's data; the same object is passed to {@link renewUserToken}
 * @param options the request; a relative address means the credential's own Dfns
 * @returns the same options, signed
 * @throws DfnsError when a field is wrong, or the request is not for this Dfns: nothing is sent
 * @throws PreparationNeeded when there is no token that can be used
 */
export async function signAsDelegatedUser(
	credentials: ICredentialDataDecryptedObject,
	options: SignableOptions,
): Promise<IHttpRequestOptions> {
	return await sign(credentials, options).catch((error: unknown) => {
		if (!(error instanceof PreparationNeeded)) decisions.set(credentials, { is: 'refused' });
		throw error;
	});
}

async function sign(
	credentials: ICredentialDataDecryptedObject,
	options: SignableOptions,
): Promise<IHttpRequestOptions> {
	const user = readDelegatedUser(credentials);
	const { account } = user;
	// Before any login: a request that no token may sign does not cause one.
	const target = targetOf(options, account.base);
	const decision = decisions.get(credentials);
	if (decision?.is === 'signed' && decision.failed && decision.options === options) {
		throw new DfnsError(
			`${target.host} refused the request with HTTP status 401`,
			'It was not sent again: either Dfns accepts the token of the user elsewhere, or the request changes data. Run the step again.',
			'REQUEST_REFUSED',
		);
	}
	const test = isCredentialTest(options);
	const token =
		decision?.is === 'renewed'
			? decision.token
			: test
				? undefined
				: (tokens.usable(ownerOf(user), storedToken(credentials)) ??
					(await tokens.renewal(ownerOf(user))));
	if (token === undefined) {
		decisions.set(credentials, { is: 'renew', forceLogin: test });
		throw new PreparationNeeded();
	}
	// What counts has been checked by now; the read itself may want a permission.
	if (test) options.ignoreHttpStatusErrors = true;
	const result = signed(options, account, token.token);
	decisions.set(credentials, { is: 'signed', token, options, failed: false });
	return result;
}

/**
 * Logs the user in where {@link signAsDelegatedUser} found no token, or where Dfns no longer accepts the one that it had:
 * the `preAuthentication` of the credential.
 *
 * @param send the only helper that n8n gives here
 * @returns what n8n merges into the credential and saves: the token; nothing at all where nothing was renewed, for n8n
 *   would send the request again
 * @throws DfnsError when Dfns refuses the login, or cannot be reached
 */
export async function renewUserToken(
	credentials: ICredentialDataDecryptedObject,
	send: Send,
): Promise<IDataObject> {
	const decision = decisions.get(credentials);
	if (decision?.is !== 'renew' && decision?.is !== 'signed') return {};
	const user = readDelegatedUser(credentials);
	const token =
		decision.is === 'renew'
			? await logInFor(credentials, user, send, decision.forceLogin)
			: await replacementFor(credentials, user, send, decision);
	if (token === undefined) return {};
	decisions.set(credentials, { is: 'renewed', token });
	return output(user, token);
}

async function logInFor(
	credentials: ICredentialDataDecryptedObject,
	user: DelegatedUser,
	send: Send,
	forceLogin: boolean,
): Promise<UserToken> {
	// Whatever comes of it, n8n must not cause a second try.
	decisions.set(credentials, { is: 'refused' });
	const { logIn } = callsFor(user, send);
	const owner = ownerOf(user);
	const token = await tokens.renew(owner, storedToken(credentials), logIn, { forceLogin });
	if (forceLogin) await assertAccepted(send, user.account, token);
	return token;
}

/**
 * A signed request has failed, for whatever reason. A token that Dfns no longer accepts is replaced; but only a request
 * that changes nothing is then sent again, for another may have been carried out before it failed.
 */
async function replacementFor(
	credentials: ICredentialDataDecryptedObject,
	user: DelegatedUser,
	send: Send,
	decision: Decision & { is: 'signed' },
): Promise<UserToken | undefined> {
	decisions.set(credentials, { ...decision, failed: true });
	const calls = callsFor(user, send);
	const owner = ownerOf(user);
	const accepted = await tokens.isAccepted(decision.token, calls).catch((error: unknown) => {
		// Dfns cannot be asked: what the request itself met with is the better answer.
		if (error instanceof DfnsError) return true;
		throw error;
	});
	if (accepted || !isSafe(decision.options)) return undefined;
	return await tokens.renew(owner, storedToken(credentials), calls.logIn);
}

function callsFor({ account, username }: DelegatedUser, send: Send): TokenCalls {
	return {
		logIn: async () => await logInUser(send, account, username),
		isAlive: async (token) =>
			await assertAccepted(send, account, token, QUESTION_TIMEOUT_MS).then(
				() => true,
				(error: unknown) => {
					if (isDfnsError(error, 'USER_TOKEN_REFUSED')) return false;
					throw error;
				},
			),
	};
}

/**
 * Asks Dfns whether it accepts a user's token, by a read for which a user needs no permission.
 * Dfns API reference: List Credentials (`GET /auth/credentials`).
 *
 * @param timeout how long that may take, in ms; as long as any call when not given
 * @throws DfnsError when it does not, or when it could not be asked
 */
async function assertAccepted(
	send: Send,
	account: ServiceAccount,
	{ token }: UserToken,
	timeout?: number,
): Promise<void> {
	await callDfns(send, account, {
		step: 'read',
		method: 'GET',
		path: '/auth/credentials',
		token,
		timeout,
	}).catch((error: unknown) => {
		// Known, but without the permission (older organizations have one for this).
		if (!isDfnsError(error, 'FORBIDDEN')) throw error;
	});
}

function ownerOf({ account, identity }: DelegatedUser): TokenOwner {
	return { identity, host: account.base.host };
}

/** What is saved: the token, and what ties it to these fields. */
function output({ identity }: DelegatedUser, { token, issuedAt }: UserToken): IDataObject {
	return {
		userToken: token,
		loginDetails: JSON.stringify({ issuedAt, binding: bindingOf(token, identity) }),
	};
}

/** Reads the token that the credential has kept; what cannot be one counts as none. */
function storedToken({
	userToken,
	loginDetails,
}: ICredentialDataDecryptedObject): StoredToken | undefined {
	if (typeof userToken !== 'string' || userToken === '') return undefined;
	if (typeof loginDetails !== 'string' || loginDetails === '') return undefined;
	const details = parsed(loginDetails);
	if (!isRecord(details)) return undefined;
	const { issuedAt, binding } = details;
	if (typeof issuedAt !== 'number' || typeof binding !== 'string') return undefined;
	const token = readUserToken(userToken, issuedAt);
	return token === undefined ? undefined : { ...token, binding };
}

function parsed(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}
