import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
} from 'n8n-workflow';

import {
	callVault,
	countsAsActivity,
	DEFAULT_SETTINGS,
	isRecord,
	requestOptions,
	type CallSettings,
	type Send,
	type VaultAnswer,
	type VaultCall,
} from './vault/api';
import { isVaultError, VaultError, VaultFieldError } from './vault/errors';
import { apiVersion, clientId, readFields, type LoginFields } from './vault/fields';
import { parseHost, type VaultHost } from './vault/hosts';
import type { VaultSession } from './vault/session';
import { endingCredentials, hostFor, knownSession, sessions, signedWith } from './vault/signing';

export const CREDENTIAL_TYPE = 'veevaVaultApi';

type Context = IExecuteFunctions | ILoadOptionsFunctions;

/** What not every way into Vault has a session for. */
export type SessionAction = 'logIn' | 'keepAlive' | 'end' | 'startDelegated';

/** How one item reaches its Vault: with the credential's session, or with one that an earlier step started. */
export interface Connection {
	/** The Vault that the last call went to, or the next one will */
	readonly vault: VaultHost;
	readonly settings: CallSettings;
	/**
	 * Makes a call, signed.
	 *
	 * @throws VaultError when Vault refuses, or cannot be reached
	 */
	call(call: VaultCall): Promise<VaultAnswer>;
	/** The credential's session: as the last call used it, before that as it is known; none for one given by its ID */
	session(): VaultSession | undefined;
	/** Ends the session; a credential's one is forgotten first. */
	end(call: VaultCall): Promise<VaultAnswer>;
	/**
	 * To be asked before an operation that makes no sense with every kind of credential.
	 *
	 * @throws VaultError when it makes none with this one
	 */
	assertCan(action: SessionAction): void;
}

/**
 * The connection that the item's "Session to Use" asks for.
 *
 * @throws VaultFieldError when a field of the credential or of the node is wrong
 */
export async function connect(context: Context, itemIndex: number): Promise<Connection> {
	return parameter(context, 'sessionSource', itemIndex) === 'sessionId'
		? givenSession(context, itemIndex)
		: await credentialSession(context, itemIndex);
}

/** Sends a request that nothing signs, or that carries its own session. */
export function sender(context: Context): Send {
	return async (options) => await context.helpers.httpRequest(options);
}

async function credentialSession(context: Context, itemIndex: number): Promise<Connection> {
	let credentials = await context.getCredentials(CREDENTIAL_TYPE, itemIndex);
	const fields = readFields(credentials);
	const { settings, secrets } = fields;
	const session = () => signedWith(credentials) ?? knownSession(credentials);
	const vault = () => {
		const current = session();
		return current === undefined ? fields.vault : hostFor(fields, current);
	};
	const once = async (call: VaultCall) => {
		const options = requestOptions(vault(), call, settings.clientId);
		// Relative: which Vault a delegated session is for may turn out only when it is opened.
		const relative = { ...options, baseURL: '/', url: call.path };
		return await callVault(signingSender(context, credentials), vault(), relative, secrets);
	};

	return {
		get vault() {
			return vault();
		},
		settings,
		session,
		call: async (call) => {
			const answer = await once(call).catch(async (error: unknown) => {
				if (!isVaultError(error, 'INVALID_SESSION_ID')) throw error;
				const dead = signedWith(credentials);
				if (dead === undefined) throw notRenewed(error, fields);
				// Only with this error does Vault say that the call did not run, so only then may it be repeated.
				sessions.seenDead(fields, dead.id);
				// Read again: another process may have saved a newer session.
				credentials = await context.getCredentials(CREDENTIAL_TYPE, itemIndex);
				return await once(call);
			});
			const used = signedWith(credentials);
			if (used !== undefined) sessions.seenAlive(fields, used.id, countsAsActivity(call));
			return answer;
		},
		end: async (call) => {
			if (fields.authentication.method === 'sessionId') return await once(call);
			const ending = endingCredentials(credentials);
			if (ending === undefined) return { responseStatus: 'SUCCESS' };
			credentials = ending;
			return await once(call).catch((error: unknown) => {
				// Ended already: there is nothing left to do.
				if (isVaultError(error, 'INVALID_SESSION_ID')) return { responseStatus: 'SUCCESS' };
				throw error;
			});
		},
		assertCan: (action) => assertCan(action, fields),
	};
}

/**
 * Sends with n8n's helper that signs, and with the credentials of this item: by itself the helper would resolve
 * expressions in them for the first item.
 */
function signingSender(context: Context, data: ICredentialDataDecryptedObject): Send {
	return async (options: IHttpRequestOptions) => {
		const { id, name } = context.getNode().credentials?.[CREDENTIAL_TYPE] ?? {};
		return await context.helpers.httpRequestWithAuthentication.call(
			context,
			CREDENTIAL_TYPE,
			options,
			{
				credentialsDecrypted: {
					id: id ?? '',
					name: name ?? CREDENTIAL_TYPE,
					type: CREDENTIAL_TYPE,
					data,
				},
			},
		);
	};
}

function givenSession(context: Context, itemIndex: number): Connection {
	const vault = parseHost(parameter(context, 'vaultDns', itemIndex), 'Vault DNS');
	const sessionId = parameter(context, 'sessionId', itemIndex);
	if (typeof sessionId !== 'string' || !/^[\x21-\x7e]+$/.test(sessionId.trim())) {
		throw new VaultFieldError(
			'Session ID',
			sessionId === '' ? '' : undefined,
			'the ID of a Vault session, such as {{ $json.delegated_sessionid }} after Start Session',
		);
	}
	const id = sessionId.trim();
	const settings = givenSettings(parameter(context, 'options', itemIndex));
	const call = async (vaultCall: VaultCall) =>
		await callVault(
			sender(context),
			vault,
			requestOptions(vault, vaultCall, settings.clientId, id),
			[id],
		);
	return { vault, settings, call, end: call, session: () => undefined, assertCan: () => {} };
}

function givenSettings(options: unknown): CallSettings {
	const given = isRecord(options) ? options : {};
	return {
		apiVersion: apiVersion(given.apiVersion ?? DEFAULT_SETTINGS.apiVersion),
		clientId: clientId(given.clientId ?? DEFAULT_SETTINGS.clientId),
	};
}

/** What a method is called in messages. */
const METHOD_NAMES = {
	accessToken: 'An API access token',
	salesforce: 'A Salesforce delegated request',
	sessionId: 'A session given by its ID',
} as const;

function assertCan(action: SessionAction, { authentication: { method }, delegation }: LoginFields) {
	const what = {
		logIn: 'gives no session to the next steps',
		keepAlive: 'has no session to keep alive',
		end: 'has no session to end',
		startDelegated: '',
	}[action];
	if (action === 'startDelegated') {
		if (delegation === undefined) return;
		throw new VaultError(
			'From a delegated session no other can be started',
			'The credential acts on behalf of another user. Use a credential in which "Act on Behalf of Another User" is off.',
			'DELEGATED_SESSION',
		);
	}
	if (method === 'password' || method === 'oAuth2') return;
	if (method === 'sessionId' && action !== 'logIn') return;
	throw new VaultError(
		`${METHOD_NAMES[method]} ${what}`,
		'This operation makes sense with a credential that logs in: choose the Authentication Method "User Name and Password" or "OAuth 2.0 / OpenID Connect".',
		'NO_SESSION',
	);
}

/** INVALID_SESSION_ID, for a credential that has nothing to renew a session with. */
function notRenewed(error: VaultError, { authentication: { method } }: LoginFields): VaultError {
	const advice = {
		accessToken:
			'The API access token has expired or was deleted: create a new one in Vault and enter it in the credential.',
		salesforce:
			'Salesforce no longer vouches for the session token, or this Vault does not trust that Salesforce org: enter a new token in the credential.',
		sessionId:
			'The session in the credential has ended. It is used as it is and never renewed: enter a new one, or choose an Authentication Method that logs in.',
		password: error.description,
		oAuth2: error.description,
	}[method];
	return new VaultError(error.message, advice, error.type, error.executionId);
}

/** Reads a parameter in either context; the editor's lists have no items. */
function parameter(context: Context, name: string, itemIndex: number): unknown {
	return 'getInputData' in context
		? context.getNodeParameter(name, itemIndex, '')
		: context.getNodeParameter(name, '');
}
