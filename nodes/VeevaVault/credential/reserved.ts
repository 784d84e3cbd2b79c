/**
 * Headers that sign a call as someone else, send it elsewhere, or turn it into another call.
 * Vault API reference: Salesforce Delegated Requests; RFC 9110, section 7.2; RFC 6265, section 5.4.
 */
const SIGNING_HEADERS =
	/^(authorization|proxy-.*|x-auth-.*|x-(http-)?method(-override)?|cookie2?|host|forwarded|x-forwarded-.*|x-original-url|x-rewrite-url)$/i;

/** Headers that frame a call on its way: n8n's HTTP client sets them (RFC 9110, sections 7.6 and 8.6). */
const FRAMING_HEADERS =
	/^(connection|content-length|transfer-encoding|te|trailer|upgrade|expect)$/i;

/** Query parameters that sign a call (Vault API reference: Salesforce Delegated Requests). */
const SIGNING_QUERY = /^(auth|ext_ns|ext_url)$/i;

/** Whether a header signs a call, sends it elsewhere, or turns it into another. */
export function isSigningHeader(name: string): boolean {
	return SIGNING_HEADERS.test(name.trim());
}

/** Whether a header frames a call. */
export function isFramingHeader(name: string): boolean {
	return FRAMING_HEADERS.test(name.trim());
}

/** Whether a query parameter signs a call, also as part of a list or an object: `auth[]`. */
export function isSigningParameter(name: string): boolean {
	return SIGNING_QUERY.test(name.split('[', 1)[0].trim());
}
