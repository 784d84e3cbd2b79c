import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { CallSettings } from './api';
import { VaultFieldError } from './errors';
import { parseHost, type VaultHost } from './hosts';
import type { LoginIdentity } from './session';

/** The fields of the credential, checked. */
export interface LoginFields extends LoginIdentity {
	vault: VaultHost;
	username: string;
	password: string;
	settings: CallSettings;
}

/**
 * Checks every field of the `veevaVaultApi` credential, before any call is made with it.
 *
 * @param credentials the credential's data as n8n decrypts it
 * @throws VaultFieldError naming the first field that cannot be right
 */
export function readFields(credentials: ICredentialDataDecryptedObject): LoginFields {
	const vault = parseHost(credentials.vaultDns, 'Vault DNS');
	const authentication = oneOf(credentials.authentication, 'Authentication Method', ['password']);
	const username = text(credentials.username, 'User Name', "the user's name in Vault").trim();
	const password = secret(credentials.password, 'Password');
	const settings = {
		apiVersion: apiVersion(credentials.apiVersion),
		clientId: clientId(credentials.vaultClientId),
	};
	const minutes = sessionTimeout(credentials.sessionTimeout);
	parseHost(credentials.loginHost, 'Login Host');
	return {
		vault,
		username,
		password,
		settings,
		identity: JSON.stringify([vault.origin, authentication, username, password]),
		sessionTimeoutMs: minutes * 60_000,
	};
}

/**
 * Checks an API version.
 *
 * @returns it as Vault writes it, `v25.2`
 * @throws VaultFieldError
 */
export function apiVersion(value: unknown): string {
	const expected = 'a version as Vault writes it, such as v25.2';
	const version = text(value, 'API Version', expected).trim().toLowerCase();
	if (!/^v\d{1,2}\.\d$/.test(version)) throw new VaultFieldError('API Version', value, expected);
	return version;
}

/**
 * Checks a client ID against Vault's rule for `X-VaultAPI-ClientID`.
 *
 * @throws VaultFieldError
 */
export function clientId(value: unknown): string {
	const expected =
		'up to 100 letters, digits, dots, hyphens and underscores, such as mycompany-mydepartment-n8n-server-myworkflow';
	const id = text(value, 'Client ID', expected).trim();
	if (!/^[A-Za-z0-9._-]{1,100}$/.test(id)) throw new VaultFieldError('Client ID', value, expected);
	return id;
}

function sessionTimeout(value: unknown): number {
	const minutes = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof minutes !== 'number' || !(minutes > 0 && minutes <= 480)) {
		throw new VaultFieldError(
			'Session Timeout (Minutes)',
			value ?? '',
			'the number of minutes set in the Vault, above 0 and up to 480',
		);
	}
	return minutes;
}

function oneOf<T extends string>(value: unknown, field: string, choices: readonly T[]): T {
	const choice = choices.find((candidate) => candidate === value);
	if (choice === undefined) throw new VaultFieldError(field, value, choices.join(' or '));
	return choice;
}

function text(value: unknown, field: string, expected: string): string {
	if (typeof value !== 'string') throw new VaultFieldError(field, value ?? '', expected);
	if (value.trim() === '') throw new VaultFieldError(field, '', expected);
	return value;
}

function secret(value: unknown, field: string): string {
	if (value === '') throw new VaultFieldError(field, '', 'the password of the Vault user');
	if (typeof value !== 'string') throw new VaultFieldError(field, undefined, 'text');
	return value;
}
