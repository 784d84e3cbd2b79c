import type { ICredentialType, INodeProperties } from 'n8n-workflow';

import { callProperties, vaultDnsProperty } from './commonProperties';

/** Single sign-on in the browser: n8n keeps the identity provider's tokens, and the node exchanges them for a session. */
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
				'Enter the URL where users sign in at the identity provider. Authentication › Discover Type in the Veeva Vault node returns it as authorization_endpoint.',
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://login.mycompany.com/oauth2/token',
			description:
				'Enter the URL where the identity provider issues tokens. Authentication › Discover Type in the Veeva Vault node returns it as token_endpoint.',
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'string',
			default: 'openid offline_access',
			description:
				'Enter the scopes to request from the identity provider, separated by spaces. With offline_access, n8n can renew the sign-in.',
		},
		{
			displayName: 'Auth URI Query Parameters',
			name: 'authQueryParameters',
			type: 'string',
			default: '',
			placeholder: 'e.g. prompt=consent',
			description:
				'Enter more parameters for the sign-in URL. Some identity providers issue a refresh token only with prompt=consent. Before another person connects, select Disconnect.',
		},
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'options',
			options: [
				{
					name: 'Body',
					value: 'body',
					description: 'Send the client secret as a form field',
				},
				{
					name: 'Header',
					value: 'header',
					description: 'Send the client secret with basic authentication',
				},
			],
			default: 'header',
			description: 'How n8n proves its identity to the identity provider',
		},
		{
			displayName: 'Profile ID',
			name: 'oAuth2ProfileId',
			type: 'string',
			default: '',
			placeholder: 'e.g. _9ad0a091-cbd6-4c59-ab5a-d4f2870f218c',
			description:
				"Enter the ID of Vault's OAuth 2.0 / OpenID Connect profile, or leave it empty to look it up from the user name",
		},
		{
			displayName: 'User Name',
			name: 'username',
			type: 'string',
			default: '',
			placeholder: 'e.g. olivia@mycompany.com',
			description:
				'Enter the name of the Vault user to look up the Profile ID if you leave it empty',
		},
		...callProperties.map((property) =>
			// The base type already has a Client ID: the one at the identity provider.
			property.name === 'vaultClientId'
				? { ...property, displayName: 'Vault Client ID' }
				: property,
		),
	];
}
