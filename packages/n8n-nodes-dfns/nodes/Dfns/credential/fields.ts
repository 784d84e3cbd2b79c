import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { DfnsFieldError } from '../dfns/errors';
import { DEFAULT_BASE_URL, isProtected, readUrl, type BaseUrl } from '../dfns/http/baseUrl';
import type { ServiceAccount } from '../dfns/serviceAccount';
import { readPrivateKey } from './privateKey';

/** A user that a service account logs in. */
export interface DelegatedUser {
	account: ServiceAccount;
	username: string;
	/** See {@link identityOf} */
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
		base: readBaseUrl(credentials.baseUrl),
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

/** All fields that make a login, secrets included, in one text: only its digest is kept, and it is never shown. */
export function identityOf(
	{ base, authToken, credentialId, key, appId }: ServiceAccount,
	username: string,
): string {
	return JSON.stringify([base.origin, authToken, credentialId, key.pem, appId, username]);
}

/**
 * Reads the field "Base URL": a URL without a path, because the path is part of what is signed
 * (`userActionHttpPath`). It can be a host name only.
 *
 * @throws DfnsFieldError naming what was given and what is expected
 */
export function readBaseUrl(value: unknown): BaseUrl {
	const expected = `the URL of the Dfns API without a path, such as ${DEFAULT_BASE_URL}`;
	const refuse = (given: unknown, more = '') =>
		new DfnsFieldError('Base URL', given, expected + more);
	if (typeof value !== 'string') throw refuse(value ?? '');
	const given = value.trim();
	if (given === '') throw refuse('');
	const url = readUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `https://${given}`);
	if (url === undefined || url.hostname === '') throw refuse(given);
	// A message must not repeat a password.
	if (url.username !== '' || url.password !== '') {
		throw refuse(undefined, ', and without a user name or password in it');
	}
	if (url.pathname !== '/' || url.search !== '' || url.hash !== '') throw refuse(given);
	if (!isProtected(url)) throw refuse(given, ': Dfns can be reached only over https');
	return { host: url.host, origin: `${url.protocol}//${url.host}` };
}

/**
 * Reads a field "User Name".
 *
 * @throws DfnsFieldError
 */
export function readUsername(value: unknown): string {
	const expected = 'the name of the user in Dfns, such as jdoe@example.co';
	if (typeof value !== 'string') throw new DfnsFieldError('User Name', value ?? '', expected);
	const username = value.trim();
	if (username === '') throw new DfnsFieldError('User Name', '', expected);
	// Half a character (a lone surrogate) has no bytes that could be signed and sent.
	if (/\p{Surrogate}/u.test(username)) throw new DfnsFieldError('User Name', undefined, expected);
	return username;
}

/** A JWT (RFC 7519) in its compact form. People often paste it with "Bearer" in front. */
function readAuthToken(value: unknown): string {
	const field = 'Auth Token';
	const expected =
		'the auth token that Dfns showed when the service account was created; it begins with eyJ';
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
	// A key or a token in the wrong field: a message must not repeat it.
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
		const isSecret = id.includes('-----') || id.length > 200;
		throw new DfnsFieldError('Application ID', isSecret ? undefined : id, expected);
	}
	return id;
}
