import { isRecord, withoutSecrets } from '../vault/answer';
import {
	DEFAULT_SETTINGS,
	requestOptions,
	requestVault,
	type CallSettings,
	type VaultCall,
} from '../vault/api';
import { VaultFieldError } from '../vault/errors';
import { apiVersion, clientId } from '../vault/fields';
import { parseHost } from '../vault/hosts';
import { assertOwn, inJson, parameter, sender, type Connection, type Context } from './connection';
import { turnsOf } from './shared';

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
	const turn = turnsOf(context);
	const request = async (call: VaultCall) => {
		assertOwn(call, vault);
		const options = requestOptions(vault, call, settings.clientId, id);
		const inTurn = turn(vault, call);
		return await requestVault(sender(context), vault, call, options, { secrets: [id], inTurn });
	};
	const call = async (vaultCall: VaultCall) => await inJson(request(vaultCall));
	return {
		vault,
		settings,
		clean: (text) => withoutSecrets(text, [id]),
		call,
		request,
		end: call,
		session: () => undefined,
		assertCan: () => {},
	};
}

function givenSettings(options: unknown): CallSettings {
	const given = isRecord(options) ? options : {};
	return {
		apiVersion: apiVersion(given.apiVersion ?? DEFAULT_SETTINGS.apiVersion),
		clientId: clientId(given.clientId ?? DEFAULT_SETTINGS.clientId),
	};
}
