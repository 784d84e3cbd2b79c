import { VaultFieldError } from '../../vault/errors';
import { readUrl } from '../../vault/http/hosts';
import type { Pair } from '../parameters';

/** Where in a Vault a call goes. */
export interface VaultPath {
	/** Everything after the host, with version and query: `/api/v25.2/objects/documents?limit=10` */
	path: string;
	/** Scheme and host, if the path was given as a full URL */
	origin?: string;
}

const EXPECTED =
	'the path of a Vault API call, such as /objects/documents/42, with or without /api/v25.2 before it';

/** Stands for the Vault while a path is read. Nothing is ever sent there. */
const NOWHERE = 'https://vault.invalid';

/** How many layers of percent-encoding are decoded. No one encodes a value more often on purpose. */
const MAX_ENCODINGS = 5;

/**
 * Reads the path of a call. However it is written, it cannot lead out of the Vault's API.
 *
 * @param given a path with or without `/api/{version}`, or a full URL; both can have a query
 * @param apiVersion the version to call if the path has none, `v25.2`
 * @param field the field's label, for the error
 * @throws VaultFieldError naming the field, what was given and what is expected
 */
export function readPath(given: unknown, apiVersion: string, field: string): VaultPath {
	if (typeof given !== 'string') throw new VaultFieldError(field, given ?? '', EXPECTED);
	// The form in Vault's reference.
	const text = given.trim().replace(/^\/?api\/\{version\}(?=\/)/, `/api/${apiVersion}`);
	if (text === '') throw new VaultFieldError(field, '', EXPECTED);
	// The query may contain a secret.
	const [shown] = text.split('?', 1);
	if (/^(GET|POST|PUT|PATCH|DELETE)\s/i.test(text)) {
		throw new VaultFieldError(field, shown, `${EXPECTED}; select the method in its own field`);
	}
	// Characters that the URL standard removes or replaces.
	if (/[\p{Cc}\\#]/u.test(text)) {
		throw new VaultFieldError(
			field,
			shown,
			`${EXPECTED}; write # as %23 and \\ as %5C, without line breaks`,
		);
	}
	const absolute = /^[a-z][a-z0-9+.-]*:/i.test(text);
	assertPlain(absolute ? shown.replace(/^[^/]*\/\/[^/]*/, '') : shown, shown, field);

	const url = readUrl(absolute ? text : NOWHERE + fromHost(text, apiVersion));
	if (url !== undefined && (url.username !== '' || url.password !== '')) {
		throw new VaultFieldError(field, undefined, `${EXPECTED}, without a user name or password`);
	}
	if (url === undefined || (!absolute && url.origin !== NOWHERE)) {
		throw new VaultFieldError(field, shown, EXPECTED);
	}
	if (!/^https?:$/.test(url.protocol)) {
		throw new VaultFieldError(field, shown, `${EXPECTED}; a full URL begins with https://`);
	}
	if (!/^\/api(\/|$)/.test(url.pathname)) {
		throw new VaultFieldError(field, shown, `${EXPECTED}; paths of the API begin with /api`);
	}
	const path = url.pathname + url.search;
	return absolute ? { path, origin: url.origin } : { path };
}

/** Adds `/api` and the version to a path that has none. `/api/…` without a version is also in the API. */
function fromHost(text: string, apiVersion: string): string {
	const path = text.startsWith('/') ? text : `/${text}`;
	if (/^\/api([/?]|$)/.test(path)) return path;
	return /^\/v\d+\.\d+([/?]|$)/.test(path) ? `/api${path}` : `/api/${apiVersion}${path}`;
}

/** Refuses a path with parts that are empty, or that have a special meaning in a path. */
function assertPlain(path: string, shown: string, field: string): void {
	// An empty part at the end is a missing value, except in /api/ itself.
	if (/^\/?api\/$/.test(path)) return;
	for (const part of path.replace(/^\//, '').split('/')) {
		if (part === '') throw new VaultFieldError(field, shown, `${EXPECTED}, without empty parts`);
		const plain = decoded(part);
		if (plain === undefined) {
			throw new VaultFieldError(field, shown, `${EXPECTED}, percent-encoded once, with % as %25`);
		}
		if (isElsewhere(plain)) {
			throw new VaultFieldError(field, shown, `${EXPECTED}, without ".", "..", or encoded slashes`);
		}
		// Encoded braces belong to a value.
		if (/[{}]/.test(part)) {
			throw new VaultFieldError(field, shown, `a value for ${plain} in Path Parameters`);
		}
	}
}

/** Whether a part of a path leads somewhere else. Some servers first remove what follows a semicolon. */
function isElsewhere(part: string): boolean {
	return /^\.{1,2}(;|$)/.test(part) || /[\p{Cc}/\\]/u.test(part);
}

/** @returns `undefined` when the part cannot be decoded, or has too many layers */
function decoded(part: string): string | undefined {
	let plain = part;
	try {
		for (let times = 0; times < MAX_ENCODINGS; times += 1) {
			const next = decodeURIComponent(plain);
			if (next === plain) return plain;
			plain = next;
		}
	} catch {
		// A literal % is invalid in the first layer only.
		return plain === part ? undefined : plain;
	}
	return undefined;
}

/**
 * Replaces a path's `{names}` with values.
 *
 * @param values the values by name. Each becomes one part of the path, or one value in its query, whatever it contains.
 * @param field label of the field that has the values
 * @throws VaultFieldError for a name that the path does not have, for a value that cannot be part of a path, and for a name
 *   in the query without a value
 */
export function fillPath(template: string, values: readonly Pair[], field: string): string {
	const filled = values.reduce((text, { name, value }) => {
		const placeholder = `{${name.trim().replace(/^\{|\}$/g, '')}}`;
		if (!text.includes(placeholder)) {
			const names = template.match(/\{[^{}]*\}/g)?.join(', ') ?? 'none';
			throw new VaultFieldError(
				field,
				name,
				`a name from the path, used only once. The path has: ${names}`,
			);
		}
		const part = value.trim();
		const expected = 'the value for this part of the path';
		if (part === '') throw new VaultFieldError(`${field} › ${name}`, '', expected);
		// Half a character, which cannot be encoded (RFC 3629, section 3).
		if (/\p{Cs}/u.test(part)) {
			throw new VaultFieldError(`${field} › ${name}`, value, 'complete Unicode characters');
		}
		if (isElsewhere(part) && text.split('?', 1)[0].includes(placeholder)) {
			throw new VaultFieldError(
				`${field} › ${name}`,
				value,
				`${expected}, without slashes; enter a path of several parts in Path`,
			);
		}
		return text.replaceAll(placeholder, () => encodeURIComponent(part));
	}, template);
	const [, query = ''] = /\?(.*)/s.exec(filled) ?? [];
	const [left] = /\{\w+\}/.exec(query) ?? [];
	if (left !== undefined) throw new VaultFieldError(field, '', `a value for ${left}`);
	return filled;
}

/**
 * Whether a path is that of a login with user name and password, however it is written: servers differ in what they skip
 * (empty parts, what follows a semicolon, white space) before they look.
 * Vault API reference: Authentication › User Name and Password.
 */
export function isLogin(path: string): boolean {
	const parts = path
		.split('?', 1)[0]
		.split('/')
		.map((part) => (decoded(part) ?? part).split(';', 1)[0].trim().toLowerCase())
		.filter((part) => part !== '');
	const [first] = parts.filter(
		(part, index) => !(index === 0 && part === 'api') && !isVersion(part),
	);
	return first === 'auth';
}

function isVersion(part: string): boolean {
	return /^v\d+(\.\d+)?$/.test(part);
}

/** The names and values in a path's query, decoded. */
export function queryOf(path: string): Pair[] {
	const [, ...query] = path.split('?');
	return [...new URLSearchParams(query.join('?'))].map(([name, value]) => ({ name, value }));
}

/**
 * Adds to a path's query.
 *
 * @param pairs names and values, not encoded; a name can occur more than once
 */
export function withQuery(path: string, pairs: readonly Pair[]): string {
	if (pairs.length === 0) return path;
	const added = new URLSearchParams();
	for (const { name, value } of pairs) added.append(name, value);
	return `${path}${path.includes('?') ? '&' : '?'}${added.toString()}`;
}
