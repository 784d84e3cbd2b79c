import { isFramingHeader, isSigningHeader, isSigningParameter } from '../../credential/reserved';
import { VaultFieldError } from '../../vault/errors';
import type { Pair } from '../parameters';

/** Headers of this package's own calls, in the same spelling, so that none is sent twice. */
const OWN_HEADERS = ['Accept', 'Content-Type', 'X-VaultAPI-ClientID', 'X-VaultAPI-DescribeQuery'];

/**
 * Reads headers that a user adds to a call.
 *
 * @throws VaultFieldError for an invalid header, and for one that would sign the call as someone else
 */
export function readHeaders(pairs: readonly Pair[], field = 'Headers'): Record<string, string> {
	const names = new Set<string>();
	return Object.fromEntries(
		pairs.map(({ name, value }) => {
			if (names.has(name.toLowerCase())) {
				throw new VaultFieldError(`${field} › Name`, name, 'each header name only once');
			}
			names.add(name.toLowerCase());
			// RFC 9110, section 5.1.
			if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
				throw new VaultFieldError(`${field} › Name`, name, 'the name of a header');
			}
			if (isSigningHeader(name) || isFramingHeader(name)) {
				throw new VaultFieldError(
					`${field} › Name`,
					name,
					'a header that the credential or n8n does not set',
				);
			}
			assertHeaderValue(value, `${field} › ${name}`);
			const own = OWN_HEADERS.find((known) => known.toLowerCase() === name.toLowerCase());
			return [own ?? name, value];
		}),
	);
}

/**
 * Checks a header's value (RFC 9110, section 5.5). The error does not repeat it: it may be a secret.
 *
 * @throws VaultFieldError
 */
export function assertHeaderValue(value: string, field: string): void {
	if (/^[\t\x20-\x7e\xa0-\xff]*$/.test(value)) return;
	throw new VaultFieldError(field, undefined, 'one line of Latin characters (ISO 8859-1)');
}

/**
 * Checks the query of a user's call.
 *
 * @param field the field's label, for the error
 * @throws VaultFieldError for a parameter that would sign the call as someone else
 */
export function assertUnsigned(query: readonly Pair[], field: string): void {
	const signing = query.find(({ name }) => isSigningParameter(name));
	if (signing === undefined) return;
	throw new VaultFieldError(
		field,
		signing.name.trim(),
		'a parameter that does not sign the call. The credential signs it',
	);
}
