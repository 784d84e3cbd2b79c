import { header, type Headers } from '../../vault/http/headers';

/** Longer names are cut: most file systems allow 255 bytes. */
const MAX_LENGTH = 200;

/**
 * The name of the file in a response.
 * RFC 6266, section 4: `filename*` before `filename`; RFC 8187, section 3.2.1: its value. Only the last part of a path
 * counts (RFC 6266, section 4.3).
 *
 * @param path the path of the call, percent-encoded. Its last part is the name when the response has none.
 */
export function fileNameOf(headers: Headers, path: string): string {
	const disposition = header(headers, 'content-disposition') ?? '';
	const found = extended(disposition) ?? quoted(disposition) ?? '';
	const fallback = path.split('?', 1)[0].split('/').filter(Boolean).at(-1) ?? '';
	return safe(found) || safe(decoded(fallback)) || 'file';
}

/** Decodes a part of a path (RFC 3986, section 2.1). It stays unchanged if it is not encoded in UTF-8. */
function decoded(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}

/** `filename*=UTF-8''Wonder%20Drug.pdf` */
function extended(disposition: string): string | undefined {
	const [, charset, value] =
		/(?:^|;)\s*filename\*\s*=\s*([\w!#$%&+^`{}~-]+)'[^']*'([^;\s]*)/i.exec(disposition) ?? [];
	if (value === undefined) return undefined;
	try {
		if (/^utf-8$/i.test(charset)) return decodeURIComponent(value);
		const bytes = value.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
			String.fromCharCode(Number.parseInt(hex, 16)),
		);
		return /^iso-8859-1$/i.test(charset) ? bytes : undefined;
	} catch {
		return undefined;
	}
}

/** `filename="Wonder Drug.pdf"`, or a token without quotes */
function quoted(disposition: string): string | undefined {
	const [, inQuotes, token] =
		/(?:^|;)\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/i.exec(disposition) ?? [];
	const raw = inQuotes?.replace(/\\(.)/g, '$1') ?? token;
	return raw === undefined ? undefined : asUtf8(raw);
}

/** Node reads headers as Latin-1; many servers write UTF-8. */
function asUtf8(raw: string): string {
	if (![...raw].every((character) => character.charCodeAt(0) < 256)) return raw;
	const text = Buffer.from(raw, 'latin1').toString('utf8');
	return text.includes('\uFFFD') ? raw : text;
}

/** Removes folders, and replaces characters that file systems do not allow. */
function safe(name: string): string {
	const last = name.split(/[/\\]/).at(-1) ?? '';
	const clean = last.replace(/[\p{Cc}\p{Cf}<>:"|?*]/gu, '_').trim();
	if (/^\.*$/.test(clean)) return '';
	if (clean.length <= MAX_LENGTH) return clean;
	const extension = /\.\w{1,10}$/.exec(clean)?.[0] ?? '';
	return clean.slice(0, MAX_LENGTH - extension.length) + extension;
}
