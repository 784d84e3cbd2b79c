import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';

import { isRecord } from '../../../packages/shared/isRecord';
import { refreshTokens } from '../vault/login/tokenRotation';
import { bindingOf } from '../vault/session/binding';
import type { StoredSession, VaultSession } from '../vault/session/types';
import { isVaultId, readVaults } from '../vault/vaultIds';
import type { LoginFields } from './fields';
import { boundTo, refreshTokenOf } from './identity';

/** What n8n saves in the credential to forget its session. */
export const NO_SESSION = { sessionToken: '', sessionDetails: '' } as const;

/** Reads the session that the credential keeps. Anything that cannot be one counts as none. */
export function readStoredSession({
	sessionToken,
	sessionDetails,
}: ICredentialDataDecryptedObject): StoredSession | undefined {
	if (typeof sessionToken !== 'string' || sessionToken === '') return undefined;
	if (typeof sessionDetails !== 'string' || sessionDetails === '') return undefined;
	try {
		const details: unknown = JSON.parse(sessionDetails);
		if (!isRecord(details)) return undefined;
		const { userId, vaultId, vaultIds, startedAt, binding } = details;
		if (!isVaultId(userId) || !isVaultId(vaultId)) return undefined;
		if (typeof startedAt !== 'number' || typeof binding !== 'string') return undefined;
		return {
			id: sessionToken,
			userId,
			vaultId,
			vaultIds: readVaults(vaultIds),
			startedAt,
			binding,
		};
	} catch {
		return undefined;
	}
}

/** What n8n saves in the credential: the session, and the refresh token that goes with it now. */
export function toStore(fields: LoginFields, { id, ...opened }: VaultSession): IDataObject {
	const { userId, vaultId, vaultIds, startedAt } = opened;
	const used = refreshTokenOf(fields);
	const token = used === undefined ? undefined : refreshTokens.newest(used);
	const binding = bindingOf(id, boundTo(fields, token));
	return {
		sessionToken: id,
		sessionDetails: JSON.stringify({ userId, vaultId, vaultIds, startedAt, binding }),
		...(token === undefined ? {} : { oAuth2RefreshToken: token }),
	};
}

/** The refresh token that replaced the one in the fields; `undefined` when none did. */
export function rotatedRefreshToken(fields: LoginFields): string | undefined {
	const used = refreshTokenOf(fields);
	const newest = used === undefined ? undefined : refreshTokens.newest(used);
	return newest === used ? undefined : newest;
}
