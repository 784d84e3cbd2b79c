import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { withoutSecrets, type VaultAnswer } from '../vault/answer';
import {
	countsAsActivity,
	requestOptions,
	requestVault,
	type Send,
	type VaultCall,
} from '../vault/api';
import { isVaultError, VaultError } from '../vault/errors';
import { readFields, type LoginFields } from '../vault/fields';
import { endingCredentials, hostFor, knownSession, sessions, signedWith } from '../vault/signing';
import { assertOwn, inJson, type Connection, type Context, type SessionAction } from './connection';
import { turnsOf } from './shared';

const CREDENTIAL_TYPE = 'veevaVaultApi';

/**
 * With the session that the `veevaVaultApi` credential keeps; n8n signs.
 *
 * @throws VaultFieldError when a field of the credential is wrong
 */
export async function credentialSession(context: Context, itemIndex: number): Promise<Connection> {
	let credentials = await context.getCredentials(CREDENTIAL_TYPE, itemIndex);
	const fields = readFields(credentials);
	const { settings, secrets } = fields;
	const session = () => signedWith(credentials) ?? knownSession(credentials);
	const vault = () => {
		const current = session();
		return current === undefined ? fields.vault : hostFor(fields, current);
	};
	const turn = turnsOf(context);
	const once = async (call: VaultCall) => {
		// Looked up only where it tells which Vault the call is for.
		const current = fields.delegation === undefined ? undefined : session();
		const host = current === undefined ? fields.vault : hostFor(fields, current);
		if (current !== undefined || fields.delegation === undefined) assertOwn(call, host);
		const options = requestOptions(host, call, settings.clientId);
		// Relative: which Vault a delegated session is for may turn out only when it is opened.
		const target =
			call.origin === undefined
				? { ...options, baseURL: '/', url: call.path }
				: { ...options, url: call.origin + call.path };
		return await requestVault(signingSender(context, credentials), host, call, target, {
			secrets,
			inTurn: turn(host, call),
		});
	};
	const request = async (call: VaultCall) => {
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
	};

	return {
		get vault() {
			return vault();
		},
		settings,
		session,
		clean: (text) => withoutSecrets(text, [...secrets, session()?.id ?? '']),
		request,
		call: async (call) => await inJson(request(call)),
		end: async (call) => {
			if (fields.authentication.method === 'sessionId') return await inJson(once(call));
			const ending = endingCredentials(credentials);
			if (ending === undefined) return { responseStatus: 'SUCCESS' };
			credentials = ending;
			return await inJson(once(call)).catch((error: unknown): VaultAnswer => {
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
