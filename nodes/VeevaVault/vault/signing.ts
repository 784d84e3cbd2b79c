import { randomBytes } from 'crypto';

import {
	sleep,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type IHttpRequestOptions,
} from 'n8n-workflow';

import { isRecord } from './answer';
import {
	CALL_TIMEOUT_MS,
	callVault,
	hostOf,
	isVaultId,
	keepAlive,
	readVaults,
	requestOptions,
	type CallSettings,
	type Send,
} from './api';
import { isVaultError, VaultError } from './errors';
import type { Delegation } from './delegation';
import { boundTo, readFields, refreshTokenOf, withoutDelegation, type LoginFields } from './fields';
import { isLoopback, readUrl, type VaultHost } from './hosts';
import { logIn } from './login';
import { openDelegated } from './login/delegated';
import { refreshTokens } from './login/tokenLineages';
import {
	bindingOf,
	Sessions,
	type OpenedSession,
	type SessionCalls,
	type StoredSession,
	type VaultSession,
} from './session';

/**
 * Where n8n's way of authenticating meets the life of a session.
 *
 * n8n calls `authenticate` before each request. When that throws an error shaped like an HTTP 401, n8n calls
 * `preAuthentication`, saves what it returns in the credential, and calls `authenticate` once more. n8n also calls
 * `preAuthentication` in other moments: before the first `authenticate` when no session is stored, and after any
 * failed request of the HTTP Request node, which it then sends again if something was returned. A request that
 * changes data must not be sent twice, and a refused login not tried twice. So `authenticate` decides, and notes its
 * decision on the credentials object that n8n passes to both; `preAuthentication` acts on that note alone.
 */
type Decision =
	/** Signed, so the request may have been carried out: nothing is renewed, for n8n would repeat it */
	| { is: 'signed'; with: VaultSession }
	/** A session has to be found or opened first */
	| { is: 'renew'; fresh: boolean }
	/** Renewed for this very request: that session is used, whatever has happened to it meanwhile */
	| { is: 'renewed'; session: VaultSession }
	/** Answered with HTTP status 401 by somebody: not to be sent again */
	| { is: 'answered' }
	/** Refused with an error that nothing can mend */
	| { is: 'refused' }
	/** Refused as well, but something had to be saved, so that the error is still to be thrown */
	| { is: 'failed'; error: unknown }
	/** The stored session is to be forgotten, and then ended */
	| { is: 'end'; session: VaultSession };

const decisions = new WeakMap<object, Decision>();

/** The sessions of this process: n8n loads this module once, for the credential and for the node. */
export const sessions = new Sessions({ now: () => Date.now(), sleep });

/**
 * Marks the credential test's request. `X-VaultAPI-ReferenceId` is Vault's own header for a caller's mark (v23.3);
 * it also shows in Vault's API usage log that a call was such a test. New in each process, so that no workflow can say
 * of its calls that they are tests, which log in whatever was refused before.
 */
export const CREDENTIAL_TEST_HEADERS = {
	'X-VaultAPI-ReferenceId': `n8n-credential-test-${randomBytes(8).toString('hex')}`,
} as const;

/** n8n's request options in both of its shapes: the HTTP Request node still says `uri`. */
type SignableOptions = IHttpRequestOptions & { uri?: string };

/** Shaped so that n8n calls `preAuthentication` and then tries again. */
class RenewalNeeded extends VaultError {
	readonly response = { status: 401 };

	constructor() {
		super('The Vault session has to be renewed', 'Run the step again.', 'RENEWAL_NEEDED');
	}
}

/**
 * Signs a request with the credential's session: the `authenticate` of the credential.
 *
 * @param credentials the credential's data; the same object is passed to {@link renewSession}
 * @param options the request; an address that is relative, with a relative `baseURL`, means the credential's Vault
 * @returns the same options, signed
 * @throws VaultError when a field of the credential is wrong, or the request is not for this Vault: nothing is sent
 * @throws RenewalNeeded when there is no session that may be used without asking
 */
export async function signRequest(
	credentials: ICredentialDataDecryptedObject,
	options: SignableOptions,
): Promise<IHttpRequestOptions> {
	return await sign(credentials, options).catch((error: unknown) => {
		if (error instanceof RenewalNeeded) throw error;
		decisions.set(credentials, { is: 'refused' });
		throw isCredentialTest(options) ? withAdvice(error) : error;
	});
}

/**
 * An error with what to do about it in its message, for of a failed credential test n8n shows the message only. A copy,
 * for others may have got the same error. Without the network's code, for which n8n puts a message of its own.
 */
function withAdvice(error: unknown): unknown {
	if (!(error instanceof VaultError)) return error;
	const { message, description, type, executionId } = error;
	const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
	const advice = description.replace(/ ?Reason: \w+\.$/, '');
	return new VaultError(`${sentence} ${advice}`.trim(), description, type, executionId);
}

async function sign(
	credentials: ICredentialDataDecryptedObject,
	options: SignableOptions,
): Promise<IHttpRequestOptions> {
	const fields = readFields(credentials);
	const headers = ownHeaders(fields);
	if (headers !== undefined) {
		// Nothing to renew, whatever comes of the request.
		decisions.set(credentials, { is: 'refused' });
		return signed(options, targetOf(options, fields.vault, [fields.vault]), fields, headers);
	}
	const stored = storedSession(credentials);
	const decision = decisions.get(credentials);
	switch (decision?.is) {
		case 'end':
			return signedBy(options, fields, decision.session);
		case 'renewed':
			decisions.set(credentials, { is: 'signed', with: decision.session });
			return signedBy(options, fields, decision.session);
		case 'failed':
			throw decision.error;
		case 'answered':
			throw new VaultError(
				`${addressOf(options, fields.vault).host} answered with HTTP status 401`,
				'Vault itself answers with HTTP status 200, so this is from a proxy or another server. The request was not repeated.',
				'HTTP_STATUS',
			);
	}

	const fresh = isCredentialTest(options);
	const usable = fresh ? undefined : sessions.usable(fields, stored);
	if (usable !== undefined) {
		decisions.set(credentials, { is: 'signed', with: usable });
		return signedBy(options, fields, usable);
	}

	// Before any login: a request that no session of this Vault may sign does not cause one.
	const newest = sessions.newest(fields, stored);
	if (newest !== undefined) targetOf(options, hostFor(fields, newest), hostsFor(fields, newest));
	else assertPlausible(addressOf(options, fields.vault), fields.vault);

	const session = fresh ? undefined : await sessions.renewal(fields);
	if (session === undefined) {
		decisions.set(credentials, { is: 'renew', fresh });
		throw new RenewalNeeded();
	}
	decisions.set(credentials, { is: 'signed', with: session });
	return signedBy(options, fields, session);
}

/**
 * The headers of the methods that have no session to keep; `undefined` for those that have one. Written in small letters,
 * as in all signatures: n8n before 1.123.29 and 2.5.0 puts `Authorization`, spelt like that, on each redirected request.
 */
function ownHeaders({ authentication }: LoginFields): Record<string, string> | undefined {
	switch (authentication.method) {
		case 'accessToken':
			return { authorization: `Bearer ${authentication.token}` };
		case 'sessionId':
			return { authorization: authentication.sessionId };
		case 'salesforce':
			// Vault API reference: Authentication › Salesforce Delegated Requests.
			return {
				authorization: authentication.token,
				'X-Auth-Provider': 'sfdc',
				'X-Auth-Host': authentication.host.origin,
			};
		default:
			return undefined;
	}
}

/** The Vault for which a session is: with delegated access, the one in which the other user granted it. */
export function hostFor({ vault, delegation }: LoginFields, { vaultIds }: VaultSession): VaultHost {
	if (delegation === undefined) return vault;
	const [delegated] = vaultIds;
	return (delegated === undefined ? undefined : hostOf(delegated)) ?? vault;
}

/** Where a session may be sent. A delegated one works in one Vault only. */
function hostsFor(fields: LoginFields, session: VaultSession): VaultHost[] {
	const others = fields.delegation === undefined ? session.vaultIds.map(hostOf) : [];
	return [hostFor(fields, session), ...others].filter((host) => host !== undefined);
}

/**
 * Finds or opens the session that {@link signRequest} found missing: the `preAuthentication` of the credential.
 *
 * @param httpRequest the only helper that n8n gives here
 * @returns what n8n merges into the credential and saves: the session; nothing at all where nothing was to be renewed
 * @throws VaultError when Vault refuses, or cannot be reached
 */
export async function renewSession(
	credentials: ICredentialDataDecryptedObject,
	httpRequest: (options: IHttpRequestOptions) => Promise<unknown>,
): Promise<IDataObject> {
	const decision = decisions.get(credentials);
	if (decision?.is === 'end') return { sessionToken: '', sessionDetails: '' };
	if (decision?.is === 'signed' && credentials.sessionToken !== '') {
		// n8n's two helpers differ: after a 401, one sends the request again even if nothing was renewed.
		decisions.set(credentials, { is: 'answered' });
	}
	if (decision?.is !== 'renew') return {};

	// Whatever comes of it, n8n must not cause a second try with the same data.
	decisions.set(credentials, { is: 'refused' });
	const fields = readFields(credentials);
	const [renewal] = await Promise.allSettled([
		sessions.renew(
			fields,
			storedSession(credentials),
			sessionCalls(fields, withDeadline(httpRequest), decision.fresh),
			{ fresh: decision.fresh },
		),
	]);
	if (renewal.status === 'fulfilled') {
		decisions.set(credentials, { is: 'renewed', session: renewal.value });
		return output(fields, renewal.value);
	}
	const error: unknown = decision.fresh ? withAdvice(renewal.reason) : renewal.reason;
	const used = refreshTokenOf(fields);
	const newest = used === undefined ? undefined : refreshTokens.newest(used);
	if (newest === used) throw error;
	// The provider has rotated the token, and Vault failed: without the new token the grant would be lost.
	decisions.set(credentials, { is: 'failed', error });
	return { sessionToken: '', sessionDetails: '', oAuth2RefreshToken: newest };
}

/**
 * Ends each call of a login in its time. n8n's own timeout begins anew with every byte: a server that never comes to its
 * end would keep this login, and with it all who wait for it.
 */
export function withDeadline(
	httpRequest: (options: IHttpRequestOptions) => Promise<unknown>,
): Send {
	return async (options) => {
		const abortSignal = AbortSignal.timeout(options.timeout ?? CALL_TIMEOUT_MS);
		const send = httpRequest as Send;
		return await send({ ...options, abortSignal }).catch((failure: unknown) => {
			throw abortSignal.aborted ? Object.assign(new Error(), { code: 'ETIMEDOUT' }) : failure;
		});
	};
}

/** What is saved: the session, and the refresh token that now goes with it. */
function output(fields: LoginFields, { id, ...opened }: VaultSession): IDataObject {
	const { userId, vaultId, vaultIds, startedAt } = opened;
	const used = refreshTokenOf(fields);
	const token = used === undefined ? undefined : refreshTokens.newest(used);
	const binding = bindingOf(id, boundTo(fields, token));
	return {
		sessionToken: id,
		sessionDetails: JSON.stringify({ userId, vaultId, vaultIds, startedAt, binding }),
		...(token === undefined ? {} : { oAuth2RefreshToken: token }),
	};
}

/** The newest session that is known for these credentials, used yet or not. */
export function knownSession(
	credentials: ICredentialDataDecryptedObject,
): VaultSession | undefined {
	return sessions.newest(readFields(credentials), storedSession(credentials));
}

/** The session with which {@link signRequest} signed for these credentials. */
export function signedWith(credentials: ICredentialDataDecryptedObject): VaultSession | undefined {
	const decision = decisions.get(credentials);
	return decision?.is === 'signed' ? decision.with : undefined;
}

/**
 * Makes n8n clear the stored session, and {@link signRequest} sign the next request with it all the same: so that
 * the session which ends is forgotten before Vault ends it, and nobody picks it up in between.
 *
 * @returns the credentials to make that one request with; `undefined` when there is no session to end
 */
export function endingCredentials(
	credentials: ICredentialDataDecryptedObject,
): ICredentialDataDecryptedObject | undefined {
	const session = knownSession(credentials);
	if (session === undefined) return undefined;
	sessions.forget(session.id);
	const ending = { ...credentials, sessionToken: '', sessionDetails: '' };
	decisions.set(ending, { is: 'end', session });
	return ending;
}

function sessionCalls(fields: LoginFields, send: Send, fresh: boolean): SessionCalls {
	const { authentication, delegation, settings } = fields;
	return {
		logIn: async () => {
			if (authentication.method !== 'password' && authentication.method !== 'oAuth2') {
				throw new VaultError(
					'There is nothing to log in with',
					'This Authentication Method uses what the credential has.',
					'NO_LOGIN',
				);
			}
			return delegation === undefined
				? await logIn(send, fields, authentication)
				: await logInDelegated(fields, delegation, send, fresh);
		},
		keepAlive: async (session) => await isAlive(send, hostFor(fields, session), settings, session),
	};
}

/**
 * Asks whether a session lives, and prolongs it.
 *
 * @returns `false` when Vault says INVALID_SESSION_ID
 * @throws VaultError for everything else
 */
export async function isAlive(
	send: Send,
	host: VaultHost,
	settings: CallSettings,
	{ id }: VaultSession,
): Promise<boolean> {
	const options = requestOptions(host, keepAlive(settings), settings.clientId, id);
	return await callVault(send, host, options).then(
		() => true,
		(error: unknown) => {
			if (isVaultError(error, 'INVALID_SESSION_ID')) return false;
			throw error;
		},
	);
}

/**
 * Delegated access: a session of one's own first, the living one where there is one, and with it the delegated one.
 */
async function logInDelegated(
	fields: LoginFields,
	delegation: Delegation,
	send: Send,
	fresh: boolean,
): Promise<OpenedSession> {
	const own = withoutDelegation(fields);
	const open = async (afresh: boolean) => {
		const session = await sessions.renew(own, undefined, sessionCalls(own, send, afresh), {
			fresh: afresh,
		});
		return await openDelegated(send, own, delegation, session).catch((error: unknown) => {
			if (isVaultError(error, 'INVALID_SESSION_ID')) sessions.seenDead(own, session.id);
			throw error;
		});
	};
	return await open(fresh).catch(async (error: unknown) => {
		// The own session had ended, so that the call did not run: once more, with a new one.
		if (!isVaultError(error, 'INVALID_SESSION_ID')) throw error;
		return await open(false);
	});
}

/** Reads the session that the credential has kept; what cannot be one counts as none. */
function storedSession({
	sessionToken,
	sessionDetails,
}: ICredentialDataDecryptedObject): StoredSession | undefined {
	if (typeof sessionToken !== 'string' || sessionToken === '') return undefined;
	if (typeof sessionDetails !== 'string' || sessionDetails === '') return undefined;
	try {
		const details: unknown = JSON.parse(sessionDetails);
		if (!isRecord(details)) return undefined;
		const { userId, vaultId, vaultIds, startedAt, binding } = details;
		if (!isVaultId(userId) || !isVaultId(vaultId)) return undefined;
		if (typeof startedAt !== 'number' || typeof binding !== 'string') return undefined;
		return {
			id: sessionToken,
			userId,
			vaultId,
			vaultIds: readVaults(vaultIds),
			startedAt,
			binding,
		};
	} catch {
		return undefined;
	}
}

/** The address of a request; a relative one is meant for the credential's own Vault. */
function addressOf(options: SignableOptions, own: VaultHost): URL {
	const base = readUrl(options.baseURL ?? '/', own.origin)?.href;
	const address = readUrl(options.uri ?? options.url, base);
	if (address !== undefined) return address;
	throw new VaultError(
		'The request has no address that can be read',
		`Expected an address that begins with ${own.origin}/`,
		'INVALID_FIELD',
	);
}

/**
 * The address of a request, when it may be signed.
 *
 * @param own the Vault for which a relative address is meant
 * @param hosts where a signature may go
 * @throws VaultError when it is for somebody else, or would travel in the clear
 */
function targetOf(options: SignableOptions, own: VaultHost, hosts: VaultHost[]): URL {
	const target = addressOf(options, own);
	assertEncrypted(target);
	if (hosts.some(({ host }) => host === target.host)) return target;
	throw foreignHost(
		target,
		hosts.map(({ host }) => host),
	);
}

function foreignHost({ host }: URL, own: string[]): VaultError {
	return new VaultError(
		`The request to ${host} was not sent: it is not a host of this credential's Vault`,
		`This credential signs only requests to ${[...new Set(own)].join(', ')}. Use another credential for ${host}.`,
		'FOREIGN_HOST',
	);
}

/**
 * Throws when a request cannot be for this Vault, as far as can be told before a login: Vaults of one user are in one
 * domain.
 */
function assertPlausible(target: URL, { host, origin }: VaultHost): void {
	assertEncrypted(target);
	const domain = (name: string) => name.slice(name.indexOf('.'));
	const local = isLoopback(target.hostname) && isLoopback(new URL(origin).hostname);
	if (!local && domain(target.host) !== domain(host)) throw foreignHost(target, [host]);
}

/** Throws when a session would travel in the clear. */
function assertEncrypted(target: URL): void {
	if (target.protocol === 'https:') return;
	if (target.protocol === 'http:' && isLoopback(target.hostname)) return;
	throw new VaultError(
		`The request to ${target.host} was not sent: it would carry the session over plain ${target.protocol.slice(0, -1)}`,
		'Begin the address with https://.',
		'PLAIN_HTTP',
	);
}

function signedBy(
	options: SignableOptions,
	fields: LoginFields,
	session: VaultSession,
): IHttpRequestOptions {
	const target = targetOf(options, hostFor(fields, session), hostsFor(fields, session));
	return signed(options, target, fields, { authorization: session.id });
}

/** Puts a signature on a request, in place of one that it may have. */
function signed(
	options: SignableOptions,
	target: URL,
	{ settings }: LoginFields,
	signature: Record<string, string>,
): IHttpRequestOptions {
	if (options.baseURL !== undefined) {
		options.url = target.href;
		delete options.baseURL;
	}
	const replaced = Object.keys(signature).map((name) => name.toLowerCase());
	const headers = Object.fromEntries(
		Object.entries(options.headers ?? {}).filter(
			([name]) => !replaced.includes(name.toLowerCase()),
		),
	);
	const named = Object.keys(headers).map((name) => name.toLowerCase());
	options.headers = {
		...headers,
		...signature,
		...(named.includes('x-vaultapi-clientid') ? {} : { 'X-VaultAPI-ClientID': settings.clientId }),
	};
	// n8n's default is to send Authorization along to wherever a redirect points.
	options.sendCredentialsOnCrossOriginRedirect = false;
	return options;
}

function isCredentialTest({ headers }: SignableOptions): boolean {
	const [[name, mark]] = Object.entries(CREDENTIAL_TEST_HEADERS);
	return headers?.[name] === mark;
}
