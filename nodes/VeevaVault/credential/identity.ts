import { KeyObject } from 'crypto';

import { refreshTokens } from '../vault/login/tokenRotation';
import type { LoginIdentity } from '../vault/session/types';
import type { LoginFields } from './fields';

/** The fields that decide whose session is opened, and where. */
type Login = Pick<LoginFields, 'vault' | 'loginHost' | 'authentication' | 'delegation'>;

/**
 * Whom and what the session of a credential is for. A provider may replace a refresh token whenever it is used: the first
 * token of a grant identifies all tokens that replace it.
 */
export function identityOf(fields: LoginFields): LoginIdentity {
	const { sessionTimeoutMs } = fields;
	const own = boundTo(fields);
	const token = refreshTokenOf(fields);
	const first = token === undefined ? undefined : refreshTokens.first(token);
	return {
		boundTo: own,
		identity: first === token ? own : boundTo(fields, first),
		sessionTimeoutMs,
	};
}

/**
 * `boundTo` of a {@link LoginIdentity}.
 *
 * @param refreshToken the one to bind to, where the provider has replaced the one in the fields
 */
export function boundTo(
	{ vault, loginHost, authentication, delegation }: Login,
	refreshToken = refreshTokenOf({ authentication }),
): string {
	return JSON.stringify(
		[vault.origin, loginHost.origin, authentication, delegation],
		(key, value: unknown) => {
			// Its PEM text is there too.
			if (value instanceof KeyObject) return undefined;
			return key === 'grant' && refreshToken !== undefined ? refreshToken : value;
		},
	);
}

/** The refresh token of the fields. The provider may have replaced it since. */
export function refreshTokenOf({
	authentication,
}: Pick<LoginFields, 'authentication'>): string | undefined {
	return authentication.method === 'oAuth2' && authentication.grant.type === 'refreshToken'
		? authentication.grant.token
		: undefined;
}
