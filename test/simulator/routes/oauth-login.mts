import { VaultError } from '../answers.mts';
import type { OpenRoute } from '../call.mts';
import { tokenOwner } from '../introspection.mts';
import { land } from './landing.mts';

/** "OAuth 2.0 / OpenID Connect": the identity provider's access token for a Vault session. */
export const oauthLogin: OpenRoute = {
	method: 'POST',
	path: '/auth/oauth/session/:profileId',
	signed: false,
	login: 'token',
	form: 'urlencoded',
	changes: true,
	async handle(call) {
		const { state, settings, pause } = call.context;
		await pause(settings.loginDelay);
		const profile = state.users
			.flatMap((user) => user.profiles)
			.find(({ id }) => id === call.params.profileId);
		if (!profile) {
			throw new VaultError('INVALID_DATA', `No profile has the ID ${call.params.profileId}.`);
		}
		const token = /^Bearer (.+)$/.exec(call.record.headers.authorization ?? '')?.[1];
		if (!token) throw new VaultError('INVALID_TOKEN', 'The access token is missing.');

		const clientId = call.fields.client_id || undefined;
		const mapped = clientId === undefined ? undefined : (profile.clientIds[clientId] ?? clientId);
		const user = state.findUser(await tokenOwner(call.context, token, mapped));
		if (!user?.profiles.some(({ id }) => id === profile.id)) {
			throw new VaultError('INSUFFICIENT_ACCESS', 'The token is for no user of this profile.');
		}
		if (user.inactive) throw new VaultError('INACTIVE_USER', 'The user is inactive.');
		if (user.locked) throw new VaultError('USER_LOCKED_OUT', 'The account is locked.');
		return land(call, user, call.fields.vaultDNS || undefined);
	},
};
