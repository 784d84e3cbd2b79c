import type { Answer, Envelope } from './answers.mts';
import type { TextBody, UploadedFile } from './bodies.mts';
import type { Clock } from './clock.mts';
import type { State } from './state.mts';
import type { CallRecord, SessionRecord, Settings, UserRecord, VaultRecord } from './types.mts';

/** What a route may use besides the call itself. */
export interface Context {
	state: State;
	clock: Clock;
	settings: Settings;
	/** @returns scheme, host and port under which a Vault is reached */
	address: (vault: VaultRecord) => { dns: string; url: string };
	/** Host (with port) of the login service. */
	loginHost: () => string;
	/** Waits in real time, as long as the simulator is not closed. */
	pause: (ms: number) => Promise<void>;
}

/** One call on its way through a route. */
export interface Call {
	context: Context;
	record: CallRecord;
	/** The part of the path that a route's pattern leaves open. */
	params: Record<string, string>;
	fields: Record<string, string>;
	/** What came with a form besides its fields, or instead of a form. */
	files: Record<string, UploadedFile>;
	text?: TextBody;
	/** The Vault that answers on the host called. */
	vault?: VaultRecord;
}

/** Who signed a call, and where it runs. */
export interface Signer {
	/** The user the call acts as. */
	user: UserRecord;
	vault: VaultRecord;
	/** Missing when the call was signed without a session (Salesforce, API access token). */
	session?: SessionRecord;
}

interface RouteBase {
	method: 'GET' | 'POST' | 'PUT' | 'DELETE';
	path: string;
	/** Takes a form; anything else is refused. */
	form?: 'any form' | 'urlencoded' | 'form with files';
	/** Takes a text of one of these types, by which a bulk call gets its records. */
	texts?: readonly string[];
	/** Changes data when it succeeds. */
	changes?: boolean;
}

/** A call that opens a session or goes before one. */
export interface OpenRoute extends RouteBase {
	signed: false;
	/** `password` logins have a burst limit of their own; failures of all logins say so. */
	login?: 'password' | 'token';
	handle(call: Call): Envelope | Promise<Envelope>;
}

/** A call that needs a session, or what stands for one. */
export interface SignedRoute extends RouteBase {
	signed: true;
	/** The call is no activity: it does not extend the session. */
	passive?: boolean;
	/** Types besides JSON and XML in which it answers, too. */
	answers?: readonly string[];
	handle(call: Call, signer: Signer): Answer | Promise<Answer>;
}

export type Route = OpenRoute | SignedRoute;
