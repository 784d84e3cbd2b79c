import type { Delegation, OAuthProfile, UserRecord, VaultRecord } from './types.mts';

export const SEED_PASSWORD = 'correct horse battery';

/** Oldest first: the order in which a login falls back. */
export function seedVaults(): VaultRecord[] {
	return [
		{ id: 1776, name: 'PromoMats', hostName: 'localhost', active: true },
		{ id: 1777, name: 'QualityDocs', hostName: '127.0.0.1', active: true },
		{ id: 1779, name: 'Archive', hostName: 'archive.localhost', active: false },
	];
}

export function azureProfile(): OAuthProfile {
	return {
		id: '_9ad0a091-cbd6-4c59-ab5a-d4f2870f218c',
		label: 'OAuth Azure',
		description: 'This Security Profile connects with Microsoft Azure.',
		useAdal: true,
		useMsal: true,
		asMetadata: {
			issuer: 'https://login.microsoftonline.com/7c5d9e-53443/v2.0',
			authorization_endpoint:
				'https://login.microsoftonline.com/7c5d9e-53443/oauth2/v2.0/authorize',
			token_endpoint: 'https://login.microsoftonline.com/7c5d9e-53443/oauth2/v2.0/token',
			jwks_uri: 'https://login.microsoftonline.com/7c5d9e-53443/discovery/v2.0/keys',
			token_endpoint_auth_methods_supported: [
				'client_secret_post',
				'private_key_jwt',
				'client_secret_basic',
			],
			response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
			scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
		},
		providerType: 'Azure',
		clientIds: { 'veepharm-clinical-it-client-int0': '5f1c9e0a-7d3b-4a52-9b1e-2f6c8d0a4e77' },
	};
}

export function oktaProfile(): OAuthProfile {
	return {
		id: '_a45a10fc-4773-4e17-9831-2905b290ab26',
		label: 'OAuth Okta',
		description: 'This Security Profile connects with Okta.',
		useAdal: false,
		useMsal: false,
		asMetadata: {
			issuer: 'https://veepharm.okta.com/oauth2/default',
			authorization_endpoint: 'https://veepharm.okta.com/oauth2/default/v1/authorize',
			token_endpoint: 'https://veepharm.okta.com/oauth2/default/v1/token',
			jwks_uri: 'https://veepharm.okta.com/oauth2/default/v1/keys',
		},
		providerType: 'Okta',
		clientIds: {},
	};
}

/** Users of the Veeva documentation's examples, and one of each kind that it describes. */
export function seedUsers(): UserRecord[] {
	return [
		person(12021, 'olivia', 'Olivia', 'Cattington', { vaultIds: [1776, 1777] }),
		person(61579, 'ian', 'Ian', 'Iverson', { vaultIds: [1776, 1777] }),
		person(12022, 'tom', 'Tom', 'Thorne', { vaultIds: [1777] }),
		person(12023, 'sam', 'Sam', 'Sato', {
			vaultIds: [1776, 1777],
			authType: 'sso',
			password: '',
			profiles: [azureProfile()],
		}),
		person(12024, 'rita', 'Rita', 'Rossi', {
			vaultIds: [1776, 1777],
			authType: 'sso',
			password: '',
			profiles: [azureProfile(), oktaProfile()],
		}),
		person(12025, 'max', 'Max', 'Meyer', {
			vaultIds: [1776, 1777],
			authType: 'saml',
			password: '',
		}),
	];
}

export function seedDelegations(): Delegation[] {
	return [1776, 1777].map((vaultId) => ({
		delegator: 'ian@veepharm.com',
		delegate: 'olivia@veepharm.com',
		vaultId,
	}));
}

/** What a user record holds when nothing else is said. */
export function userDefaults(): Omit<UserRecord, 'id' | 'username' | 'email'> {
	return {
		password: SEED_PASSWORD,
		firstName: 'Alex',
		lastName: 'Example',
		vaultIds: [1776],
		authType: 'password',
		profiles: [],
		apiAccess: true,
		locked: false,
		inactive: false,
		passwordChangeRequired: false,
		wrongPasswords: 0,
	};
}

function person(
	id: number,
	name: string,
	firstName: string,
	lastName: string,
	more: Partial<UserRecord>,
): UserRecord {
	const username = `${name}@veepharm.com`;
	return { ...userDefaults(), id, username, email: username, firstName, lastName, ...more };
}
