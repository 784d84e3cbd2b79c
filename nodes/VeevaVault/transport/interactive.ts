import { isRecord, withoutSecrets } from '../vault/answer';
import {
	callVault,
	countsAsActivity,
	requestOptions,
	requestVault,
	type VaultCall,
} from '../vault/api';
import { isVaultError, VaultError } from '../vault/errors';
import { readInteractiveFields, subjectOf } from '../vault/interactiveFields';
import { openedSession } from '../vault/login';
import { exchangeToken } from '../vault/login/oAuth2';
import { discoverProfile } from '../vault/login/profile';
import { accessTokens } from '../vault/login/tokenLineages';
import type { SessionCalls } from '../vault/session';
import { isAlive, sessions, withDeadline } from '../vault/signing';
import { assertOwn, inJson, sender, type Connection, type Context } from './connection';
import { turnsOf } from './shared';

const CREDENTIAL_TYPE = 'veevaVaultOAuth2Api';

/**
 * With a session for the user who has signed in through n8n. n8n keeps the identity provider's tokens; the Vault session
 * that they are exchanged for lives in this process.
 *
 * @throws VaultFieldError when a field of the credential is wrong
 * @throws VaultError when nobody has signed in yet
 */
export async function interactiveSession(context: Context, itemIndex: number): Promise<Connection> {
	const fields = readInteractiveFields(await context.getCredentials(CREDENTIAL_TYPE, itemIndex));
	const { vault, settings, accessToken, secrets } = fields;
	assertOwnToken(accessToken);
	const send = sender(context);
	// Others may wait for the same session: it does not end with this execution.
	const share = withDeadline(async (options) => await context.helpers.httpRequest(options));

	const exchange = async (token: string) =>
		await exchangeToken(share, fields, await discoverProfile(share, fields, fields.oAuth2), token);
	const calls: SessionCalls = {
		keepAlive: async (session) => await isAlive(share, vault, settings, session),
		logIn: async () => {
			const newest = accessTokens.newest(accessToken);
			const answer = await exchange(newest).catch(async (error: unknown) => {
				if (!isVaultError(error, 'EXPIRED_TOKEN', 'INVALID_TOKEN')) throw error;
				const token = await refreshedToken(context, error, fields.subject);
				accessTokens.rotated(newest, token);
				return await exchange(token);
			});
			return await openedSession(share, fields, answer);
		},
	};
	let session = sessions.newest(fields);
	const turn = turnsOf(context);
	const once = async (call: VaultCall) => {
		session = sessions.usable(fields) ?? (await sessions.renew(fields, undefined, calls));
		const options = requestOptions(vault, call, settings.clientId, session.id);
		const inTurn = turn(vault, call);
		return await requestVault(send, vault, call, options, { secrets, inTurn });
	};
	const request = async (call: VaultCall) => {
		assertOwn(call, vault);
		const answer = await once(call).catch(async (error: unknown) => {
			if (!isVaultError(error, 'INVALID_SESSION_ID') || session === undefined) throw error;
			sessions.seenDead(fields, session.id);
			return await once(call);
		});
		if (session !== undefined) sessions.seenAlive(fields, session.id, countsAsActivity(call));
		return answer;
	};

	return {
		vault,
		settings,
		session: () => session,
		clean: (text) => withoutSecrets(text, [...secrets, session?.id ?? '']),
		request,
		call: async (call) => await inJson(request(call)),
		end: async (call) => {
			const ending = sessions.newest(fields);
			if (ending === undefined) return { responseStatus: 'SUCCESS' };
			sessions.forget(ending.id);
			const options = requestOptions(vault, call, settings.clientId, ending.id);
			return await callVault(send, vault, options, secrets).catch((error: unknown) => {
				// Ended already: there is nothing left to do.
				if (isVaultError(error, 'INVALID_SESSION_ID')) return { responseStatus: 'SUCCESS' };
				throw error;
			});
		},
		assertCan: () => {},
	};
}

/** A new access token, which n8n gets with the refresh token and saves. */
async function refreshedToken(
	context: Context,
	refused: VaultError,
	subject: string,
): Promise<string> {
	const { helpers }: { helpers: Partial<Pick<Context['helpers'], 'refreshOAuth2Token'>> } = context;
	// n8n has it from 1.119 on.
	const data: unknown = await helpers.refreshOAuth2Token
		?.call(context, CREDENTIAL_TYPE)
		.catch(() => undefined);
	const token =
		typeof data === 'object' && data !== null && 'access_token' in data ? data.access_token : '';
	if (typeof token === 'string' && token !== '') {
		const renewed = isRecord(data) ? subjectOf(data.id_token) : '';
		// n8n keeps an earlier user's refresh token when it gets none for the one who signs in next.
		if (subject !== '' && renewed !== '' && renewed !== subject) accessTokens.disown(token);
		assertOwnToken(token);
		return token;
	}
	throw new VaultError(
		refused.message,
		`The sign-in has expired, and the identity provider gave no new access token: open the credential and connect again. ${refused.description}`,
		refused.type,
		refused.executionId,
	);
}

/** Throws for a token that has turned out to be somebody else's. */
function assertOwnToken(token: string): void {
	if (!accessTokens.isDisowned(token)) return;
	throw new VaultError(
		'The identity provider gave a token of another user',
		'n8n has kept the refresh token of somebody who signed in with this credential before: open the credential, choose Disconnect, and connect again.',
		'OTHER_USER',
	);
}
