import type { IDataObject } from 'n8n-workflow';

import { isRecord } from '../../../../packages/shared/isRecord';
import { sender } from '../../transport/context';
import { discovery } from '../../vault/calls/authentication';
import { VaultFieldError } from '../../vault/errors';
import { DEFAULT_LOGIN_HOST, DEFAULT_SETTINGS } from '../../vault/http/call';
import { parseHost } from '../../vault/http/hosts';
import { callVault } from '../../vault/http/send';
import type { Operation } from '../operation';

/** Vault API reference: Authentication › Authentication Type Discovery. */
export const discover: Operation = {
	option: {
		name: 'Discover Type',
		value: 'discover',
		action: 'Discover authentication type',
		description: 'Find out whether a user logs in with a password or by single sign-on',
	},
	signedBy: 'nothing',
	properties: [
		{
			displayName: 'User Name',
			name: 'username',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. olivia@veepharm.com',
			description: 'Enter the Vault user name to look up',
		},
	],
	options: [
		{
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			default: '',
			placeholder: 'e.g. veepharm-clinical-client',
			description:
				'Enter a client ID that Vault maps to one at the identity provider, to add as_client_id to the response',
		},
		{
			displayName: 'Include MSAL',
			name: 'includeMsal',
			type: 'boolean',
			default: false,
			description:
				'Whether to add use_msal to the response, which says if the Microsoft Authentication Library (MSAL) can be used',
		},
		{
			displayName: 'Login Host',
			name: 'loginHost',
			type: 'string',
			default: DEFAULT_LOGIN_HOST,
			placeholder: 'e.g. login.veevavault.com',
			description: "Enter the host name of Vault's login service",
		},
	],
	async execute(itemIndex) {
		const username = this.getNodeParameter('username', itemIndex);
		if (typeof username !== 'string' || username.trim() === '') {
			throw new VaultFieldError('User Name', username ?? '', 'the Vault user name to look up');
		}
		const options = this.getNodeParameter('options', itemIndex, {});
		const loginHost = parseHost(options.loginHost ?? DEFAULT_LOGIN_HOST, 'Login Host');
		const clientId = options.clientId ?? '';
		if (typeof clientId !== 'string') throw new VaultFieldError('Client ID', clientId, 'text');

		const call = discovery({
			username: username.trim(),
			clientId: clientId.trim(),
			includeMsal: options.includeMsal === true,
		});
		const { data } = await callVault(sender(this), loginHost, call, {
			clientId: DEFAULT_SETTINGS.clientId,
		});
		const found = isRecord(data) ? data : {};
		return { username: username.trim(), ...found, credential: recommendation(found) };
	},
};

/**
 * Which credential fits the user, in the labels of the credentials' forms, and what to enter in it.
 *
 * @param found Vault's response: `auth_type`, and `auth_profiles` for single sign-on
 */
function recommendation(found: Record<string, unknown>): IDataObject {
	if (found.auth_type === 'password') {
		return {
			type: 'Veeva Vault API',
			authentication_method: 'User Name and Password',
			advice: 'Vault itself checks the password of this user.',
		};
	}
	const profiles = Array.isArray(found.auth_profiles) ? found.auth_profiles.filter(isRecord) : [];
	if (profiles.length === 0) {
		return {
			type: 'Veeva Vault API',
			authentication_method: 'API Access Token, or Session ID',
			advice:
				'This user signs in by SAML, which needs a browser. Without a browser, use an API access token of the user (from v26), an existing session, or another user.',
		};
	}
	return {
		type: 'Veeva Vault API, or Veeva Vault OAuth2 API for sign-in in the browser',
		authentication_method: 'OAuth 2.0 / OpenID Connect',
		advice:
			profiles.length === 1
				? 'Enter the User Name. You can leave Profile ID, Token Endpoint, and Client ID at the Provider empty: they are looked up.'
				: 'This user has several profiles. Enter the Profile ID of one of them.',
		values: profiles.map(({ id, label, as_metadata, as_client_id }) => {
			const { authorization_endpoint, token_endpoint } = isRecord(as_metadata) ? as_metadata : {};
			return { label, profile_id: id, authorization_endpoint, token_endpoint, as_client_id };
		}) as IDataObject[],
	};
}
