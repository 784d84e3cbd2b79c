import {
	sleep,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type IHttpRequestOptions,
} from 'n8n-workflow';

import {
	callVault,
	hostOf,
	isRecord,
	isVaultId,
	keepAlive,
	readVaults,
	requestOptions,
	type Send,
} from './api';
import { isVaultError, VaultError } from './errors';
import { readFields, type LoginFields } from './fields';
import { isLoopback, readUrl } from './hosts';
import { logIn } from './login';
import { Sessions, type SessionCalls, type VaultSession } from './session';

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
	/** Renewed on request of the credential test, which would otherwise ask for it again */
	| { is: 'renewed' }
	/** Refused with an error that nothing can mend */
	| { is: 'refused' }
	/** The stored session is to be forgotten, and then ended */
	| { is: 'end'; session: VaultSession };

const decisions = new WeakMap<object, Decision>();

/** The sessions of this process: n8n loads this module once, for the credential and for the node. */
export const sessions = new Sessions({ now: () => Date.now(), sleep });

/**
 * Marks the credential test's request. `X-VaultAPI-ReferenceId` is Vault's own header for a caller's mark (v23.3);
 * it also shows in Vault's API usage log that a call was such a test.
 */
export const CREDENTIAL_TEST_HEADERS = { 'X-VaultAPI-ReferenceId': 'n8n-credential-test' } as const;

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
 * @param options the request; a relative address means the credential's Vault
 * @returns the same options, signed
 * @throws VaultError when a field of the credential is wrong, or the request is not for this Vault: nothing is sent
 * @throws RenewalNeeded when there is no session that may be used without asking
 */
export async function signRequest(
	credentials: ICredentialDataDecryptedObject,
	options: SignableOptions,
): Promise<IHttpRequestOptions> {
	return await sign(credentials, options).catch((error: unknown) => {
		if (!(error instanceof RenewalNeeded)) decisions.set(credentials, { is: 'refused' });
		throw error;
	});
}

async function sign(
	credentials: ICredentialDataDecryptedObject,
	options: SignableOptions,
): Promise<IHttpRequestOptions> {
	const fields = readFields(credentials);
	const stored = storedSession(credentials);
	const decision = decisions.get(credentials);
	const target = targetOf(options, fields);
	assertEncrypted(target);

	if (decision?.is === 'end') return withSession(options, target, fields, decision.session);

	// Before any login: a request that no session of this Vault may sign does not cause one.
	const newest = sessions.newest(fields, stored);
	if (newest !== undefined) assertOwnHost(target, fields, newest);

	const fresh = isCredentialTest(options) && decision?.is !== 'renewed';
	const session = fresh
		? undefined
		: (sessions.usable(fields, stored) ?? (await sessions.renewal(fields)));
	if (session === undefined) {
		decisions.set(credentials, { is: 'renew', fresh });
		throw new RenewalNeeded();
	}
	assertOwnHost(target, fields, session);
	decisions.set(credentials, { is: 'signed', with: session });
	return withSession(options, target, fields, session);
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
	if (decision?.is !== 'renew') return {};

	// Whatever comes of it, n8n must not cause a second try with the same data.
	decisions.set(credentials, { is: 'refused' });
	const fields = readFields(credentials);
	const session = await sessions.renew(
		fields,
		storedSession(credentials),
		sessionCalls(fields, httpRequest as Send),
		{ fresh: decision.fresh },
	);
	decisions.set(credentials, { is: 'renewed' });
	const { id, ...details } = session;
	return { sessionToken: id, sessionDetails: JSON.stringify(details) };
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

function sessionCalls(fields: LoginFields, send: Send): SessionCalls {
	const { vault, settings } = fields;
	return {
		logIn: async () => await logIn(send, fields),
		keepAlive: async (session) => {
			const options = requestOptions(vault, keepAlive(settings), settings.clientId, session.id);
			return await callVault(send, vault, options, [session.id]).then(
				() => true,
				(error: unknown) => {
					if (isVaultError(error, 'INVALID_SESSION_ID')) return false;
					throw error;
				},
			);
		},
	};
}

/** Reads the session that the credential has kept; what cannot be one counts as none. */
function storedSession({
	sessionToken,
	sessionDetails,
}: ICredentialDataDecryptedObject): VaultSession | undefined {
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

function targetOf(options: SignableOptions, { vault }: LoginFields): URL {
	const target = readUrl(
		options.uri ?? options.url,
		readUrl(options.baseURL ?? '/', vault.origin)?.href,
	);
	if (target !== undefined) return target;
	throw new VaultError(
		'The request has no address that can be read',
		`Expected an address that begins with ${vault.origin}/`,
		'INVALID_FIELD',
	);
}

/** Throws when a session of these login fields has no business at the target. */
function assertOwnHost(target: URL, { vault }: LoginFields, session: VaultSession): void {
	const own = [vault, ...session.vaultIds.map(hostOf)].map((host) => host?.host);
	if (!own.includes(target.host)) {
		throw new VaultError(
			`The request to ${target.host} was not sent: it is not a host of this credential's Vault`,
			`This credential signs only requests to ${[...new Set(own)].filter(Boolean).join(', ')}. Use another credential for ${target.host}.`,
			'FOREIGN_HOST',
		);
	}
}

/** Throws when a session would travel in the clear. */
function assertEncrypted(target: URL): void {
	if (target.protocol === 'https:' || isLoopback(target.hostname)) return;
	throw new VaultError(
		`The request to ${target.host} was not sent: it would carry the session over plain ${target.protocol.slice(0, -1)}`,
		'Begin the address with https://.',
		'PLAIN_HTTP',
	);
}

function withSession(
	options: SignableOptions,
	target: URL,
	{ settings }: LoginFields,
	session: VaultSession,
): IHttpRequestOptions {
	if (options.baseURL !== undefined) {
		options.url = target.href;
		delete options.baseURL;
	}
	const headers = { ...options.headers };
	const named = (name: string) => Object.keys(headers).filter((key) => key.toLowerCase() === name);
	for (const key of named('authorization')) delete headers[key];
	headers.Authorization = session.id;
	if (named('x-vaultapi-clientid').length === 0) headers['X-VaultAPI-ClientID'] = settings.clientId;
	options.headers = headers;
	// n8n's default is to send Authorization along to wherever a redirect points.
	options.sendCredentialsOnCrossOriginRedirect = false;
	return options;
}

function isCredentialTest({ headers }: SignableOptions): boolean {
	const [[name, mark]] = Object.entries(CREDENTIAL_TEST_HEADERS);
	return headers?.[name] === mark;
}
