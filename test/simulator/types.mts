/** What the parts of the simulator know about each other, and what tests see of it. */
import type { UploadedFile } from './bodies.mts';

/** A Vault: an id, a name, and the host name under which it answers. */
export interface VaultRecord {
	id: number;
	name: string;
	/** Host name without port. */
	hostName: string;
	active: boolean;
}

/** An OAuth 2.0 / OpenID Connect profile of a Security Policy. */
export interface OAuthProfile {
	id: string;
	label: string;
	description: string;
	useAdal: boolean;
	useMsal: boolean;
	/** The identity provider's OpenID metadata, as an administrator uploaded it. */
	asMetadata: Record<string, unknown>;
	providerType: string;
	/** Client ID mapping: the client's `client_id` → the one at the authorization server. */
	clientIds: Record<string, string>;
}

/** A user. Records are live: a test that changes one changes the Vault. */
export interface UserRecord {
	id: number;
	username: string;
	password: string;
	firstName: string;
	lastName: string;
	email: string;
	/** Vaults the user is a member of. */
	vaultIds: number[];
	authType: 'password' | 'sso' | 'saml';
	profiles: OAuthProfile[];
	/** False: logs in fine, every later call answers INSUFFICIENT_ACCESS. */
	apiAccess: boolean;
	locked: boolean;
	inactive: boolean;
	passwordChangeRequired: boolean;
	/** Wrong passwords in a row. */
	wrongPasswords: number;
	/** The Vault of the last login: where a login falls back to. */
	lastVaultId?: number;
}

/** What a new user needs; the rest has defaults. */
export type NewUser = Pick<UserRecord, 'username'> & Partial<Omit<UserRecord, 'username'>>;

export interface SessionRecord {
	id: string;
	/** The user the session acts as: in a delegated session the delegator. */
	userId: number;
	username: string;
	/** The Vault of the login, or the only Vault of a delegated session. */
	vaultId: number;
	/** The user who opened a delegated session. */
	delegateUserId?: number;
	createdAt: number;
	/** End of the last API call that extends the session. */
	lastActivity: number;
	/** API calls now running: a session does not idle out under a running call. */
	running: number;
}

/** A session as tests and other processes see it. */
export type SessionView = Omit<SessionRecord, 'running'>;

/** Delegated access: `delegate` may act as `delegator` in one Vault. */
export interface Delegation {
	/** User name of the user who grants the access. */
	delegator: string;
	/** User name of the user who gets it. */
	delegate: string;
	vaultId: number;
}

export interface DocumentRecord {
	id: number;
	vaultId: number;
	name: string;
	createdBy: number;
	/** Set when the document was created in a delegated session. */
	createdByDelegate?: number;
	file?: FileRecord;
}

/** The file of a document: as it was uploaded, or so many bytes that are made up when it is downloaded. */
export interface FileRecord {
	fileName: string;
	mimeType: string;
	/** Bytes. */
	size: number;
	content?: Buffer;
}

/** What a new document needs. */
export type NewDocument = Partial<Pick<DocumentRecord, 'vaultId' | 'name' | 'createdBy' | 'file'>>;

/** A record of a Vault object. */
export interface ObjectRecord {
	id: string;
	name: string;
	vaultId: number;
	fields: Record<string, unknown>;
}

/** A VQL query whose pages can be asked for. */
export interface QueryRecord {
	/** What it reads: documents, or an object. */
	target: string;
	/** A sub-query is an object of its own. */
	fields: Array<string | QueryRecord>;
	/** `field = 'value'`, all of which must hold. */
	conditions: Array<{ field: string; value: string }>;
	pageSize: number;
	maxRows?: number;
}

/** An access token of the identity provider, for a simulator without introspection endpoint. */
export interface AccessToken {
	username: string;
	expiresAt?: number;
}

/** A Salesforce session token. */
export interface SalesforceToken {
	username: string;
	/** The only Salesforce URL at which the token is valid; without it any https URL will do. */
	host?: string;
	expiresAt?: number;
}

/** An API access token (`veeva-vault-…`, v26). */
export interface ApiToken {
	username: string;
	vaultId: number;
	expiresAt?: number;
	deleted?: boolean;
}

/** One call in the log. It is in the log from its arrival on. */
export interface CallRecord {
	method: string;
	/** The Host header, with port. */
	host: string;
	/** Without query. */
	path: string;
	query: Record<string, string>;
	headers: Record<string, string>;
	form?: Record<string, string>;
	/** Files of a form, by field. */
	files?: Record<string, UploadedFile>;
	/** A body that is no form. */
	body?: string;
	/** The caller did not wait for the answer. */
	aborted?: true;
	/** Arrival, in the simulator's time (ms). */
	at: number;
	/** `RUNNING` until answered; then `SUCCESS`, the error type, or the fault's name. */
	outcome: string;
	userId?: number;
	vaultId?: number;
	executionId: string;
}

/** Which calls: a string path is the whole path or its end, e.g. `/keep-alive`. */
export interface CallFilter {
	method?: string;
	path?: string | RegExp;
}

export type FaultKind =
	| 'slow'
	| 'reset'
	| 'cut'
	| '500'
	| 'html'
	| 'redirect'
	| 'downtime'
	| 'refuse'
	| { error: string; message?: string };

export interface Fault {
	/** Which calls; without it all. */
	on?: CallFilter;
	with: FaultKind;
	/** How many matching calls fail (default 1, `Infinity` allowed). */
	times?: number;
	/** How many matching calls pass before (default 0). */
	after?: number;
	/** Milliseconds before the fault answers (`slow`, `refuse`: how long; default 1000). */
	delay?: number;
	/** Target of a redirect. */
	to?: string;
	/** Minutes a downtime is said to last (default 30). */
	minutes?: number;
	/** The call is carried out, only its answer is lost: a repeat would do it twice. */
	executed?: boolean;
}

export interface SimulatorOptions {
	/** 0 (default): a free port. */
	port?: number;
	/** Milliseconds without a call after which a session ends (default 20 minutes). */
	idleTimeout?: number;
	/** Milliseconds after which a session ends in any case (default 48 hours). */
	absoluteTimeout?: number;
	/** Logins per user name + Vault DNS and minute (default 20). */
	loginBurstLimit?: number;
	/** Calls per Vault and 5 minutes (default 2000). */
	burstLimit?: number;
	/** Milliseconds by which a throttled answer is delayed; really waited (default 500). */
	throttleDelay?: number;
	/** Milliseconds a login takes (default 0). */
	loginDelay?: number;
	/** Client IDs that are let in; without it all are. */
	clientIdFiltering?: string[];
	/** Refuse calls without X-VaultAPI-ClientID (default true; Vault itself logs them as `unknown`). */
	requireClientId?: boolean;
	/** How many records the object `reading__c` has; they are made up when they are asked for (default 0). */
	queryRecords?: number;
	/** RFC 7662 endpoint that validates access tokens; client authentication as URL credentials. */
	introspectionEndpoint?: string;
}

/** Options with their defaults filled in. */
export type Settings = Required<
	Omit<SimulatorOptions, 'clientIdFiltering' | 'introspectionEndpoint'>
> &
	Pick<SimulatorOptions, 'clientIdFiltering' | 'introspectionEndpoint'>;
