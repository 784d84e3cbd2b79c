import { DfnsError } from '../errors';
import type { Step } from './call';

/** A response that is not a success. */
export interface Refusal {
	/** The host that responded */
	host: string;
	step: Step;
	/** HTTP status */
	status: number;
	/** Dfns's own words; `undefined` when the response has none, and so may not be from Dfns */
	reason?: string;
	/** Dfns's ID of the error */
	errorId?: string;
	/** Dfns's ID of the approval that is required */
	approvalId?: string;
	/** Which credential signs, for the message */
	credentialId: string;
	/** Who logs in, if anyone, for the message */
	username?: string;
	/** What else can explain it, such as clocks that differ; empty when nothing can */
	hint: string;
}

/** One kind of refusal. The first rule that matches counts. */
interface Rule {
	type: string;
	/** At which steps it can occur; at every step when not given */
	steps?: readonly Step[];
	statuses: (status: number) => boolean;
	/** What Dfns's words contain. Words can change, so a rule has this only where the status does not tell. */
	reason?: RegExp;
	what: (refusal: Refusal) => string;
}

const is =
	(...statuses: number[]) =>
	(status: number) =>
		statuses.includes(status);

/**
 * What each refusal means. What to do about it: `credential/advice.ts`, by type.
 * Dfns API docs: Error Codes; API Errors (common, delegated authentication, user action signing); for 202, Policies.
 */
const RULES = [
	{
		type: 'POLICY_PENDING',
		statuses: is(202),
		what: ({ host, username }) =>
			`A policy at ${host} requires an approval first: ${username === undefined ? 'nothing was done' : `"${username}" was not logged in`}`,
	},
	{
		type: 'USER_NOT_FOUND',
		steps: ['login'],
		statuses: is(401, 404),
		reason: /user not found/i,
		what: ({ username }) => `The organization of the service account has no user "${username}"`,
	},
	{
		type: 'USER_DEACTIVATED',
		steps: ['login'],
		statuses: is(400, 401, 403),
		reason: /deactivated/i,
		what: ({ username }) => `The user "${username}" has been deactivated`,
	},
	{
		// At the login, the service account has just signed: there it is the user.
		type: 'SERVICE_ACCOUNT_DEACTIVATED',
		steps: ['challenge', 'signature'],
		statuses: is(400, 401, 403),
		reason: /deactivated/i,
		what: () => 'The service account has been deactivated',
	},
	{
		type: 'NONCE_REFUSED',
		statuses: is(400),
		reason: /nonce/i,
		what: ({ host }) => `${host} did not accept the nonce of the request`,
	},
	{
		type: 'USER_ACTION_REFUSED',
		steps: ['login'],
		statuses: is(400, 403),
		reason: /user action/i,
		what: ({ host }) => `${host} did not accept the user action signature`,
	},
	{
		type: 'CHALLENGE_REFUSED',
		steps: ['signature'],
		statuses: is(400, 401, 403),
		reason: /challenge/i,
		what: ({ host }) => `${host} no longer accepted its own challenge`,
	},
	{
		type: 'NO_CREDENTIAL',
		steps: ['challenge', 'signature'],
		statuses: is(400, 401, 403),
		reason: /not have a credential/i,
		what: () => 'The service account has no key that can sign here',
	},
	{
		// Dfns accepted the auth token one call before.
		type: 'SIGNATURE_REFUSED',
		steps: ['signature'],
		statuses: is(401),
		what: ({ host, credentialId }) =>
			`${host} did not accept the signature: the Private Key does not belong to the credential "${credentialId}"`,
	},
	{
		type: 'USER_TOKEN_REFUSED',
		steps: ['read'],
		statuses: is(401),
		what: ({ host }) => `${host} did not accept the user's token`,
	},
	{
		// The user or the auth token: Dfns accepted the auth token two calls before.
		type: 'LOGIN_REFUSED',
		steps: ['login'],
		statuses: is(401),
		what: ({ host, username }) => `${host} did not log in "${username}"`,
	},
	{
		type: 'AUTH_TOKEN_REFUSED',
		statuses: is(401),
		what: ({ host }) => `${host} did not accept the Auth Token of the service account`,
	},
	{
		type: 'NO_PERMISSION',
		steps: ['login'],
		statuses: is(403),
		what: () => 'The service account does not have permission to log in other users',
	},
	{
		type: 'FORBIDDEN',
		statuses: is(403),
		what: ({ host }) => `${host} does not allow this call`,
	},
	{
		type: 'RATE_LIMIT',
		statuses: is(429),
		what: ({ host }) => `${host} gets too many calls from this organization`,
	},
	{
		type: 'NOT_FOUND',
		statuses: is(404, 405),
		what: ({ host }) => `${host} does not offer this call`,
	},
	{
		type: 'INVALID_REQUEST',
		statuses: (status) => status >= 400 && status < 500,
		what: ({ host }) => `${host} refused the call`,
	},
	{
		type: 'SERVER_ERROR',
		statuses: () => true,
		what: ({ host }) => `${host} could not process the call`,
	},
] as const satisfies readonly Rule[];

/** The types of all refusals, so that the compiler finds one without advice. */
export type RefusalType = (typeof RULES)[number]['type'];

/**
 * The error for a response of Dfns that is not a success.
 *
 * @param refusal what came back, and to which call
 * @returns what happened, with a description of what is special about this time
 */
export function refusedError(refusal: Refusal): DfnsError {
	const { step, status, reason, errorId, approvalId, hint } = refusal;
	const rules: readonly Rule[] = RULES;
	const rule =
		rules.find(
			(candidate) =>
				(candidate.steps?.includes(step) ?? true) &&
				candidate.statuses(status) &&
				(candidate.reason?.test(reason ?? '') ?? true),
		) ?? rules[rules.length - 1];
	const said = reason === undefined ? `HTTP ${status}` : `HTTP ${status}: ${reason}`;
	const isForeign = reason === undefined && status !== 202;
	const description = [
		isForeign ? 'The host did not respond like Dfns: a proxy may have responded.' : '',
		hint,
		approvalId === undefined ? '' : `The approval's ID: ${approvalId}.`,
	];
	return new DfnsError(
		`${rule.what(refusal)} [${said}]`,
		description.filter(Boolean).join(' '),
		rule.type,
		errorId,
	);
}
