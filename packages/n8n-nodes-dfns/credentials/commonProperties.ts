import type { INodeProperties } from 'n8n-workflow';

import { DEFAULT_BASE_URL } from '../nodes/Dfns/dfns/http/baseUrl';

/** The first fields of both credential types: where Dfns is, and who makes the calls. */
export const serviceAccountProperties: INodeProperties[] = [
	{
		displayName: 'Base URL',
		name: 'baseUrl',
		type: 'string',
		default: DEFAULT_BASE_URL,
		required: true,
		placeholder: `e.g. ${DEFAULT_BASE_URL}`,
		description: 'Enter the URL of the Dfns API in your region, without a path',
	},
	{
		displayName: 'Auth Token',
		name: 'authToken',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		required: true,
		placeholder: 'e.g. eyJ0eX…',
		description: 'Enter the auth token that Dfns showed when you created the service account',
	},
	{
		displayName: 'Credential ID',
		name: 'credentialId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. Y2ktM3E5Y2MtbXFoM20tODdiOW1jNDZqZ2gxYWJqbA',
		description:
			'Enter the ID of the signing key of the service account: "Signing Key Cred ID" in the Dfns dashboard',
	},
	{
		displayName: 'Private Key',
		name: 'privateKey',
		type: 'string',
		typeOptions: { password: true, rows: 4 },
		default: '',
		required: true,
		placeholder: 'e.g. -----BEGIN PRIVATE KEY-----',
		description:
			'Enter the private key of the service account, unencrypted and in PEM form: ECDSA (such as P-256 or secp256k1), Ed25519, or RSA. Line breaks that got lost when you pasted the key are restored.',
	},
	{
		displayName: 'Application ID',
		name: 'appId',
		type: 'string',
		default: '',
		placeholder: 'e.g. ap-2a9in-tt2a1-983lho480p35ejd0',
		description: 'Enter the ID of the application. Only older organizations have one.',
	},
];
