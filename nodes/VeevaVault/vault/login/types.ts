import type { CallSettings } from '../http/call';
import type { VaultHost } from '../http/hosts';
import type { ClientKey } from './clientAssertion';

/** A way to open a session. */
export type LoginMethod = PasswordLogin | OAuth2Login;

/** Vault itself checks the password. */
export interface PasswordLogin {
	method: 'password';
	username: string;
	password: string;
}

/** An access token of an identity provider, exchanged for a Vault session. Empty fields are discovered. */
export interface OAuth2Login {
	method: 'oAuth2';
	/** The Vault user, by whom empty fields are discovered; can be empty when none is */
	username: string;
	/** Vault's OAuth 2.0 / OpenID Connect profile */
	profileId: string;
	/** Where the provider issues tokens (RFC 6749, section 3.2) */
	tokenEndpoint: string;
	/** How the provider authenticates this client (RFC 6749, section 2.3; RFC 7523, section 2.2) */
	client: { id: string } & (
		| { authentication: 'body' | 'header'; secret: string }
		| { authentication: 'privateKeyJwt'; key: ClientKey }
	);
	scope: string;
	grant: Grant;
}

/** What the provider issues an access token for. */
export type Grant =
	/** RFC 6749, section 4.4 */
	| { type: 'clientCredentials' }
	/** RFC 6749, section 6 */
	| { type: 'refreshToken'; token: string }
	/** RFC 6749, section 4.3 */
	| { type: 'password'; username: string; password: string }
	/** An existing access token */
	| { type: 'accessToken'; token: string };

/** Where a login leads, and how its calls are made. */
export interface Destination {
	vault: VaultHost;
	loginHost: VaultHost;
	settings: CallSettings;
	/** Secrets to hide, should anyone repeat them in a message */
	secrets: readonly string[];
}
