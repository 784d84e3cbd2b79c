import {
	callVault,
	endSession,
	readVaults,
	requestOptions,
	type Send,
	type VaultAnswer,
} from '../api';
import { VaultError } from '../errors';
import type { LoginFields } from '../fields';
import { parseHost } from '../hosts';
import type { OpenedSession } from '../session';
import { loginWithPassword } from './password';

/**
 * Logs in, and makes sure that the session is for the Vault that was asked for.
 *
 * @returns the new session
 * @throws VaultError when Vault refuses, or when it opened another Vault; then that session is ended first
 */
export async function logIn(send: Send, fields: LoginFields): Promise<OpenedSession> {
	const answer = await loginWithPassword(send, fields);
	const { sessionId, userId, vaultId } = answer;
	if (typeof sessionId !== 'string' || sessionId === '') {
		throw new VaultError(
			`${fields.vault.host} answered the login without a session`,
			'A proxy may have answered in place of Vault.',
			'NOT_A_VAULT_ANSWER',
		);
	}
	const session = { id: sessionId, userId: String(userId), vaultId: String(vaultId) };
	await refuseOtherVault(send, fields, answer, session);
	return { ...session, vaultIds: readVaults(answer.vaultIds) };
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
	answer: VaultAnswer,
	session: { id: string; vaultId: string },
): Promise<void> {
	const opened = readVaults(answer.vaultIds).find(({ id }) => id === session.vaultId);
	if (opened?.host === vault.host) return;

	// Best effort: if it cannot be ended, it idles out by itself, and the error below is what matters.
	const where = opened === undefined ? vault : parseHost(opened.host, 'url');
	await Promise.allSettled([
		callVault(
			send,
			where,
			requestOptions(where, endSession(settings), settings.clientId, session.id),
		),
	]);
	const described =
		opened === undefined
			? `Vault ${session.vaultId}, for which it names no address`
			: `"${opened.name}" at ${opened.host}`;
	throw new VaultError(
		`Vault opened ${described} instead of ${vault.host}`,
		`The user ${username} cannot log in to ${vault.host}, so Vault chose another Vault of that user. The session was ended. Correct the Vault DNS, or ask an administrator to give the user access there.`,
		'WRONG_VAULT',
	);
}
