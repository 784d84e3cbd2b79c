/** Settings of the local Dfns. */
export interface DfnsOptions {
	/** Where to listen on 127.0.0.1; any free port when not given */
	port?: number;
	/** How long a user's token lasts, in seconds; 3600 when not given */
	tokenLifetime?: number;
	/** How long each login takes, in ms; 0 when not given */
	loginDelay?: number;
}

/** A kind of key that a service account can have. */
export type KeyType = 'P-256' | 'secp256k1' | 'Ed25519' | 'RSA';

/** A key registered with the service account. */
export interface RegisteredKey {
	credentialId: string;
	/** PEM, PKCS #8 */
	privateKey: string;
	/** PEM, SPKI */
	publicKey: string;
}

/** A user of the organization. Changing it changes what Dfns does. */
export interface User {
	username: string;
	userId: string;
	active: boolean;
}

/** The service account. Changing it changes what Dfns does. */
export interface ServiceAccountRecord {
	authToken: string;
	userId: string;
	active: boolean;
	/** Operations that it is allowed to perform */
	permissions: string[];
	keys: RegisteredKey[];
}

/** A call as it arrived. */
export interface CallRecord {
	method: string;
	/** Without the query */
	path: string;
	headers: Record<string, string | undefined>;
	/** Byte for byte; empty where there was none */
	body: string;
	/** Status of the response; 0 while there is none, or when the connection was cut */
	status: number;
	/** Whether it is over: with a response, or ended by either side */
	closed: boolean;
	/** Username of the bearer, or `service account` */
	caller?: string;
}

/** Which calls a fault applies to, or are counted. All conditions that are given must match. */
export interface CallFilter {
	method?: string;
	path?: string;
	status?: number;
}

/** What goes wrong. */
export type FaultKind =
	/** The connection is cut */
	| 'reset'
	/** The connection is cut after the call was carried out */
	| 'resetAfter'
	/** A proxy's sign-in page with status 200 */
	| 'html'
	/** A proxy's error page with status 502 */
	| '502'
	/** JSON that ends in the middle */
	| 'halfJson'
	/** JSON, but an array */
	| 'array'
	/** An empty JSON object */
	| 'empty'
	/** No response until the caller gives up */
	| 'hang'
	/** A response that never ends */
	| 'drip'
	/** 302 to `to` */
	| 'redirect'
	/** 202, as when a policy requires an approval first */
	| 'policy'
	/** A response in Dfns's form */
	| { status: number; message?: string; id?: string }
	/** 200 with this body, as JSON or as the given type */
	| { body: unknown; type?: string };

export interface Fault {
	on?: CallFilter;
	with: FaultKind;
	/** How many calls it applies to; 1 when not given */
	times?: number;
	/** How long to wait before it, in ms; 0 when not given */
	delay?: number;
	/** With `resetAfter`: whether the users' tokens are revoked at the same time */
	revokes?: boolean;
	/** Where a redirect points */
	to?: string;
}

/** The shape of a user token that is not as it should be. */
export interface TokenShape {
	/** Seconds from now; `null` leaves `exp` out */
	exp?: number | null;
	/** Leaves out `iat` */
	withoutIat?: boolean;
	/** Leaves out whose it is */
	withoutMetadata?: boolean;
	/** Instead of a token */
	raw?: unknown;
}
