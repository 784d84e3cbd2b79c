import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestOptions,
} from 'n8n-workflow';

import { VaultError } from '../vault/errors';
import { withDeadline } from '../vault/http/send';
import type { LoginIdentity, VaultSession } from '../vault/session/types';
import { explain, explained } from './advice';
import { inOneMessage, isCredentialTest } from './credentialTest';
import { readFields, type LoginFields } from './fields';
import { identityOf } from './identity';
import { sessionCalls, sessions } from './sessions';
import {
	assertOnlyOurs,
	assertSignable,
	fixedSignature,
	sign,
	targetOfFixed,
	targetOfSession,
	type SignableOptions,
} from './signature';
import { NO_SESSION, readStoredSession, rotatedRefreshToken, toStore } from './storedSession';

/*
 * n8n calls `authenticate` before each request. When that throws an error shaped like HTTP 401, n8n calls
 * `preAuthentication`, saves what it returns in the credential, and calls `authenticate` again.
 *
 * n8n also calls `preAuthentication` at other times: before the first `authenticate` when no session is stored, and after
 * any failed request of the HTTP Request node, which it then sends again if anything was returned. A request that changes
 * data must not be sent twice, and a refused login must not be tried twice. So `authenticate` leaves work,
 * `preAuthentication` leaves a result, and each is taken once. Both are kept by the credentials object, which n8n passes
 * to both functions.
 */

type Credentials = ICredentialDataDecryptedObject;
type HttpRequest = (options: IHttpRequestOptions) => Promise<unknown>;

/** What `preAuthentication` does when n8n calls it next. It returns what n8n saves in the credential. */
const pending = new WeakMap<Credentials, (httpRequest: HttpRequest) => Promise<IDataObject>>();

/** What `authenticate` uses when n8n calls it next: a session to sign with, or an error to throw. */
const prepared = new WeakMap<Credentials, (options: SignableOptions) => VaultSession | undefined>();

/** What the last request was signed with. */
const signedBy = new WeakMap<Credentials, Signer>();

/** The credential's form, read once. */
const forms = new WeakMap<Credentials, Form>();

/** Where a request went, and the session that signed it; none for a method without sessions. */
export interface Signer {
	host: string;
	session?: VaultSession;
	/** The request, which n8n passes again when it sends it again */
	options: SignableOptions;
}

/** The credential's fields, checked, and whom their session is for. */
export interface Form {
	fields: LoginFields;
	login: LoginIdentity;
}

/** Shaped so that n8n calls `preAuthentication` and then tries again. */
class RenewalNeeded extends VaultError {
	readonly response = { status: 401 };

	constructor() {
		super('The Vault session must be renewed', 'Run the step again.', 'RENEWAL_NEEDED');
	}
}

/**
 * The `authenticate` of the credential: signs a request with the credential's session.
 *
 * @param credentials the credential's data; n8n passes the same object to {@link preAuthenticate}
 * @param options the request. A relative address with a relative `baseURL` means the credential's Vault.
 * @returns the same options, signed
 * @throws VaultError when a field of the credential is wrong, or the request is not for this Vault: nothing is sent
 * @throws RenewalNeeded when there is no session that can be used without asking Vault
 */
export async function authenticate(
	credentials: Credentials,
	options: SignableOptions,
): Promise<IHttpRequestOptions> {
	// Work that n8n did not ask for belongs to an earlier request.
	pending.delete(credentials);
	signedBy.delete(credentials);
	return await signed(credentials, options).catch((error: unknown) => {
		throw error instanceof RenewalNeeded ? error : shown(error, isCredentialTest(options));
	});
}

async function signed(
	credentials: Credentials,
	options: SignableOptions,
): Promise<IHttpRequestOptions> {
	const { fields } = formOf(credentials);
	const { clientId } = fields.settings;
	const fixed = fixedSignature(fields);
	assertOnlyOurs(
		options,
		Object.keys(fixed ?? { authorization: '' }).map((name) => name.toLowerCase()),
	);
	if (fixed !== undefined) {
		const target = targetOfFixed(options, fields);
		signedBy.set(credentials, { host: target.host, options });
		return sign(options, target, fixed, clientId);
	}
	const session =
		take(prepared, credentials)?.(options) ?? (await livingSession(credentials, options));
	const target = targetOfSession(options, fields, session);
	signedBy.set(credentials, { host: target.host, options, session });
	return sign(options, target, { authorization: session.id }, clientId);
}

/** The session to sign with, if it can be used at once. */
async function livingSession(
	credentials: Credentials,
	options: SignableOptions,
): Promise<VaultSession> {
	const { fields, login } = formOf(credentials);
	const stored = readStoredSession(credentials);
	const forceLogin = isCredentialTest(options);
	const usable = forceLogin ? undefined : sessions.usable(login, stored);
	if (usable !== undefined) return usable;

	assertSignable(options, fields, sessions.newest(login, stored));
	const renewed = forceLogin ? undefined : await sessions.renewal(login);
	if (renewed !== undefined) return renewed;

	pending.set(credentials, async (send) => await renew(credentials, send, forceLogin));
	throw new RenewalNeeded();
}

/**
 * The `preAuthentication` of the credential: finds or opens the session that {@link authenticate} did not have.
 *
 * @param httpRequest the only helper that n8n gives here
 * @returns what n8n merges into the credential and saves: the session, or nothing if nothing had to be renewed
 * @throws VaultError when Vault refuses, or cannot be reached
 */
export async function preAuthenticate(
	credentials: Credentials,
	httpRequest: HttpRequest,
): Promise<IDataObject> {
	const work = take(pending, credentials);
	if (work !== undefined) return await work(httpRequest);

	const signer = signedBy.get(credentials);
	if (signer?.session !== undefined && credentials.sessionToken !== '') {
		// After HTTP 401 one of n8n's two helpers sends the request again even if nothing was renewed.
		prepared.set(credentials, (options) => {
			if (options !== signer.options) return undefined;
			throw new VaultError(
				`${signer.host} responded with HTTP status 401`,
				'Vault itself responds with HTTP status 200, so this response comes from a proxy or another server. The request was not repeated.',
				'HTTP_STATUS',
			);
		});
	}
	return {};
}

async function renew(
	credentials: Credentials,
	httpRequest: HttpRequest,
	forceLogin: boolean,
): Promise<IDataObject> {
	const { fields, login } = formOf(credentials);
	const calls = sessionCalls(fields, withDeadline(httpRequest), forceLogin);
	// A renewal may replace the refresh token, which n8n merges into the same object: the form is then read again.
	forms.delete(credentials);
	const renewal = sessions.renew(login, readStoredSession(credentials), calls, { forceLogin });
	return await renewal.then(
		(session) => {
			prepared.set(credentials, () => session);
			return toStore(fields, session);
		},
		(failure: unknown) => {
			const refreshToken = rotatedRefreshToken(fields);
			if (refreshToken === undefined) throw shown(failure, forceLogin);
			// The provider replaced the token, and then the login failed: without the new token the grant would be lost.
			prepared.set(credentials, () => {
				throw failure;
			});
			return { ...NO_SESSION, oAuth2RefreshToken: refreshToken };
		},
	);
}

/**
 * Reads the form of a credential, once for each credentials object.
 *
 * @throws VaultFieldError when a field is wrong
 */
export function formOf(credentials: Credentials): Form {
	const known = forms.get(credentials);
	if (known !== undefined) return known;
	const fields = readFields(credentials);
	const form = { fields, login: identityOf(fields) };
	forms.set(credentials, form);
	return form;
}

/** The newest session that is known for a credential, used yet or not. */
export function knownSession(credentials: Credentials): VaultSession | undefined {
	return sessions.newest(formOf(credentials).login, readStoredSession(credentials));
}

/** What the last request with these credentials was signed with; `undefined` when it was not signed. */
export function signerOf(credentials: Credentials): Signer | undefined {
	return signedBy.get(credentials);
}

/**
 * Prepares the end of a credential's session: n8n clears the stored session, and then {@link authenticate} signs the next
 * request with it all the same. So the session is forgotten before Vault ends it, and no one picks it up in between.
 *
 * @returns the credentials to make that one request with; `undefined` when there is no session to end
 */
export function endingCredentials(credentials: Credentials): Credentials | undefined {
	const session = knownSession(credentials);
	if (session === undefined) return undefined;
	sessions.forget(session.id);
	const ending = { ...credentials, ...NO_SESSION };
	pending.set(ending, async () => {
		prepared.set(ending, () => session);
		return NO_SESSION;
	});
	return ending;
}

/** An error as n8n shows it. */
function shown(error: unknown, isTest: boolean): unknown {
	return isTest && error instanceof VaultError ? inOneMessage(explain(error)) : explained(error);
}

function take<V>(map: WeakMap<Credentials, V>, credentials: Credentials): V | undefined {
	const value = map.get(credentials);
	map.delete(credentials);
	return value;
}
