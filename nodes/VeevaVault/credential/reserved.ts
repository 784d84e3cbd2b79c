/**
 * Names that a caller cannot add to a signed call: they sign it as someone else, turn it into another call, or frame it on
 * its way. The credential signs, and n8n frames.
 */

/** Vault API reference: Salesforce Delegated Requests; RFC 9110, sections 7.2 and 7.6. */
const HEADERS =
	/^(authorization|proxy-.*|x-auth-.*|x-(http-)?method(-override)?|cookie2?|host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect)$/i;

/** The query parameters that sign a call (Vault API reference: Salesforce Delegated Requests). */
const QUERY = /^(auth|ext_ns|ext_url)$/i;

/** Whether a header is reserved. */
export function isReservedHeader(name: string): boolean {
	return HEADERS.test(name.trim());
}

/** Whether a query parameter is reserved, also as part of a list or an object: `auth[]`. */
export function isReservedParameter(name: string): boolean {
	return QUERY.test(name.split('[', 1)[0].trim());
}
