import type { VaultAnswer } from '../answer';
import { callVault, passwordLogin, requestOptions, type Send } from '../api';
import type { LoginFields } from '../fields';

/**
 * Logs in with user name and password. The Vault asked for goes along as `vaultDNS`, which wins over the host called.
 *
 * @returns Vault's answer as it is; which Vault it opened is for the caller to check
 * @throws VaultError in Vault's words when it refuses
 */
export async function loginWithPassword(
	send: Send,
	{ vault, settings, secrets }: LoginFields,
	{ username, password }: { username: string; password: string },
): Promise<VaultAnswer> {
	const call = passwordLogin(settings, { username, password, vaultDns: vault.host });
	return await callVault(send, vault, requestOptions(vault, call, settings.clientId), secrets);
}
