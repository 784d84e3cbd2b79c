import { isRecord, type VaultAnswer } from './answer';
import { VaultError, VaultFieldError } from './errors';
import type { Pair } from './headers';
import { readUrl, type VaultHost } from './hosts';

/** Where in a Vault a call goes. */
export interface VaultPath {
	/** From the host on, with version and query: `/api/v25.2/objects/documents?limit=10` */
	path: string;
	/** Scheme and host, where the path was given as a whole address */
	origin?: string;
}

const EXPECTED =
	'the path of a Vault API call, such as /objects/documents/42, with or without /api/v25.2 before it';

/** Stands for the Vault while a path is read; nothing is ever sent there. */
const NOWHERE = 'https://vault.invalid';

/** How often something can be percent-encoded on top of itself before nobody can mean it. */
const MAX_ENCODINGS = 5;

/**
 * Reads the path of a call, so that it cannot lead out of the Vault's API, however it is written.
 *
 * @param given a path with or without `/api/{version}`, or a whole address; both may have a query
 * @param apiVersion the version to call where none is given, `v25.2`
 * @param field the field's label, for the error
 * @throws VaultFieldError naming the field, what was given and what is expected
 */
export function readPath(given: unknown, apiVersion: string, field: string): VaultPath {
	if (typeof given !== 'string') throw new VaultFieldError(field, given ?? '', EXPECTED);
	const text = given.trim();
	if (text === '') throw new VaultFieldError(field, '', EXPECTED);
	// What the URL standard drops, or takes for another character.
	if (/[\p{Cc}\\#]/u.test(text)) {
		throw new VaultFieldError(field, text, `${EXPECTED}; # and \\ as %23 and %5C, no line breaks`);
	}
	const absolute = /^[a-z][a-z0-9+.-]*:/i.test(text);
	const [beforeQuery] = text.split('?', 1);
	assertPlain(absolute ? beforeQuery.replace(/^[^/]*\/\/[^/]*/, '') : beforeQuery, text, field);

	const url = readUrl(absolute ? text : NOWHERE + fromHost(text, apiVersion));
	if (url !== undefined && (url.username !== '' || url.password !== '')) {
		throw new VaultFieldError(field, undefined, `${EXPECTED}, without a user name or password`);
	}
	if (url === undefined || (!absolute && url.origin !== NOWHERE)) {
		throw new VaultFieldError(field, text, EXPECTED);
	}
	if (!/^https?:$/.test(url.protocol)) {
		throw new VaultFieldError(field, text, `${EXPECTED}; a whole address begins with https://`);
	}
	if (!/^\/api(\/|$)/.test(url.pathname)) {
		throw new VaultFieldError(field, text, `${EXPECTED}; addresses of the API begin with /api`);
	}
	const path = url.pathname + url.search;
	return absolute ? { path, origin: url.origin } : { path };
}

/** Puts `/api` and the version before a path that has none. `/api/…` without a version is the API's own, too. */
function fromHost(text: string, apiVersion: string): string {
	const path = text.startsWith('/') ? text : `/${text}`;
	if (/^\/api([/?]|$)/.test(path)) return path;
	return /^\/v\d+\.\d+([/?]|$)/.test(path) ? `/api${path}` : `/api/${apiVersion}${path}`;
}

/** Throws for a path with parts that are empty or mean something other than themselves. */
function assertPlain(path: string, text: string, field: string): void {
	const parts = path.replace(/^\//, '').replace(/\/$/, '').split('/');
	for (const part of parts) {
		if (part === '' && parts.length > 1) {
			throw new VaultFieldError(field, text, `${EXPECTED}: no part may be empty`);
		}
		const plain = decoded(part);
		if (plain === undefined) {
			throw new VaultFieldError(field, text, `${EXPECTED}, percent-encoded once, % as %25`);
		}
		if (plain === '.' || plain === '..' || /[\p{Cc}/\\]/u.test(plain)) {
			throw new VaultFieldError(field, text, `${EXPECTED}, without . or .. and encoded slashes`);
		}
		// Encoded, they belong to a value.
		if (/[{}]/.test(part)) {
			throw new VaultFieldError(field, text, `a value for ${plain} in Path Parameters`);
		}
	}
}

/** @returns `undefined` when it cannot be decoded, or not to an end */
function decoded(part: string): string | undefined {
	let plain = part;
	try {
		for (let times = 0; times < MAX_ENCODINGS; times += 1) {
			const next = decodeURIComponent(plain);
			if (next === plain) return plain;
			plain = next;
		}
	} catch {
		// A % that stands for itself is an error at the first decoding only.
		return plain === part ? undefined : plain;
	}
	return undefined;
}

/**
 * Puts values in place of a path's `{names}`.
 *
 * @param values by name; each becomes one part of the path, whatever is in it
 * @param field label of the field that has the values
 * @throws VaultFieldError for a name that the path does not have, and for a value that is empty
 */
export function fillPath(template: string, values: readonly Pair[], field: string): string {
	const [path, ...query] = template.split('?');
	const filled = values.reduce((text, { name, value }) => {
		const placeholder = `{${name.trim().replace(/^\{|\}$/g, '')}}`;
		if (!text.includes(placeholder)) {
			throw new VaultFieldError(field, name, `a name that stands as ${placeholder} in the path`);
		}
		if (value.trim() === '') {
			throw new VaultFieldError(`${field} › ${name}`, '', 'the value for this part of the path');
		}
		// Half a character, which nothing can encode (RFC 3629, section 3).
		if (/\p{Cs}/u.test(value))
			throw new VaultFieldError(`${field} › ${name}`, value, 'whole characters');
		return text.replaceAll(placeholder, () => encodeURIComponent(value.trim()));
	}, path);
	return [filled, ...query].join('?');
}

/** The names and values in a path's query, decoded. */
export function queryOf(path: string): Pair[] {
	const [, ...query] = path.split('?');
	return [...new URLSearchParams(query.join('?'))].map(([name, value]) => ({ name, value }));
}

/**
 * Adds to a path's query.
 *
 * @param pairs names and values as they are; a name may come more than once
 */
export function withQuery(path: string, pairs: readonly Pair[]): string {
	if (pairs.length === 0) return path;
	const added = new URLSearchParams();
	for (const { name, value } of pairs) added.append(name, value);
	return `${path}${path.includes('?') ? '&' : '?'}${added.toString()}`;
}

/**
 * Where the next page of an answer is, in `responseDetails`: a path, or a whole address of the same Vault.
 * VQL reference: Pagination Best Practices. Some answers write it `nextpage`.
 *
 * @returns `undefined` when there is none
 * @throws VaultError when it leads anywhere else
 */
export function nextPagePath(
	{ responseDetails }: VaultAnswer,
	apiVersion: string,
	{ host, origin }: VaultHost,
): VaultPath | undefined {
	const details = isRecord(responseDetails) ? responseDetails : {};
	const next = details.next_page ?? details.nextpage;
	if (next === undefined || next === null || next === '') return undefined;
	try {
		const page = readPath(next, apiVersion, 'next_page');
		if (page.origin === undefined || page.origin === origin) return page;
	} catch {
		// Nothing that was given by the user.
	}
	throw new VaultError(
		`${host} gave a next_page that is not in its own API`,
		'It was not called. Check what is between n8n and the Vault.',
		'NOT_A_VAULT_ANSWER',
	);
}
