/** Where Dfns can be reached. */
export interface BaseUrl {
	/** Host name, with the port when there is one: `api.dfns.io`, `localhost:9500` */
	host: string;
	/** Scheme and host, without a trailing slash: `https://api.dfns.io` */
	origin: string;
}

export const DEFAULT_BASE_URL = 'https://api.dfns.io';

/**
 * Whether a URL is encrypted on its way, or does not leave this machine. A token never travels in any other way.
 */
export function isProtected({ protocol, hostname }: URL): boolean {
	return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** @param hostname without a port, as `URL.hostname` gives it (an IPv6 address in brackets) */
function isLoopback(hostname: string): boolean {
	return (
		hostname === 'localhost' ||
		hostname.endsWith('.localhost') ||
		hostname === '[::1]' ||
		/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
	);
}

/**
 * Reads a URL.
 *
 * @param base what a relative URL is relative to
 * @returns `undefined` when the text is not a URL
 */
export function readUrl(text: string, base?: string): URL | undefined {
	try {
		return new URL(text, base);
	} catch {
		return undefined;
	}
}
