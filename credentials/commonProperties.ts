import type { INodeProperties } from 'n8n-workflow';

import { DEFAULT_LOGIN_HOST, DEFAULT_SETTINGS } from '../nodes/VeevaVault/vault/http/call';

/** What both credential types ask for first. */
export const vaultDnsProperty: INodeProperties = {
	displayName: 'Vault DNS',
	name: 'vaultDns',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. myvault.veevavault.com',
	description: 'Host name of the Vault. The address copied from the browser is understood too.',
};

/** What both credential types ask for last: how to call Vault, whoever logs in. */
export const callProperties: INodeProperties[] = [
	{
		displayName: 'API Version',
		name: 'apiVersion',
		type: 'string',
		default: DEFAULT_SETTINGS.apiVersion,
		required: true,
		placeholder: 'e.g. v25.2',
		description:
			'Version of the Vault API to call. The operation Get API Versions of the Veeva Vault node lists what the Vault offers.',
	},
	{
		displayName: 'Session Timeout (Minutes)',
		name: 'sessionTimeout',
		type: 'number',
		typeOptions: { maxValue: 480 },
		default: 20,
		required: true,
		description:
			'After how many minutes without a call the Vault ends a session, as its administrator has set it. Too low a number only costs a few calls more.',
	},
	{
		displayName: 'Client ID',
		name: 'vaultClientId',
		type: 'string',
		default: DEFAULT_SETTINGS.clientId,
		required: true,
		placeholder: 'e.g. mycompany-clinical-n8n-server-nightlysync',
		description:
			"Names the caller in Vault's API usage log. Up to 100 letters, digits, dots, hyphens and underscores.",
	},
	{
		displayName: 'Login Host',
		name: 'loginHost',
		type: 'string',
		default: DEFAULT_LOGIN_HOST,
		required: true,
		placeholder: 'e.g. login.veevavault.com',
		description: "Host name of Vault's login service. It is the same for nearly every Vault.",
	},
];
