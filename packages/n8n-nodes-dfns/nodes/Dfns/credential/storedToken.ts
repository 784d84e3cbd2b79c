import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';

import { isRecord } from '../../../shared/isRecord';
import { bindingOf } from '../dfns/token/binding';
import type { StoredToken } from '../dfns/token/tokens';
import { readUserToken, type UserToken } from '../dfns/token/userToken';

/** Reads the token that the credential stores. Anything that cannot be one counts as none. */
export function readStoredToken({
	userToken,
	loginDetails,
}: ICredentialDataDecryptedObject): StoredToken | undefined {
	if (typeof userToken !== 'string' || userToken === '') return undefined;
	if (typeof loginDetails !== 'string' || loginDetails === '') return undefined;
	try {
		const details: unknown = JSON.parse(loginDetails);
		if (!isRecord(details)) return undefined;
		const { issuedAt, binding } = details;
		if (typeof issuedAt !== 'number' || typeof binding !== 'string') return undefined;
		const token = readUserToken(userToken, issuedAt);
		return token === undefined ? undefined : { ...token, binding };
	} catch {
		return undefined;
	}
}

/**
 * What n8n saves in the credential: the token, and what binds it to the fields.
 *
 * @param identity all fields that make the login: see `identityOf`
 */
export function toStore({ token, issuedAt }: UserToken, identity: string): IDataObject {
	return {
		userToken: token,
		loginDetails: JSON.stringify({ issuedAt, binding: bindingOf(token, identity) }),
	};
}
