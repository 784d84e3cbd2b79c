import type { ICredentialType, INodeProperties } from 'n8n-workflow';

import { callProperties, vaultDnsProperty } from './commonProperties';

/** Single sign-on in the browser: n8n keeps the identity provider's tokens, the node exchanges them for a session. */
export class VeevaVaultOAuth2Api implements ICredentialType {
	name = 'veevaVaultOAuth2Api';

	extends = ['oAuth2Api'];

	displayName = 'Veeva Vault OAuth2 API';

	icon = {
		light: 'file:../nodes/VeevaVault/veevaVault.svg',
		dark: 'file:../nodes/VeevaVault/veevaVault.dark.svg',
	} as const;

	documentationUrl = 'https://github.com/n8n-nodes-veeva-vault/n8n-nodes-veeva-vault#credentials';

	properties: INodeProperties[] = [
		vaultDnsProperty,
		{
			displayName: 'Grant Type',
			name: 'grantType',
			type: 'hidden',
			default: 'pkce',
		},
		{
			displayName: 'Authorization URL',
			name: 'authUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://login.mycompany.com/oauth2/authorize',
			description:
				'Where users sign in at the identity provider. Discover Type of the Veeva Vault node lists it as authorization_endpoint.',
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://login.mycompany.com/oauth2/token',
			description:
				'Where the identity provider gives out tokens. Discover Type of the Veeva Vault node lists it as token_endpoint.',
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'string',
			default: 'openid offline_access',
			description:
				'What to ask the identity provider for, separated by spaces. With offline_access n8n can renew the sign-in by itself.',
		},
		{
			displayName: 'Auth URI Query Parameters',
			name: 'authQueryParameters',
			type: 'string',
			default: '',
			placeholder: 'e.g. prompt=consent',
			description:
				'What else the identity provider needs in the address where users sign in. Some give a refresh token only with prompt=consent. Before another person connects, choose Disconnect.',
		},
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'options',
			options: [
				{
					name: 'Body',
					value: 'body',
					description: 'Send the client secret among the form fields',
				},
				{
					name: 'Header',
					value: 'header',
					description: 'Send the client secret as basic authentication',
				},
			],
			default: 'header',
			description: 'How n8n proves to the identity provider who it is',
		},
		{
			displayName: 'Profile ID',
			name: 'oAuth2ProfileId',
			type: 'string',
			default: '',
			placeholder: 'e.g. _9ad0a091-cbd6-4c59-ab5a-d4f2870f218c',
			description:
				"ID of Vault's OAuth 2.0 / OpenID Connect profile. Leave it empty to discover it by the user name.",
		},
		{
			displayName: 'User Name',
			name: 'username',
			type: 'string',
			default: '',
			placeholder: 'e.g. olivia@mycompany.com',
			description:
				'Name of the Vault user, by which the Profile ID is discovered if it is left empty',
		},
		...callProperties.map((property) =>
			// The base type has a Client ID as well: the one at the identity provider.
			property.name === 'vaultClientId'
				? { ...property, displayName: 'Vault Client ID' }
				: property,
		),
	];
}
