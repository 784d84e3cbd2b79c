import type { INodeProperties } from 'n8n-workflow';

import { DEFAULT_LOGIN_HOST, DEFAULT_SETTINGS } from '../nodes/VeevaVault/vault/http/call';

/** The first field of both credential types. */
export const vaultDnsProperty: INodeProperties = {
	displayName: 'Vault DNS',
	name: 'vaultDns',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. myvault.veevavault.com',
	description: 'Enter the host name of the Vault, or paste its URL from the browser',
};

/** The last fields of both credential types: how to call Vault, whoever logs in. */
export const callProperties: INodeProperties[] = [
	{
		displayName: 'API Version',
		name: 'apiVersion',
		type: 'string',
		default: DEFAULT_SETTINGS.apiVersion,
		required: true,
		placeholder: 'e.g. v25.2',
		description:
			'Enter the version of the Vault API to call. Authentication › Get API Versions in the Veeva Vault node lists the versions that the Vault offers.',
	},
	{
		displayName: 'Session Timeout (Minutes)',
		name: 'sessionTimeout',
		type: 'number',
		typeOptions: { maxValue: 480 },
		default: 20,
		required: true,
		description:
			"Enter the idle timeout that the Vault's administrator has set. If the number is too low, it only costs a few more calls.",
	},
	{
		displayName: 'Client ID',
		name: 'vaultClientId',
		type: 'string',
		default: DEFAULT_SETTINGS.clientId,
		required: true,
		placeholder: 'e.g. mycompany-clinical-n8n-server-nightlysync',
		description:
			"Enter a name for the caller in Vault's API usage log: up to 100 letters, digits, dots, hyphens, and underscores",
	},
	{
		displayName: 'Login Host',
		name: 'loginHost',
		type: 'string',
		default: DEFAULT_LOGIN_HOST,
		required: true,
		placeholder: 'e.g. login.veevavault.com',
		description:
			"Enter the host name of Vault's login service, which is the same for nearly every Vault",
	},
];
