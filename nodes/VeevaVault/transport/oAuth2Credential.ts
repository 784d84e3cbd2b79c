import { isRecord } from '../../../packages/shared/isRecord';
import { oAuth2IdentityOf, readOAuth2Fields, subjectOf } from '../credential/oAuth2Fields';
import { sessions } from '../credential/sessions';
import { countsAsActivity } from '../vault/calls/users';
import { isVaultError, VaultError } from '../vault/errors';
import { requestOptions } from '../vault/http/call';
import { sendTo, withDeadline } from '../vault/http/send';
import { openedSession } from '../vault/login';
import { isAlive } from '../vault/login/isAlive';
import { exchangeToken } from '../vault/login/oAuth2';
import { discoverProfile } from '../vault/login/profile';
import { accessTokens } from '../vault/login/tokenRotation';
import type { SessionCalls, VaultSession } from '../vault/session/types';
import type { SessionSource } from './connection';
import { sender, type Context } from './context';

const CREDENTIAL_TYPE = 'veevaVaultOAuth2Api';

/**
 * A session for the user who signed in through n8n. n8n keeps the identity provider's tokens. The Vault session that they
 * are exchanged for lives in this process.
 *
 * @throws VaultFieldError when a field of the credential is wrong
 * @throws VaultError when no one has signed in yet
 */
export async function oAuth2Source(context: Context, itemIndex: number): Promise<SessionSource> {
	const fields = readOAuth2Fields(await context.getCredentials(CREDENTIAL_TYPE, itemIndex));
	const { vault, settings, accessToken } = fields;
	assertOwnToken(accessToken);
	const login = oAuth2IdentityOf(fields);
	// Others may wait for the same session: it does not end with this execution.
	const send = withDeadline(async (options) => await context.helpers.httpRequest(options));

	const exchange = async (token: string) =>
		await exchangeToken(send, fields, await discoverProfile(send, fields, fields.oAuth2), token);
	const calls: SessionCalls = {
		keepAlive: async ({ id }) => await isAlive(send, vault, settings, id),
		logIn: async () => {
			const newest = accessTokens.newest(accessToken);
			const response = await exchange(newest).catch(async (error: unknown) => {
				if (!isVaultError(error, 'EXPIRED_TOKEN', 'INVALID_TOKEN')) throw error;
				const token = await refreshedToken(context, error, fields.subject);
				accessTokens.rotated(newest, token);
				return await exchange(token);
			});
			return await openedSession(send, fields, response);
		},
	};
	/** The session that the next call ends */
	let ending: VaultSession | undefined;
	return {
		settings,
		secrets: [],
		target: () => ({ vault, isCertain: true }),
		session: () => sessions.newest(login),
		async provide() {
			const session =
				ending ?? sessions.usable(login) ?? (await sessions.renew(login, undefined, calls));
			ending = undefined;
			return session;
		},
		async send(call, { body, session }) {
			if (session === undefined) throw new Error('A call of this source has a session');
			const options = requestOptions(vault, call, settings.clientId, session.id, body);
			const response = await sendTo(vault.host, sender(context), options);
			return { ...response, from: vault, secrets: [session.id], session };
		},
		accepted({ id }, call) {
			sessions.seenAlive(login, id, countsAsActivity(call));
		},
		replace: async (session, refusal) => {
			if (session === undefined) throw refusal;
			sessions.seenDead(login, session.id);
		},
		prepareEnd() {
			ending = sessions.newest(login);
			if (ending === undefined) return 'none';
			sessions.forget(ending.id);
			return 'forgotten';
		},
		assertCan: () => {},
	};
}

/** A new access token. n8n gets it with the refresh token and saves it. */
async function refreshedToken(
	context: Context,
	refused: VaultError,
	subject: string,
): Promise<string> {
	const { helpers }: { helpers: Partial<Pick<Context['helpers'], 'refreshOAuth2Token'>> } = context;
	// n8n has this helper from 1.119 on.
	const data: unknown = await helpers.refreshOAuth2Token
		?.call(context, CREDENTIAL_TYPE)
		.catch(() => undefined);
	const token =
		typeof data === 'object' && data !== null && 'access_token' in data ? data.access_token : '';
	if (typeof token === 'string' && token !== '') {
		const renewed = isRecord(data) ? subjectOf(data.id_token) : '';
		// n8n keeps an earlier user's refresh token when it gets none for the next user who signs in.
		if (subject !== '' && renewed !== '' && renewed !== subject) accessTokens.disown(token);
		assertOwnToken(token);
		return token;
	}
	throw new VaultError(
		refused.message,
		'The sign-in has expired, and the identity provider issued no new access token: open the credential and connect again.',
		refused.type,
		refused.executionId,
	);
}

/** Refuses a token that turned out to be someone else's. */
function assertOwnToken(token: string): void {
	if (!accessTokens.isDisowned(token)) return;
	throw new VaultError(
		'The identity provider issued a token for another user',
		'n8n kept the refresh token of someone who signed in with this credential before: open the credential, select Disconnect, and connect again.',
		'OTHER_USER',
	);
}
