import type { CallSettings, VaultCall } from '../http/call';

/**
 * Log in with user name and password.
 * Vault API reference: Authentication › User Name and Password, `POST /api/{version}/auth`.
 */
export function passwordLogin(
	{ apiVersion }: CallSettings,
	login: { username: string; password: string; vaultDns: string },
): VaultCall {
	return {
		method: 'POST',
		path: `/api/${apiVersion}/auth`,
		form: { username: login.username, password: login.password, vaultDNS: login.vaultDns },
	};
}

/**
 * Exchange an identity provider's access token for a session. The call goes to the login host, signed by the token.
 * Vault API reference: Authentication › OAuth 2.0 / OpenID Connect, `POST /auth/oauth/session/{profileId}`.
 *
 * @param login.clientId the client's ID at the authorization server; left out when empty
 */
export function oAuthLogin(login: {
	profileId: string;
	clientId: string;
	vaultDns: string;
}): VaultCall {
	return {
		method: 'POST',
		path: `/auth/oauth/session/${encodeURIComponent(login.profileId)}`,
		form: {
			vaultDNS: login.vaultDns,
			...(login.clientId === '' ? {} : { client_id: login.clientId }),
		},
	};
}

/**
 * Ask how a user logs in. The call goes to the login host, and nothing signs it.
 * Vault API reference: Authentication › Authentication Type Discovery, `POST /auth/discovery`.
 *
 * @param user.clientId the client ID that Vault maps to a client at the authorization server; adds `as_client_id` to the
 *   profiles
 * @param user.includeMsal adds `use_msal` to the profiles
 */
export function discovery(user: {
	username: string;
	clientId?: string;
	includeMsal?: boolean;
}): VaultCall {
	return {
		method: 'POST',
		path: '/auth/discovery',
		query: { username: user.username, ...(user.clientId ? { client_id: user.clientId } : {}) },
		...(user.includeMsal ? { headers: { 'X-VaultAPI-AuthIncludeMsal': 'true' } } : {}),
	};
}

/** The API versions of a Vault. Vault API reference: Authentication › Retrieve API Versions, `GET /api/`. */
export function apiVersions(): VaultCall {
	return { method: 'GET', path: '/api/' };
}

/** Vault API reference: Authentication › Session Keep Alive, `POST /api/{version}/keep-alive`. */
export function keepAlive({ apiVersion }: CallSettings): VaultCall {
	return { method: 'POST', path: `/api/${apiVersion}/keep-alive` };
}

/**
 * End one session. Other sessions of the user continue.
 * Vault API reference: Authentication › End Session, `DELETE /api/{version}/session`.
 */
export function endSession({ apiVersion }: CallSettings): VaultCall {
	return { method: 'DELETE', path: `/api/${apiVersion}/session` };
}
