import { VaultError } from './answers.mts';
import { TextBody, UploadedFile } from './bodies.mts';
import type { Settings } from './types.mts';

const CLIENT_ID = /^[A-Za-z0-9._-]{1,100}$/;
const FORM_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data'];

/** The format an Accept header asks for; undefined: one that Vault does not have. */
export function acceptedFormat(accept: string | undefined): 'json' | 'xml' | undefined {
	if (accept === undefined || accept === '') return 'json';
	const types = accept.split(',').map((part) => part.split(';', 1)[0]?.trim().toLowerCase());
	if (types.some((type) => type === 'application/json' || type === '*/*')) return 'json';
	if (types.some((type) => type === 'application/*')) return 'json';
	return types.includes('application/xml') ? 'xml' : undefined;
}

/** @returns whether an Accept header names a type before anything that means JSON */
export function prefers(accept: string | undefined, type: string): boolean {
	return accept?.split(/[,;]/, 1)[0]?.trim().toLowerCase() === type;
}

/**
 * @param others types besides JSON and XML in which the call is answered, too
 * @throws INVALID_DATA when the Accept header names nothing that Vault can answer in
 */
export function checkAccept(accept: string | undefined, others: readonly string[] = []): void {
	if (acceptedFormat(accept) === undefined && !others.some((type) => prefers(accept, type))) {
		throw new VaultError('INVALID_DATA', `Vault cannot answer in the format(s) ${accept}.`);
	}
}

/**
 * "Client ID" in Vault's documentation: up to 100 of A-Z a-z 0-9 . _ -, and, with client ID
 * filtering, one that an administrator let in.
 * @throws INVALID_DATA for a missing or malformed one, INSUFFICIENT_ACCESS for a filtered one
 */
export function checkClientId(clientId: string | undefined, settings: Settings): void {
	const filter = settings.clientIdFiltering;
	if (clientId === undefined) {
		if (settings.requireClientId) {
			throw new VaultError('INVALID_DATA', 'The header X-VaultAPI-ClientID is missing.');
		}
	} else if (!CLIENT_ID.test(clientId)) {
		throw new VaultError('INVALID_DATA', 'The header X-VaultAPI-ClientID is malformed.');
	}
	if (filter && !filter.includes(clientId ?? 'unknown')) {
		throw new VaultError(
			'INSUFFICIENT_ACCESS',
			`The client ID ${clientId ?? 'unknown'} is not allowed in this Vault.`,
		);
	}
}

/**
 * @param body the parsed form
 * @throws INVALID_DATA for a body that is not one of the form types allowed here, and for a field
 * given twice or sent as a file
 */
export function checkForm(
	contentType: string | undefined,
	body: unknown,
	allowed: 'any form' | 'urlencoded' | 'form with files',
): void {
	const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
	const types = allowed === 'urlencoded' ? FORM_TYPES.slice(0, 1) : FORM_TYPES;
	if (type !== undefined && !types.includes(type)) {
		throw new VaultError('INVALID_DATA', `The Content-Type ${type} is not supported here.`);
	}
	for (const [name, value] of entriesOf(body)) {
		if (allowed === 'form with files' && value instanceof UploadedFile) continue;
		if (typeof value !== 'string') {
			throw new VaultError('INVALID_DATA', `The field ${name} must be given once, as text.`);
		}
	}
}

/** @returns the text fields of a parsed form */
export function formFields(body: unknown): Record<string, string> {
	const fields: Record<string, string> = {};
	for (const [name, value] of entriesOf(body)) if (typeof value === 'string') fields[name] = value;
	return fields;
}

/** @throws INVALID_DATA for a body that is not a text of one of the types */
export function checkText(body: unknown, types: readonly string[]): void {
	if (body instanceof TextBody && types.includes(body.type)) return;
	throw new VaultError('INVALID_DATA', `The Content-Type must be one of ${types.join(', ')}.`);
}

function entriesOf(body: unknown): Array<[string, unknown]> {
	if (body instanceof TextBody) return [];
	return typeof body === 'object' && body !== null ? Object.entries(body) : [];
}
