import {
	callVault,
	DEFAULT_SETTINGS,
	isRecord,
	requestOptions,
	type CallSettings,
	type VaultCall,
} from '../vault/api';
import { VaultFieldError } from '../vault/errors';
import { apiVersion, clientId } from '../vault/fields';
import { parseHost } from '../vault/hosts';
import { parameter, sender, type Connection, type Context } from './connection';

/**
 * With a session that an earlier step started; it is used as it is.
 *
 * @throws VaultFieldError when the session or the Vault cannot be one
 */
export function givenSession(context: Context, itemIndex: number): Connection {
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
