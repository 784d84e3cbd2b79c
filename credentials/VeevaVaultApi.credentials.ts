import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	INodeProperties,
} from 'n8n-workflow';

import {
	CREDENTIAL_TEST_HEADERS,
	renewSession,
	signRequest,
} from '../nodes/VeevaVault/vault/signing';

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
		{
			displayName: 'Vault DNS',
			name: 'vaultDns',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. myvault.veevavault.com',
			description: 'Host name of the Vault. The address copied from the browser is understood too.',
		},
		{
			displayName: 'Authentication Method',
			name: 'authentication',
			type: 'options',
			options: [
				{
					name: 'User Name and Password',
					value: 'password',
					description: 'For users whom Vault itself authenticates',
				},
			],
			default: 'password',
			description: 'How the user logs in to Vault',
		},
		{
			displayName: 'User Name',
			name: 'username',
			type: 'string',
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
			default: '',
			required: true,
			description:
				'Password of the Vault user. Vault locks an account after a few wrong ones, so a refused password is not sent again for five minutes, unless it is changed here or tested.',
		},
		{
			displayName: 'API Version',
			name: 'apiVersion',
			type: 'string',
			default: 'v25.2',
			required: true,
			placeholder: 'e.g. v25.2',
			description:
				'Version of the Vault API to call. The operation Get API Versions of the Veeva Vault node lists what the Vault offers.',
		},
		{
			displayName: 'Session Timeout (Minutes)',
			name: 'sessionTimeout',
			type: 'number',
			typeOptions: { maxValue: 480, numberPrecision: 2 },
			default: 20,
			required: true,
			description:
				'After how many minutes without a call the Vault ends a session, as its administrator has set it. Too low a number only costs a few calls more.',
		},
		{
			displayName: 'Client ID',
			name: 'vaultClientId',
			type: 'string',
			default: 'n8n-nodes-veeva-vault',
			required: true,
			placeholder: 'e.g. mycompany-clinical-n8n-server-nightlysync',
			description:
				"Names the caller in Vault's API usage log. Up to 100 letters, digits, dots, hyphens and underscores.",
		},
		{
			displayName: 'Login Host',
			name: 'loginHost',
			type: 'string',
			default: 'login.veevavault.com',
			required: true,
			placeholder: 'e.g. login.veevavault.com',
			description: "Host name of Vault's login service. It is the same for nearly every Vault.",
		},
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

	authenticate: IAuthenticate = signRequest;

	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		return await renewSession(credentials, this.helpers.httpRequest);
	}

	test: ICredentialTestRequest = {
		request: {
			// Relative: authenticate completes it with the Vault DNS, whichever way that was entered.
			baseURL: '/',
			url: '=/api/{{$credentials.apiVersion}}/objects/users/me',
			headers: CREDENTIAL_TEST_HEADERS,
		},
		rules: [
			{
				type: 'responseSuccessBody',
				properties: {
					key: 'errors[0].type',
					value: 'INSUFFICIENT_ACCESS',
					message:
						'The login worked, but this user may not use the Vault API [INSUFFICIENT_ACCESS]. Ask a Vault administrator for API access.',
				},
			},
			{
				type: 'responseSuccessBody',
				properties: {
					key: 'responseStatus',
					value: 'FAILURE',
					message: 'The login worked, but Vault refused the first call. Check the API Version.',
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
