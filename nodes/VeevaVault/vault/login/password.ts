import { passwordLogin } from '../calls/authentication';
import type { ResponseBody } from '../http/response';
import { callVault, type Send } from '../http/send';
import type { Destination, PasswordLogin } from './types';

/**
 * Logs in with user name and password. The Vault asked for is sent as `vaultDNS`, which takes precedence over the host
 * called.
 *
 * @returns Vault's response as it is; the caller checks which Vault was opened
 * @throws VaultError in Vault's words when Vault refuses
 */
export async function loginWithPassword(
	send: Send,
	{ vault, settings, secrets }: Destination,
	{ username, password }: PasswordLogin,
): Promise<ResponseBody> {
	const call = passwordLogin(settings, { username, password, vaultDns: vault.host });
	return await callVault(send, vault, call, { clientId: settings.clientId, secrets });
}
