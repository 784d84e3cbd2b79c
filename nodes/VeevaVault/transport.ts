import type { IExecuteFunctions, IHttpRequestOptions, ILoadOptionsFunctions } from 'n8n-workflow';

import {
	callVault,
	countsAsActivity,
	DEFAULT_SETTINGS,
	requestOptions,
	type CallSettings,
	type Send,
	type VaultAnswer,
	type VaultCall,
} from './vault/api';
import { isVaultError, VaultFieldError } from './vault/errors';
import { readFields } from './vault/fields';
import { parseHost, type VaultHost } from './vault/hosts';
import type { VaultSession } from './vault/session';
import { endingCredentials, knownSession, sessions, signedWith } from './vault/signing';

export const CREDENTIAL_TYPE = 'veevaVaultApi';

type Context = IExecuteFunctions | ILoadOptionsFunctions;

/** How one item reaches its Vault: with the credential's session, or with one that an earlier step started. */
export interface Connection {
	vault: VaultHost;
	settings: CallSettings;
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
}

/**
 * The connection that the item's "Session to Use" asks for.
 *
 * @throws VaultFieldError when a field of the credential or of the node is wrong
 */
export async function connect(context: Context, itemIndex: number): Promise<Connection> {
	const source = parameter(context, 'sessionSource', itemIndex);
	return source === 'sessionId'
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
	const { vault, settings, password } = fields;

	// With the credentials of this item, for the helper by itself would resolve expressions for the first one.
	const send: Send = async (options: IHttpRequestOptions) => {
		const { id = '', name = CREDENTIAL_TYPE } =
			context.getNode().credentials?.[CREDENTIAL_TYPE] ?? {};
		return await context.helpers.httpRequestWithAuthentication.call(
			context,
			CREDENTIAL_TYPE,
			options,
			{ credentialsDecrypted: { id: id ?? '', name, type: CREDENTIAL_TYPE, data: credentials } },
		);
	};
	const once = async (call: VaultCall) => {
		const options = requestOptions(vault, call, settings.clientId);
		return await callVault(send, vault, options, [password]);
	};

	return {
		vault,
		settings,
		session: () => signedWith(credentials) ?? knownSession(credentials),
		call: async (call) => {
			const answer = await once(call).catch(async (error: unknown) => {
				const dead = signedWith(credentials);
				// Only with this error does Vault say that the call did not run, so only then may it be repeated.
				if (!isVaultError(error, 'INVALID_SESSION_ID') || dead === undefined) throw error;
				sessions.seenDead(fields, dead.id);
				// Read again: another process may have saved a newer session.
				credentials = await context.getCredentials(CREDENTIAL_TYPE, itemIndex);
				return await once(call);
			});
			const session = signedWith(credentials);
			if (session !== undefined && countsAsActivity(call)) sessions.seenAlive(session.id);
			return answer;
		},
		end: async (call) => {
			const ending = endingCredentials(credentials);
			if (ending === undefined) return { responseStatus: 'SUCCESS' };
			credentials = ending;
			return await once(call).catch((error: unknown) => {
				// Ended already: there is nothing left to do.
				if (isVaultError(error, 'INVALID_SESSION_ID')) return { responseStatus: 'SUCCESS' };
				throw error;
			});
		},
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
	const settings = { ...DEFAULT_SETTINGS };
	const call = async (vaultCall: VaultCall) =>
		await callVault(
			sender(context),
			vault,
			requestOptions(vault, vaultCall, settings.clientId, id),
			[id],
		);
	return { vault, settings, call, end: call, session: () => undefined };
}

/** Reads a parameter in either context; the editor's lists have no items. */
function parameter(context: Context, name: string, itemIndex: number): unknown {
	return 'getInputData' in context
		? context.getNodeParameter(name, itemIndex, '')
		: context.getNodeParameter(name, '');
}
