import type { VaultAnswer } from '../answer';
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
import type { LoginFields, OAuth2 } from '../fields';
import type { OpenedSession } from '../session';
import { loginWithOAuth2 } from './oAuth2';
import { loginWithPassword } from './password';

/** The methods by which a session is opened; the others use what the credential has. */
export type LoginMethod = OAuth2 | { method: 'password'; username: string; password: string };

/** Where a login is to lead. */
type Destination = Pick<LoginFields, 'vault' | 'settings'>;

/**
 * Logs in, and makes sure that the session is for the Vault that was asked for.
 *
 * @returns the new session
 * @throws VaultError when Vault refuses, or when it opened another Vault; then that session is ended first
 */
export async function logIn(
	send: Send,
	fields: LoginFields,
	authentication: LoginMethod,
): Promise<OpenedSession> {
	const answer =
		authentication.method === 'password'
			? await loginWithPassword(send, fields, authentication)
			: await loginWithOAuth2(send, fields, authentication);
	return await openedSession(send, fields, answer);
}

/**
 * Takes the session from the answer of a login.
 *
 * @throws VaultError when there is none, or when it is for another Vault; then that session is ended first
 */
export async function openedSession(
	send: Send,
	destination: Destination,
	{ sessionId, userId, vaultId, vaultIds }: VaultAnswer,
): Promise<OpenedSession> {
	if (
		typeof sessionId !== 'string' ||
		sessionId === '' ||
		!isVaultId(userId) ||
		!isVaultId(vaultId)
	) {
		throw new VaultError(
			`${destination.vault.host} answered the login without a session`,
			'A proxy may have answered in place of Vault.',
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
		`The user cannot log in to ${vault.host}, so Vault chose another Vault of that user. The session was ended. Correct the Vault DNS, or ask an administrator to give the user access there.`,
		'WRONG_VAULT',
	);
}
