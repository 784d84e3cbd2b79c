import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { parseBaseUrl, type BaseUrl } from './baseUrl';
import { DfnsFieldError } from './errors';
import { readPrivateKey, type PrivateKey } from './privateKey';

/** A service account, checked: who makes the calls, and where. */
export interface ServiceAccount {
	base: BaseUrl;
	/** A secret: goes out as `Authorization: Bearer …` */
	authToken: string;
	/** Which of the service account's credentials signs */
	credentialId: string;
	key: PrivateKey;
	/** Application of older organizations; empty where there is none */
	appId: string;
}

/** A user whom a service account logs in, checked. */
export interface DelegatedUser {
	account: ServiceAccount;
	username: string;
	/** All fields in one text, secrets included: never to be stored or shown, only digested */
	identity: string;
}

/**
 * Checks every field of a service account, before any call is made with it.
 *
 * @param credentials the credential's data as n8n decrypts it
 * @throws DfnsFieldError naming the first field that cannot be right
 */
export function readServiceAccount(credentials: ICredentialDataDecryptedObject): ServiceAccount {
	return {
		base: parseBaseUrl(credentials.baseUrl),
		authToken: readAuthToken(credentials.authToken),
		credentialId: readCredentialId(credentials.credentialId),
		key: readPrivateKey(credentials.privateKey),
		appId: readAppId(credentials.appId),
	};
}

/**
 * Checks every field of the `dfnsDelegatedUserApi` credential.
 *
 * @throws DfnsFieldError naming the first field that cannot be right
 */
export function readDelegatedUser(credentials: ICredentialDataDecryptedObject): DelegatedUser {
	const account = readServiceAccount(credentials);
	const username = readUsername(credentials.username);
	return { account, username, identity: identityOf(account, username) };
}

/** All that makes a login, in one text: see {@link DelegatedUser.identity}. */
export function identityOf(
	{ base, authToken, credentialId, key, appId }: ServiceAccount,
	username: string,
): string {
	return JSON.stringify([base.origin, authToken, credentialId, key.pem, appId, username]);
}

/**
 * Checks a user name.
 *
 * @throws DfnsFieldError
 */
export function readUsername(value: unknown): string {
	const expected = 'the name by which Dfns knows the user, such as jdoe@example.co';
	if (typeof value !== 'string') throw new DfnsFieldError('User Name', value ?? '', expected);
	const username = value.trim();
	if (username === '') throw new DfnsFieldError('User Name', '', expected);
	// Half a character (a lone surrogate) has no bytes that could be signed and sent alike.
	if (/\p{Surrogate}/u.test(username)) throw new DfnsFieldError('User Name', undefined, expected);
	return username;
}

/** A JWT (RFC 7519) in its compact form; "Bearer" in front of it comes along in many a paste. */
function readAuthToken(value: unknown): string {
	const field = 'Auth Token';
	const expected =
		'the auth token that Dfns showed when the service account was created, which begins with eyJ';
	if (value === undefined || value === null || value === '') {
		throw new DfnsFieldError(field, '', expected);
	}
	if (typeof value !== 'string') throw new DfnsFieldError(field, undefined, expected);
	const token = value.trim().replace(/^Bearer\s+/i, '');
	if (token === '') throw new DfnsFieldError(field, '', expected);
	if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) {
		throw new DfnsFieldError(field, undefined, expected);
	}
	return token;
}

function readCredentialId(value: unknown): string {
	const field = 'Credential ID';
	const expected =
		"the ID of the service account's signing key, such as Y2ktM3E5Y2MtbXFoM20tODdiOW1jNDZqZ2gxYWJqbA";
	if (typeof value !== 'string') throw new DfnsFieldError(field, value ?? '', expected);
	const id = value.trim();
	if (id === '') throw new DfnsFieldError(field, '', expected);
	// The key in the wrong field: do not repeat it.
	if (/-----|PRIVATE KEY/.test(id) || id.split('.').length === 3) {
		throw new DfnsFieldError(field, undefined, expected);
	}
	if (!/^[\x21-\x7e]+$/.test(id)) throw new DfnsFieldError(field, id, expected);
	return id;
}

function readAppId(value: unknown): string {
	if (value === undefined || value === null) return '';
	const expected = 'the ID of an application, such as ap-2a9in-tt2a1-983lho480p35ejd0, or nothing';
	if (typeof value !== 'string') throw new DfnsFieldError('Application ID', value, expected);
	const id = value.trim();
	if (id !== '' && !/^[\w.-]{1,200}$/.test(id)) {
		throw new DfnsFieldError(
			'Application ID',
			id.includes('-----') || id.length > 200 ? undefined : id,
			expected,
		);
	}
	return id;
}
