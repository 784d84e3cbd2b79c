import { isRecord } from '../../../packages/shared/isRecord';
import { apiVersion, clientId } from '../credential/fields';
import { VaultFieldError } from '../vault/errors';
import { DEFAULT_SETTINGS, requestOptions, type CallSettings } from '../vault/http/call';
import { parseHost } from '../vault/http/hosts';
import { sendTo } from '../vault/http/send';
import type { SessionSource } from './connection';
import { parameter, sender, type Context } from './context';

/**
 * A session that an earlier step started. It is used as it is.
 *
 * @throws VaultFieldError when the session or the Vault cannot be one
 */
export function givenSessionSource(context: Context, itemIndex: number): SessionSource {
	const vault = parseHost(parameter(context, 'vaultDns', itemIndex), 'Vault DNS');
	const id = sessionId(parameter(context, 'sessionId', itemIndex));
	const settings = givenSettings(parameter(context, 'options', itemIndex));
	const secrets = [id];
	return {
		settings,
		secrets,
		target: () => ({ vault, isCertain: true }),
		session: () => undefined,
		provide: async () => undefined,
		async send(call, { body }) {
			const options = requestOptions(vault, call, settings.clientId, id, body);
			const response = await sendTo(vault.host, sender(context), options);
			return { ...response, from: vault, secrets };
		},
		accepted: () => {},
		replace: async (_session, refusal) => {
			throw refusal;
		},
		prepareEnd: () => 'kept',
		assertCan: () => {},
	};
}

/** @throws VaultFieldError */
function sessionId(given: unknown): string {
	if (typeof given === 'string' && /^[\x21-\x7e]+$/.test(given.trim())) return given.trim();
	throw new VaultFieldError(
		'Session ID',
		given === '' ? '' : undefined,
		'the ID of a Vault session, such as {{ $json.delegated_sessionid }} after Start Session',
	);
}

function givenSettings(options: unknown): CallSettings {
	const given = isRecord(options) ? options : {};
	return {
		apiVersion: apiVersion(given.apiVersion ?? DEFAULT_SETTINGS.apiVersion),
		clientId: clientId(given.clientId ?? DEFAULT_SETTINGS.clientId),
	};
}
