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
					description: 'An access token that is at hand, such as from an expression; used as it is',
				},
				{
					name: 'Client Credentials',
					value: 'clientCredentials',
					description: 'The client itself is the user',
				},
				{
					name: 'Refresh Token',
					value: 'refreshToken',
					description:
						'A user has signed in once. A refresh token that the provider rotates is saved here.',
				},
				{
					name: 'Resource Owner Password',
					value: 'password',
					description: "With the user's name and password at the provider",
				},
			],
			default: 'clientCredentials',
			description: 'What the identity provider gives an access token for',
		},
		{
			displayName: 'User Name',
			name: 'username',
			type: 'string',
			default: '',
			placeholder: 'e.g. integration.user@mycompany.com',
			description:
				'Name of the Vault user, by which the Profile ID, the Token Endpoint and the Client ID at the Provider are discovered where they are left empty',
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
			displayName: 'Token Endpoint',
			name: 'oAuth2TokenEndpoint',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://login.mycompany.com/oauth2/token',
			description:
				'Where the identity provider gives out tokens. Leave it empty to discover it by the user name.',
			displayOptions: { hide: { oAuth2Grant: ['accessToken'] } },
		},
		{
			displayName: 'Client ID at the Provider',
			name: 'oAuth2ClientId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 0oa1b2c3d4',
			description:
				'How the identity provider knows this client. Leave it empty to discover it by the Client ID below, if Vault maps that.',
		},
		{
			displayName: 'Client Authentication',
			name: 'oAuth2ClientAuthentication',
			type: 'options',
			options: [
				{
					name: 'Private Key JWT',
					value: 'privateKeyJwt',
					description: 'Signed with a private key (private_key_jwt)',
				},
				{
					name: 'Secret in Body',
					value: 'body',
					description: 'Among the form fields (client_secret_post)',
				},
				{
					name: 'Secret in Header',
					value: 'header',
					description: 'As basic authentication (client_secret_basic)',
				},
			],
			default: 'body',
			description: 'How the client proves to the identity provider who it is',
			displayOptions: { hide: { oAuth2Grant: ['accessToken'] } },
		},
		{
			displayName: 'Client Secret',
			name: 'oAuth2ClientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: "The client's secret at the identity provider",
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
			placeholder: '-----BEGIN PRIVATE KEY-----',
			description:
				"Unencrypted private key in PEM form: RSA, EC (P-256, P-384) or Ed25519. With its certificate beside it, the certificate's thumbprints go along, as Microsoft Entra ID wants them.",
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
			description: 'ID of the key at the identity provider (kid), if it has one',
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
				'Refresh token of the identity provider. Where the provider rotates it, the new one takes its place here.',
			displayOptions: { show: { oAuth2Grant: ['refreshToken'] } },
		},
		{
			displayName: 'User Name at the Provider',
			name: 'oAuth2Username',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. integration.user@mycompany.com',
			description: "The user's name at the identity provider",
			displayOptions: { show: { oAuth2Grant: ['password'] } },
		},
		{
			displayName: 'Password at the Provider',
			name: 'oAuth2Password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: "The user's password at the identity provider",
			displayOptions: { show: { oAuth2Grant: ['password'] } },
		},
		{
			displayName: 'Access Token',
			name: 'oAuth2AccessToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Access token of the identity provider. It can be an expression.',
			displayOptions: { show: { oAuth2Grant: ['accessToken'] } },
		},
		{
			displayName: 'Scope',
			name: 'oAuth2Scope',
			type: 'string',
			default: '',
			placeholder: 'e.g. openid profile',
			description: 'What to ask the identity provider for, separated by spaces',
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
					description: 'A token that Vault has issued for API calls. There is no session to keep.',
				},
				{
					name: 'OAuth 2.0 / OpenID Connect',
					value: 'oAuth2',
					description: 'Single sign-on without a browser, through your identity provider',
				},
				{
					name: 'Salesforce Delegated',
					value: 'salesforce',
					description: 'With the session of a Salesforce user, which Vault checks at each call',
				},
				{
					name: 'Session ID',
					value: 'sessionId',
					description: 'A session that is there already. It is used as it is and never renewed.',
				},
				{
					name: 'User Name and Password',
					value: 'password',
					description: 'For users whom Vault itself authenticates',
				},
			],
			default: 'password',
			description:
				'How the user logs in to Vault. The operation Discover Type of the Veeva Vault node tells which method a user has.',
		},
		{
			displayName: 'User Name',
			name: 'username',
			type: 'string',
			displayOptions: { show: { authentication: ['password'] } },
			default: '',
			required: true,
			placeholder: 'e.g. integration.user@mycompany.com',
			description: 'Name of the Vault user. An integration is best given a user of its own.',
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
				'Password of the Vault user. Vault locks an account after a few wrong ones, so a refused password is not sent again for at least five minutes, unless the credential is changed or opened, which tests it.',
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
			description: 'Token that Vault has issued for this user and this Vault (from v26)',
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
				'Session token of a Salesforce user for whom Vault trusts Salesforce. It can be an expression.',
		},
		{
			displayName: 'Salesforce Host',
			name: 'salesforceHost',
			type: 'string',
			displayOptions: { show: { authentication: ['salesforce'] } },
			default: '',
			required: true,
			placeholder: 'e.g. mycompany.my.salesforce.com',
			description: 'Where Vault can check the session token',
		},
		{
			displayName: 'Session ID',
			name: 'existingSessionToken',
			type: 'string',
			typeOptions: { password: true },
			displayOptions: { show: { authentication: ['sessionId'] } },
			default: '',
			required: true,
			description: 'ID of a living Vault session. It can be an expression.',
		},
		{
			displayName: 'Act on Behalf of Another User',
			name: 'delegated',
			type: 'boolean',
			displayOptions: { show: { authentication: ['oAuth2', 'password'] } },
			default: false,
			description:
				'Whether everything that is done with this credential is done for another user, who has granted delegated access. Vault records both.',
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
				'ID of the Vault in which the access was granted; Delegation › Get Many of the Veeva Vault node lists it as id',
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
				'ID of the user who granted the access; Delegation › Get Many of the Veeva Vault node lists it as delegator_userid',
		},
		...callProperties,
		// The session ID. Expirable makes n8n call preAuthentication and save what it returns; password keeps
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
			// Relative: authenticate completes it with the Vault DNS, whichever way that was entered.
			baseURL: '/',
			url: '=/api/{{$credentials.apiVersion}}/objects/users/me',
			headers: CREDENTIAL_TEST_HEADERS,
		},
		rules: [
			...(
				[
					[
						'INSUFFICIENT_ACCESS',
						'The login worked, but this user may not use the Vault API [INSUFFICIENT_ACCESS]. Ask a Vault administrator for API access.',
					],
					[
						'INVALID_SESSION_ID',
						'Vault does not accept the token or session: it has expired, was deleted, or is for another Vault [INVALID_SESSION_ID].',
					],
					[
						'MALFORMED_URL',
						'The login worked, but this Vault does not offer the API Version [MALFORMED_URL].',
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
						'The login worked, but Vault refused the first call. Run Session › Validate of the Veeva Vault node to see why.',
				},
			},
			{
				type: 'responseSuccessBody',
				properties: {
					key: 'responseStatus',
					value: 'EXCEPTION',
					message:
						'The login worked, but Vault had a problem with the first call. Try again later.',
				},
			},
			{
				type: 'responseSuccessBody',
				properties: {
					key: 'responseStatus',
					value: undefined,
					message:
						'The login worked, but the host did not answer as a Vault does. A proxy or a sign-in page may have answered in its place.',
				},
			},
		],
	};
}
