import { keepAlive } from '../calls/authentication';
import { isVaultError } from '../errors';
import type { CallSettings } from '../http/call';
import type { VaultHost } from '../http/hosts';
import { callVault, type Send } from '../http/send';

/**
 * Asks whether a session lives, and extends it.
 * Vault API reference: Authentication › Session Keep Alive.
 *
 * @returns `false` when Vault says INVALID_SESSION_ID
 * @throws VaultError for everything else
 */
export async function isAlive(
	send: Send,
	host: VaultHost,
	settings: CallSettings,
	sessionId: string,
): Promise<boolean> {
	const signing = { clientId: settings.clientId, authorization: sessionId };
	return await callVault(send, host, keepAlive(settings), signing).then(
		() => true,
		(error: unknown) => {
			if (isVaultError(error, 'INVALID_SESSION_ID')) return false;
			throw error;
		},
	);
}
