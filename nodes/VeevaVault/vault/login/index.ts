import {
	callVault,
	endSession,
	hostOf,
	isVaultId,
	readVaults,
	requestOptions,
	type Send,
} from '../api';
import { VaultError } from '../errors';
import type { LoginFields } from '../fields';
import type { OpenedSession } from '../session';
import { loginWithPassword } from './password';

/**
 * Logs in, and makes sure that the session is for the Vault that was asked for.
 *
 * @returns the new session
 * @throws VaultError when Vault refuses, or when it opened another Vault; then that session is ended first
 */
export async function logIn(send: Send, fields: LoginFields): Promise<OpenedSession> {
	const { sessionId, userId, vaultId, vaultIds } = await loginWithPassword(send, fields);
	if (
		typeof sessionId !== 'string' ||
		sessionId === '' ||
		!isVaultId(userId) ||
		!isVaultId(vaultId)
	) {
		throw new VaultError(
			`${fields.vault.host} answered the login without a session`,
			'A proxy may have answered in place of Vault.',
			'NOT_A_VAULT_ANSWER',
		);
	}
	const session = { id: sessionId, userId, vaultId, vaultIds: readVaults(vaultIds) };
	await refuseOtherVault(send, fields, session);
	return session;
}

/**
 * A user who cannot log in to the Vault asked for does not get an error: Vault silently opens another one.
 * Vault API reference: Authentication › User Name and Password, "Response Details".
 *
 * @throws VaultError naming both Vaults, after the session in the wrong one has been ended
 */
async function refuseOtherVault(
	send: Send,
	{ vault, settings, username }: LoginFields,
	session: OpenedSession,
): Promise<void> {
	const opened = session.vaultIds.find(({ id }) => String(id) === String(session.vaultId));
	const host = opened === undefined ? undefined : hostOf(opened);
	if (host?.host === vault.host) return;

	// Best effort: if it cannot be ended, it idles out by itself, and the error below is what matters.
	const where = host ?? vault;
	await Promise.allSettled([
		callVault(
			send,
			where,
			requestOptions(where, endSession(settings), settings.clientId, session.id),
		),
	]);
	const described =
		opened === undefined || host === undefined
			? `Vault ${session.vaultId}, for which it names no address`
			: `"${opened.name}" at ${host.host}`;
	throw new VaultError(
		`Vault opened ${described} instead of ${vault.host}`,
		`The user ${username} cannot log in to ${vault.host}, so Vault chose another Vault of that user. The session was ended. Correct the Vault DNS, or ask an administrator to give the user access there.`,
		'WRONG_VAULT',
	);
}
