import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	INodeProperties,
} from 'n8n-workflow';

import { authenticate, preAuthenticate } from '../nodes/VeevaVault/credential/authenticate';
import { CREDENTIAL_TEST_HEADERS } from '../nodes/VeevaVault/credential/credentialTest';
import { callProperties, vaultDnsProperty } from './commonProperties';

/** An identity provider's access token, exchanged for a Vault session. */
const oAuth2Properties = (
	[
		{
			displayName: 'Grant',
			name: 'oAuth2Grant',
			type: 'options',
			options: [
				{
					name: 'Access Token',
					value: 'accessToken',
					description:
						'Use an existing access token, such as one from an expression. It is never renewed.',
				},
				{
					name: 'Client Credentials',
					value: 'clientCredentials',
					description: 'Get a token for the client itself. The client is the user.',
				},
				{
					name: 'Refresh Token',
					value: 'refreshToken',
					description: 'Get a token with the refresh token of a user who has signed in once',
				},
				{
					name: 'Resource Owner Password',
					value: 'password',
					description: "Get a token with the user's name and password at the provider",
				},
			],
			default: 'clientCredentials',
			description: 'How to get an access token from the identity provider',
		},
		{
			displayName: 'User Name',
			name: 'username',
			type: 'string',
			default: '',
			placeholder: 'e.g. integration.user@mycompany.com',
			description:
				'Enter the name of the Vault user to look up the fields that you leave empty: Profile ID, Token Endpoint, and Client ID at the Provider',
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
			displayName: 'Token Endpoint',
			name: 'oAuth2TokenEndpoint',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://login.mycompany.com/oauth2/token',
			description:
				'Enter the URL where the identity provider issues tokens, or leave it empty to look it up from the user name',
			displayOptions: { hide: { oAuth2Grant: ['accessToken'] } },
		},
		{
			displayName: 'Client ID at the Provider',
			name: 'oAuth2ClientId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 0oa1b2c3d4',
			description:
				"Enter the client's ID at the identity provider, or leave it empty if Vault maps the Client ID below to it",
		},
		{
			displayName: 'Client Authentication',
			name: 'oAuth2ClientAuthentication',
			type: 'options',
			options: [
				{
					name: 'Private Key JWT',
					value: 'privateKeyJwt',
					description: 'Sign with a private key (private_key_jwt)',
				},
				{
					name: 'Secret in Body',
					value: 'body',
					description: 'Send the secret as a form field (client_secret_post)',
				},
				{
					name: 'Secret in Header',
					value: 'header',
					description: 'Send the secret with basic authentication (client_secret_basic)',
				},
			],
			default: 'body',
			description: 'How the client proves its identity to the identity provider',
			displayOptions: { hide: { oAuth2Grant: ['accessToken'] } },
		},
		{
			displayName: 'Client Secret',
			name: 'oAuth2ClientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: "Enter the client's secret at the identity provider",
			displayOptions: {
				show: { oAuth2ClientAuthentication: ['body', 'header'] },
				hide: { oAuth2Grant: ['accessToken'] },
			},
		},
		{
			displayName: 'Private Key',
			name: 'oAuth2PrivateKey',
			type: 'string',
			typeOptions: { password: true, rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. -----BEGIN PRIVATE KEY-----',
			description:
				'Paste an unencrypted private key in PEM form: RSA, EC (P-256 or P-384), or Ed25519. For Microsoft Entra ID, paste the certificate along with it, so that its thumbprints are sent.',
			displayOptions: {
				show: { oAuth2ClientAuthentication: ['privateKeyJwt'] },
				hide: { oAuth2Grant: ['accessToken'] },
			},
		},
		{
			displayName: 'Key ID',
			name: 'oAuth2KeyId',
			type: 'string',
			default: '',
			description: 'Enter the ID of the key (kid), if the identity provider has one for it',
			displayOptions: {
				show: { oAuth2ClientAuthentication: ['privateKeyJwt'] },
				hide: { oAuth2Grant: ['accessToken'] },
			},
		},
		{
			displayName: 'Refresh Token',
			name: 'oAuth2RefreshToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'Enter a refresh token of the identity provider. If the provider replaces it, the new one is saved here.',
			displayOptions: { show: { oAuth2Grant: ['refreshToken'] } },
		},
		{
			displayName: 'User Name at the Provider',
			name: 'oAuth2Username',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. integration.user@mycompany.com',
			description: "Enter the user's name at the identity provider",
			displayOptions: { show: { oAuth2Grant: ['password'] } },
		},
		{
			displayName: 'Password at the Provider',
			name: 'oAuth2Password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: "Enter the user's password at the identity provider",
			displayOptions: { show: { oAuth2Grant: ['password'] } },
		},
		{
			displayName: 'Access Token',
			name: 'oAuth2AccessToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'Enter an access token of the identity provider, or an expression that returns one',
			displayOptions: { show: { oAuth2Grant: ['accessToken'] } },
		},
		{
			displayName: 'Scope',
			name: 'oAuth2Scope',
			type: 'string',
			default: '',
			placeholder: 'e.g. openid profile',
			description: 'Enter the scopes to request from the identity provider, separated by spaces',
			displayOptions: { hide: { oAuth2Grant: ['accessToken'] } },
		},
	] satisfies INodeProperties[]
).map(
	(property: INodeProperties): INodeProperties => ({
		...property,
		displayOptions: {
			...property.displayOptions,
			show: { authentication: ['oAuth2'], ...property.displayOptions?.show },
		},
	}),
);

export class VeevaVaultApi implements ICredentialType {
	name = 'veevaVaultApi';

	displayName = 'Veeva Vault API';

	icon = {
		light: 'file:../nodes/VeevaVault/veevaVault.svg',
		dark: 'file:../nodes/VeevaVault/veevaVault.dark.svg',
	} as const;

	documentationUrl = 'https://github.com/n8n-nodes-veeva-vault/n8n-nodes-veeva-vault#credentials';

	httpRequestNode = {
		name: 'Veeva Vault',
		docsUrl: 'https://developer.veevavault.com/api/',
		apiBaseUrlPlaceholder: 'https://myvault.veevavault.com/api/v25.2/',
	};

	properties: INodeProperties[] = [
		vaultDnsProperty,
		{
			displayName: 'Authentication Method',
			name: 'authentication',
			type: 'options',
			options: [
				{
					name: 'API Access Token',
					value: 'accessToken',
					description: 'Use a token that Vault has issued for API calls. There is no session.',
				},
				{
					name: 'OAuth 2.0 / OpenID Connect',
					value: 'oAuth2',
					description: 'Use single sign-on without a browser, through your identity provider',
				},
				{
					name: 'Salesforce Delegated',
					value: 'salesforce',
					description: 'Use the session of a Salesforce user, which Vault checks on each call',
				},
				{
					name: 'Session ID',
					value: 'sessionId',
					description: 'Use an existing session. It is never renewed.',
				},
				{
					name: 'User Name and Password',
					value: 'password',
					description: 'Log in a user whose password Vault itself checks',
				},
			],
			default: 'password',
			description:
				'How to log in to Vault. If you are not sure, run Authentication › Discover Type in the Veeva Vault node.',
		},
		{
			displayName: 'User Name',
			name: 'username',
			type: 'string',
			displayOptions: { show: { authentication: ['password'] } },
			default: '',
			required: true,
			placeholder: 'e.g. integration.user@mycompany.com',
			description: 'Enter the name of the Vault user. Use a separate user for the integration.',
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			displayOptions: { show: { authentication: ['password'] } },
			default: '',
			required: true,
			description:
				'Enter the password of the Vault user. Vault locks an account after a few wrong passwords, so a refused one is not sent again for at least five minutes. To try again at once, change or test the credential.',
		},
		...oAuth2Properties,
		{
			displayName: 'API Access Token',
			name: 'accessToken',
			type: 'string',
			typeOptions: { password: true },
			displayOptions: { show: { authentication: ['accessToken'] } },
			default: '',
			required: true,
			placeholder: 'e.g. veeva-vault-…',
			description: 'Enter a token that Vault has issued for this user and this Vault (from v26)',
		},
		{
			displayName: 'Salesforce Session Token',
			name: 'salesforceSessionToken',
			type: 'string',
			typeOptions: { password: true },
			displayOptions: { show: { authentication: ['salesforce'] } },
			default: '',
			required: true,
			description:
				'Enter the session token of a Salesforce user, or an expression that returns one. Vault must trust the Salesforce org.',
		},
		{
			displayName: 'Salesforce Host',
			name: 'salesforceHost',
			type: 'string',
			displayOptions: { show: { authentication: ['salesforce'] } },
			default: '',
			required: true,
			placeholder: 'e.g. mycompany.my.salesforce.com',
			description: 'Enter the host of the Salesforce org, where Vault checks the session token',
		},
		{
			displayName: 'Session ID',
			name: 'existingSessionToken',
			type: 'string',
			typeOptions: { password: true },
			displayOptions: { show: { authentication: ['sessionId'] } },
			default: '',
			required: true,
			description: 'Enter the ID of a valid Vault session, or an expression that returns one',
		},
		{
			displayName: 'Act on Behalf of Another User',
			name: 'delegated',
			type: 'boolean',
			displayOptions: { show: { authentication: ['oAuth2', 'password'] } },
			default: false,
			description:
				'Whether to do everything on behalf of another user who has granted delegated access. Vault records both users.',
		},
		{
			displayName: 'Vault ID',
			name: 'delegatedVaultId',
			type: 'string',
			displayOptions: { show: { authentication: ['oAuth2', 'password'], delegated: [true] } },
			default: '',
			required: true,
			placeholder: 'e.g. 19523',
			description:
				'Use the id that Delegation › Get Many in the Veeva Vault node returns for the Vault where access was granted',
		},
		{
			displayName: 'Delegator User ID',
			name: 'delegatorUserId',
			type: 'string',
			displayOptions: { show: { authentication: ['oAuth2', 'password'], delegated: [true] } },
			default: '',
			required: true,
			placeholder: 'e.g. 61579',
			description:
				'Use the delegator_userid that Delegation › Get Many in the Veeva Vault node returns for the user who granted access',
		},
		...callProperties,
		// The session ID. `expirable` makes n8n call preAuthentication and save what it returns. `password` keeps
		// n8n from sending it to the editor.
		{
			displayName: 'Session Token',
			name: 'sessionToken',
			type: 'hidden',
			typeOptions: { expirable: true, password: true },
			default: '',
		},
		{
			displayName: 'Session Details',
			name: 'sessionDetails',
			type: 'hidden',
			default: '',
		},
	];

	authenticate: IAuthenticate = authenticate;

	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		return await preAuthenticate(credentials, this.helpers.httpRequest);
	}

	test: ICredentialTestRequest = {
		request: {
			// Relative: authenticate adds the host from the Vault DNS, in whatever form that was entered.
			baseURL: '/',
			url: '=/api/{{$credentials.apiVersion}}/objects/users/me',
			headers: CREDENTIAL_TEST_HEADERS,
		},
		rules: [
			...(
				[
					[
						'INSUFFICIENT_ACCESS',
						'The login worked, but this user does not have permission to use the Vault API [INSUFFICIENT_ACCESS]. Ask a Vault administrator for API access.',
					],
					[
						'INVALID_SESSION_ID',
						'Vault does not accept the token or session: it has expired, was deleted, or is for another Vault [INVALID_SESSION_ID].',
					],
					[
						'MALFORMED_URL',
						'The login worked, but this Vault does not offer the API Version [MALFORMED_URL]. Enter a version that it offers.',
					],
				] as const
			).map(([value, message]) => ({
				type: 'responseSuccessBody' as const,
				properties: { key: 'errors[0].type', value, message },
			})),
			{
				type: 'responseSuccessBody',
				properties: {
					key: 'responseStatus',
					value: 'FAILURE',
					message:
						'The login worked, but Vault refused the first call. To see why, run Session › Validate in the Veeva Vault node.',
				},
			},
			{
				type: 'responseSuccessBody',
				properties: {
					key: 'responseStatus',
					value: 'EXCEPTION',
					message:
						'The login worked, but Vault could not complete the first call. Try again later.',
				},
			},
			{
				type: 'responseSuccessBody',
				properties: {
					key: 'responseStatus',
					value: undefined,
					message:
						'The login worked, but the host did not respond like a Vault. A proxy or a sign-in page may have responded instead.',
				},
			},
		],
	};
}
