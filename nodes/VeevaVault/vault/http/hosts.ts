import { VaultFieldError } from '../errors';

/** The address of a Vault, or of Vault's login service. */
export interface VaultHost {
	/** Host name, with the port if there is one: `myvault.veevavault.com`, `localhost:9400` */
	host: string;
	/** Scheme and host, without a trailing slash: `https://myvault.veevavault.com` */
	origin: string;
}

/**
 * Whether a host is this machine itself. Only there can a session travel over plain http: nothing leaves the machine.
 *
 * @param hostname without port, as `URL.hostname` gives it (an IPv6 address in brackets)
 */
export function isLoopback(hostname: string): boolean {
	return (
		hostname === 'localhost' ||
		hostname.endsWith('.localhost') ||
		hostname === '[::1]' ||
		/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
	);
}

/**
 * Reads what users enter as the DNS of a Vault: only the DNS, or the address from the browser
 * (`https://myvault.veevavault.com/ui/#…`). `http://` and a port are accepted only for loopback hosts.
 *
 * @param value what was entered
 * @param field the field's label, for the error
 * @returns the host, in lower case, with its origin
 * @throws VaultFieldError naming the field, what was given and what is expected
 */
export function parseHost(value: unknown, field: string): VaultHost {
	const expected = 'a host name such as myvault.veevavault.com';
	if (typeof value !== 'string') throw new VaultFieldError(field, value ?? '', expected);
	const given = value.trim();
	if (given === '') throw new VaultFieldError(field, given, expected);

	const explicit = /^[a-z][a-z0-9+.-]*:\/\//i.test(given);
	const url = readUrl(explicit ? given : `https://${given}`);
	if (url === undefined) throw new VaultFieldError(field, given, expected);
	// Do not repeat an address that contains a user name or password.
	if (url.username !== '' || url.password !== '') {
		throw new VaultFieldError(
			field,
			undefined,
			`${expected}, without a user name or password in it`,
		);
	}
	const { hostname } = url;
	if (isLoopback(hostname)) {
		const local = explicit ? url : new URL(`http://${given}`);
		if (!['http:', 'https:'].includes(local.protocol)) {
			throw new VaultFieldError(field, given, expected);
		}
		return { host: local.host, origin: `${local.protocol}//${local.host}` };
	}
	if (url.protocol !== 'https:') {
		throw new VaultFieldError(field, given, `${expected}: only https is allowed`);
	}
	if (url.port !== '') {
		throw new VaultFieldError(field, given, `${expected}, without a port`);
	}
	if (!/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/.test(hostname)) {
		throw new VaultFieldError(field, given, expected);
	}
	return { host: hostname, origin: `https://${hostname}` };
}

/**
 * A host as output for a later step: {@link parseHost} reads it as the same host.
 *
 * @returns only the DNS; for a loopback host the origin, because there the scheme matters
 */
export function vaultDns({ host, origin }: VaultHost): string {
	return isLoopback(new URL(origin).hostname) ? origin : host;
}

/**
 * Reads an address.
 *
 * @param base the address that a relative address is relative to
 * @returns `undefined` when the text is not an address
 */
export function readUrl(text: string, base?: string): URL | undefined {
	try {
		return new URL(text, base);
	} catch {
		return undefined;
	}
}

/**
 * Reads the address of an endpoint that receives secrets, such as a provider's token endpoint.
 *
 * @throws VaultFieldError unless it is an https address, or one on this machine
 */
export function parseEndpoint(value: string, field: string): string {
	const url = readUrl(value);
	const expected = 'an address that begins with https://';
	if (url === undefined || url.username !== '' || url.password !== '') {
		throw new VaultFieldError(field, undefined, expected);
	}
	if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
		throw new VaultFieldError(field, value, expected);
	}
	return url.href;
}

/**
 * The host of a Vault in `vaultIds`.
 *
 * @returns `undefined` when its address cannot be read; nothing is signed for it
 */
export function hostOf({ url }: { url: string }): VaultHost | undefined {
	try {
		return parseHost(url, 'url');
	} catch {
		return undefined;
	}
}

/**
 * Whether another host belongs to the same Vaults as a credential's own: below the same parent domain, as all Vaults of a
 * user are, and over the same scheme. A response from a server never widens that.
 *
 * @param own the host that the credential names
 */
export function isSibling(own: VaultHost, other: VaultHost): boolean {
	if (other.origin === own.origin) return true;
	const [ownUrl, otherUrl] = [new URL(own.origin), new URL(other.origin)];
	if (otherUrl.protocol !== ownUrl.protocol) return false;
	if (isLoopback(ownUrl.hostname)) return isLoopback(otherUrl.hostname);
	// Vaults have no port of their own.
	const parent = otherUrl.port === '' ? parentDomain(ownUrl.hostname) : undefined;
	return parent !== undefined && parentDomain(otherUrl.hostname) === parent;
}

/** `veevavault.com` of `myvault.veevavault.com`; a top-level domain is no one's own. */
function parentDomain(hostname: string): string | undefined {
	const parent = hostname.slice(hostname.indexOf('.') + 1);
	return parent !== hostname && parent.includes('.') ? parent : undefined;
}

/**
 * Whether a host is on this machine or in a private network, as far as its name says. All IP addresses count as local: no
 * public provider is named by one.
 *
 * @param hostname without port, as `URL.hostname` gives it
 */
export function isLocal(hostname: string): boolean {
	const name = hostname.replace(/\.$/, '');
	return (
		isLoopback(name) ||
		name.startsWith('[') ||
		/^[\d.]+$/.test(name) ||
		!name.includes('.') ||
		/\.(local|localdomain|internal|intranet|lan|home|corp|home\.arpa)$/.test(name)
	);
}
