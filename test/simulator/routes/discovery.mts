import { success, VaultError } from '../answers.mts';
import type { OpenRoute } from '../call.mts';
import type { OAuthProfile } from '../types.mts';

/** "Authentication Type Discovery". A SAML user is `sso` with an empty `auth_profiles`. */
export const discovery: OpenRoute = {
	method: 'POST',
	path: '/auth/discovery',
	signed: false,
	handle({ context, record }) {
		const { username, client_id: clientId } = record.query;
		if (!username) throw new VaultError('PARAMETER_REQUIRED', 'username is missing.');
		const user = context.state.findUser(username);
		// Anyone may ask: who does not exist looks like a password user.
		if (!user || user.authType === 'password') {
			return success({ errors: [], data: { auth_type: 'password' } });
		}
		const withMsal = record.headers['x-vaultapi-authincludemsal'] === 'true';
		const loginService = `http://${context.loginHost()}`;
		return success({
			errors: [],
			data: {
				auth_type: 'sso',
				auth_profiles: user.profiles.map((profile) =>
					describe(profile, loginService, withMsal, clientId),
				),
			},
		});
	},
};

function describe(
	profile: OAuthProfile,
	loginService: string,
	withMsal: boolean,
	clientId: string | undefined,
): Record<string, unknown> {
	const mapped = clientId === undefined ? undefined : profile.clientIds[clientId];
	return {
		id: profile.id,
		label: profile.label,
		description: profile.description,
		vault_session_endpoint: `${loginService}/auth/oauth/session/${profile.id}`,
		use_adal: profile.useAdal,
		...(withMsal && { use_msal: profile.useMsal }),
		...(mapped !== undefined && { as_client_id: mapped }),
		as_metadata: profile.asMetadata,
		oauthProviderType: profile.providerType,
	};
}
