import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestOptions,
} from 'n8n-workflow';

import { logInUser } from '../dfns/calls/delegatedLogin';
import { assertAccepted } from '../dfns/calls/listCredentials';
import { DfnsError, isDfnsError } from '../dfns/errors';
import { clocks } from '../dfns/http/clocks';
import type { Send } from '../dfns/http/send';
import { Tokens, type TokenCalls, type TokenOwner } from '../dfns/token/tokens';
import type { UserToken } from '../dfns/token/userToken';
import { explained } from './advice';
import { isCredentialTest } from './credentialTest';
import { readDelegatedUser, type DelegatedUser } from './fields';
import { PreparationNeeded } from './preparationNeeded';
import { isSafe, signed, targetOf, type SignableOptions } from './signature';
import { readStoredToken, toStore } from './storedToken';

/*
 * n8n calls `authenticate` before each request. When that throws an error shaped like HTTP 401, n8n calls
 * `preAuthentication`, saves what it returns in the credential, and calls `authenticate` again.
 *
 * n8n also calls `preAuthentication` at other times: before the first `authenticate` when no token is stored, and after
 * any failed request of the HTTP Request node, which it then sends again if anything was returned. So `authenticate`
 * leaves work, `preAuthentication` leaves a result, and each is taken once. Both are kept by the credentials object, which
 * n8n passes to both functions.
 */

type Credentials = ICredentialDataDecryptedObject;

/** What `preAuthentication` does when n8n calls it next: it gets a token, or finds that none is needed. */
const pending = new WeakMap<Credentials, (send: Send) => Promise<UserToken | undefined>>();

/** What `authenticate` uses when n8n calls it next: a token, or an error to throw about that request. */
const prepared = new WeakMap<Credentials, (options: SignableOptions) => UserToken | undefined>();

/** The tokens of this process: n8n loads this module once. */
const tokens = new Tokens({ localNow: () => Date.now(), now: (host) => clocks.now(host) });

/** How long Dfns can take to say whether it accepts a token, in ms: a response to the request itself is there already. */
const CHECK_TIMEOUT_MS = 10_000;

/**
 * The `authenticate` of the credential: signs a request with the user's token.
 *
 * @param credentials the credential's data; n8n passes the same object to {@link renewUserToken}
 * @param options the request. A relative URL means the credential's own Dfns.
 * @returns the same options, signed
 * @throws DfnsError when a field is wrong, or the request is not for this Dfns: nothing is sent
 * @throws PreparationNeeded when there is no token that can be used
 */
export async function signAsDelegatedUser(
	credentials: Credentials,
	options: SignableOptions,
): Promise<IHttpRequestOptions> {
	pending.delete(credentials);
	const preparedToken = take(prepared, credentials);
	return await sign(credentials, options, preparedToken).catch((error: unknown) => {
		throw explained(error);
	});
}

async function sign(
	credentials: Credentials,
	options: SignableOptions,
	preparedToken?: (options: SignableOptions) => UserToken | undefined,
): Promise<IHttpRequestOptions> {
	const user = readDelegatedUser(credentials);
	// Before any login: a request that no token can sign does not cause one.
	const { host } = targetOf(options, user.account.base);
	const isTest = isCredentialTest(options);
	const token =
		preparedToken?.(options) ?? (isTest ? undefined : await knownToken(credentials, user));
	if (token === undefined) {
		pending.set(credentials, async (send) => await logIn(credentials, user, send, isTest));
		throw new PreparationNeeded();
	}
	// The login and the token have been checked. The read itself may need a permission.
	if (isTest) options.ignoreHttpStatusErrors = true;
	const request = signed(options, user.account, token.token);
	pending.set(credentials, async (send) => {
		prepared.set(credentials, (again) => {
			if (again === options) throw refusedRequest(host);
			return undefined;
		});
		return await replacementFor(token, credentials, user, send, isSafe(options));
	});
	return request;
}

/** The token to sign with, where it needs no work: one that can be used, or that of a login in progress. */
async function knownToken(
	credentials: Credentials,
	user: DelegatedUser,
): Promise<UserToken | undefined> {
	const owner = ownerOf(user);
	return tokens.usable(owner, readStoredToken(credentials)) ?? (await tokens.renewal(owner));
}

/**
 * The `preAuthentication` of the credential: logs in the user when {@link signAsDelegatedUser} found no token, or when
 * Dfns no longer accepts the one that it found.
 *
 * @param send the only helper that n8n gives here
 * @returns what n8n merges into the credential and saves: the token. Nothing when nothing was renewed, because n8n would
 *   send the request again.
 * @throws DfnsError when Dfns refuses the login, or cannot be reached
 */
export async function renewUserToken(credentials: Credentials, send: Send): Promise<IDataObject> {
	const work = take(pending, credentials);
	const token = await work?.(send).catch((error: unknown) => {
		throw explained(error);
	});
	if (token === undefined) return {};
	prepared.set(credentials, () => token);
	return toStore(token, readDelegatedUser(credentials).identity);
}

/** @param isTest log in even if a token is known, and make sure that Dfns accepts the new one */
async function logIn(
	credentials: Credentials,
	user: DelegatedUser,
	send: Send,
	isTest: boolean,
): Promise<UserToken> {
	const stored = readStoredToken(credentials);
	const calls = callsFor(user, send);
	const token = await tokens.renew(ownerOf(user), stored, calls.logIn, { forceLogin: isTest });
	if (isTest) await assertAccepted(send, user.account, token);
	return token;
}

/**
 * After a signed request failed, for any reason: replaces a token that Dfns no longer accepts. But only a request that
 * changes nothing can be sent again, because Dfns might have carried it out before it failed.
 *
 * @returns `undefined` when the request is not sent again
 */
async function replacementFor(
	token: UserToken,
	credentials: Credentials,
	user: DelegatedUser,
	send: Send,
	canRepeat: boolean,
): Promise<UserToken | undefined> {
	const calls = callsFor(user, send);
	const isAccepted = await tokens.isAccepted(token, calls).catch((error: unknown) => {
		// Dfns cannot be asked: the failure of the request itself says more.
		if (error instanceof DfnsError) return true;
		throw error;
	});
	if (isAccepted || !canRepeat) return undefined;
	return await tokens.renew(ownerOf(user), readStoredToken(credentials), calls.logIn);
}

function refusedRequest(host: string): DfnsError {
	return new DfnsError(
		`${host} refused the request with HTTP status 401`,
		'It was not sent again: either Dfns accepts the token of the user elsewhere, or the request changes data. Run the step again.',
		'REQUEST_REFUSED',
	);
}

function callsFor({ account, username }: DelegatedUser, send: Send): TokenCalls {
	return {
		logIn: async () => await logInUser(send, account, username),
		isAlive: async (token) =>
			await assertAccepted(send, account, token, CHECK_TIMEOUT_MS).then(
				() => true,
				(error: unknown) => {
					if (isDfnsError(error, 'USER_TOKEN_REFUSED')) return false;
					throw error;
				},
			),
	};
}

function ownerOf({ account, identity }: DelegatedUser): TokenOwner {
	return { identity, host: account.base.host };
}

function take<V>(map: WeakMap<Credentials, V>, credentials: Credentials): V | undefined {
	const value = map.get(credentials);
	map.delete(credentials);
	return value;
}
