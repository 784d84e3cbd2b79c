import { endSession } from '../calls/authentication';
import { VaultError } from '../errors';
import { hostOf, isSibling } from '../http/hosts';
import type { ResponseBody } from '../http/response';
import { callVault, type Send } from '../http/send';
import type { OpenedSession } from '../session/types';
import { isVaultId, readVaults } from '../vaultIds';
import { loginWithOAuth2 } from './oAuth2';
import { loginWithPassword } from './password';
import type { Destination, LoginMethod } from './types';

/**
 * Logs in, and makes sure that the session is for the Vault that was asked for.
 *
 * @returns the new session
 * @throws VaultError when Vault refuses, or when it opened another Vault; then that session is ended first
 */
export async function logIn(
	send: Send,
	destination: Destination,
	method: LoginMethod,
): Promise<OpenedSession> {
	const response =
		method.method === 'password'
			? await loginWithPassword(send, destination, method)
			: await loginWithOAuth2(send, destination, method);
	return await openedSession(send, destination, response);
}

/**
 * Takes the session from the response of a login.
 *
 * @throws VaultError when there is none, or when it is for another Vault; then that session is ended first
 */
export async function openedSession(
	send: Send,
	destination: Destination,
	{ sessionId, userId, vaultId, vaultIds }: ResponseBody,
): Promise<OpenedSession> {
	if (
		typeof sessionId !== 'string' ||
		sessionId === '' ||
		!isVaultId(userId) ||
		!isVaultId(vaultId)
	) {
		throw new VaultError(
			`${destination.vault.host} responded to the login without a session`,
			'A proxy may have responded instead of Vault.',
			'NOT_A_VAULT_ANSWER',
		);
	}
	const session = { id: sessionId, userId, vaultId, vaultIds: readVaults(vaultIds) };
	await refuseOtherVault(send, destination, session);
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
	{ vault, settings }: Destination,
	session: OpenedSession,
): Promise<void> {
	const opened = session.vaultIds.find(({ id }) => String(id) === String(session.vaultId));
	const host = opened === undefined ? undefined : hostOf(opened);
	if (host?.host === vault.host) return;

	// Best effort: a session that cannot be ended idles out, and the error below is what matters.
	const { clientId } = settings;
	const where = host !== undefined && isSibling(vault, host) ? host : vault;
	await Promise.allSettled([
		callVault(send, where, endSession(settings), { clientId, authorization: session.id }),
	]);
	const described =
		opened === undefined || host === undefined
			? `another Vault (ID ${session.vaultId}, address unknown)`
			: `"${opened.name}" at ${host.host}`;
	throw new VaultError(
		`Vault opened ${described} instead of ${vault.host}`,
		`The user cannot log in to ${vault.host}, so Vault chose another Vault of that user. The session was ended.`,
		'WRONG_VAULT',
	);
}
