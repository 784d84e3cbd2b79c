import { DfnsError } from './errors';

/** What a call is for: the same HTTP status means something else at each. */
export type Step =
	/** Asking for a challenge (`POST /auth/action/init`) */
	| 'challenge'
	/** Giving the signature of the challenge (`POST /auth/action`) */
	| 'signature'
	/** The delegated login itself */
	| 'login'
	/** A read with the user's token */
	| 'read';

/** An answer that is not a success. */
export interface Refusal {
	/** The host that answered */
	host: string;
	step: Step;
	/** HTTP status */
	status: number;
	/** Dfns's own words; `undefined` when the answer has none, so that it may not be Dfns's */
	words: string | undefined;
	/** Dfns's id of the error */
	errorId?: string;
	/** Dfns's id of the approval that is waited for */
	approvalId?: string;
	/** Who makes the call: for the message */
	credentialId: string;
	/** Who is to be logged in, where somebody is */
	username?: string;
	/** What else may explain it, such as clocks that differ */
	note?: string;
}

/** One kind of refusal: the first that matches counts. */
interface Rule {
	type: string;
	steps?: readonly Step[];
	statuses: (status: number) => boolean;
	/** What Dfns's words have in them; words change, so that they only tell apart what the status does not */
	words?: RegExp;
	what: (refusal: Refusal) => string;
	todo: string;
}

const is =
	(...statuses: number[]) =>
	(status: number) =>
		statuses.includes(status);

const TRY_AGAIN = 'Each try makes a user action of its own: try again.';

/**
 * Dfns API docs: Error Codes; API Errors (common, delegated authentication, user action signing); for 202, Policies.
 */
const RULES: readonly Rule[] = [
	{
		type: 'POLICY_PENDING',
		statuses: is(202),
		what: ({ host, username }) =>
			`A policy at ${host} wants an approval first: ${username === undefined ? 'nothing was done' : `"${username}" was not logged in`}`,
		todo: 'Have the request approved in the Dfns dashboard, or exempt the service account from the policy, then run the step again.',
	},
	{
		type: 'USER_NOT_FOUND',
		steps: ['login'],
		statuses: is(401, 404),
		words: /user not found/i,
		what: ({ username }) => `The organization of the service account has no user "${username}"`,
		todo: 'Check the User Name for spelling, and that the user and the service account are in the same organization and region.',
	},
	{
		type: 'USER_DEACTIVATED',
		steps: ['login'],
		statuses: is(400, 401, 403),
		words: /deactivated/i,
		what: ({ username }) => `The user "${username}" has been deactivated`,
		todo: 'An administrator of the organization can activate the user in the Dfns dashboard.',
	},
	{
		// At the login it has just signed: there it is the user.
		type: 'SERVICE_ACCOUNT_DEACTIVATED',
		steps: ['challenge', 'signature'],
		statuses: is(400, 401, 403),
		words: /deactivated/i,
		what: () => 'The service account has been deactivated',
		todo: 'An administrator of the organization can activate it in the Dfns dashboard.',
	},
	{
		type: 'NONCE_REFUSED',
		statuses: is(400),
		words: /nonce/i,
		what: ({ host }) => `${host} did not accept the nonce of the request`,
		todo: 'Organizations that ask for a nonce have an application: enter its Application ID in the credential. The nonce holds the time, so check the clock of the machine on which n8n runs.',
	},
	{
		type: 'USER_ACTION_REFUSED',
		steps: ['login'],
		statuses: is(400, 403),
		words: /user action/i,
		what: ({ host }) => `${host} did not accept the user action signature`,
		todo: `A user action is good for one call, and for a short time. ${TRY_AGAIN}`,
	},
	{
		type: 'CHALLENGE_REFUSED',
		steps: ['signature'],
		statuses: is(400, 401, 403),
		words: /challenge/i,
		what: ({ host }) => `${host} did not accept its own challenge any more`,
		todo: `A challenge is good for a short time. ${TRY_AGAIN}`,
	},
	{
		type: 'NO_CREDENTIAL',
		steps: ['challenge', 'signature'],
		statuses: is(400, 401, 403),
		words: /not have a credential/i,
		what: () => 'The service account has no key with which it may sign here',
		todo: 'Check in the Dfns dashboard that its credential is active, and that the Application ID (older organizations) is right.',
	},
	{
		// The auth token was accepted one call before.
		type: 'SIGNATURE_REFUSED',
		steps: ['signature'],
		statuses: is(401),
		what: ({ host, credentialId }) =>
			`${host} did not accept the signature: the Private Key does not belong to the credential "${credentialId}"`,
		todo: 'Enter the private key whose public key was registered for this Credential ID, or the Credential ID that belongs to the key.',
	},
	{
		type: 'USER_TOKEN_REFUSED',
		steps: ['read'],
		statuses: is(401),
		what: ({ host }) => `${host} did not accept the user's token`,
		todo: 'The login worked, but the token is refused at once: something on the way to Dfns may take the Authorization header away, such as a proxy.',
	},
	{
		// Of user and auth token it may be either: the auth token was accepted two calls before.
		type: 'LOGIN_REFUSED',
		steps: ['login'],
		statuses: is(401),
		what: ({ host, username }) => `${host} did not log in "${username}"`,
		todo: 'Check the User Name for spelling, and that the user and the service account are in the same organization and region. If so, check that the Auth Token has not expired or been revoked meanwhile.',
	},
	{
		type: 'AUTH_TOKEN_REFUSED',
		statuses: is(401),
		what: ({ host }) => `${host} did not accept the Auth Token of the service account`,
		todo: 'Check the Auth Token, that it has not expired or been revoked, and that the Base URL is that of its region. Older organizations need the Application ID as well.',
	},
	{
		type: 'NO_PERMISSION',
		steps: ['login'],
		statuses: is(403),
		what: () => 'The service account may not log in other users',
		todo: 'Give the service account the permission Auth:Login:Delegated (in older organizations Auth:Users:Delegate) in the Dfns dashboard.',
	},
	{
		type: 'FORBIDDEN',
		statuses: is(403),
		what: ({ host }) => `${host} does not allow this`,
		todo: 'Check the permissions of the service account, and the Application ID of older organizations.',
	},
	{
		type: 'RATE_LIMIT',
		statuses: is(429),
		what: ({ host }) => `${host} gets too many calls from this organization`,
		todo: 'Wait a minute, and let workflows share one Dfns Delegated User credential, and so one login.',
	},
	{
		type: 'NOT_FOUND',
		statuses: is(404, 405),
		what: ({ host }) => `${host} does not offer this call`,
		todo: 'Check the Base URL: it is https://api.dfns.io, or the API host of another region.',
	},
	{
		type: 'INVALID_REQUEST',
		statuses: (status) => status >= 400 && status < 500,
		what: ({ host }) => `${host} refused the call`,
		todo: 'Check the values that Dfns names.',
	},
	{
		type: 'SERVER_ERROR',
		statuses: () => true,
		what: ({ host }) => `${host} could not answer the call`,
		todo: 'The call may or may not have been carried out, so it was not repeated. Try again later.',
	},
];

/**
 * The error for an answer of Dfns that is not a success.
 *
 * @param refusal what came back, and to what
 */
export function refusedError(refusal: Refusal): DfnsError {
	const { step, status, words, errorId, approvalId, note } = refusal;
	const rule =
		RULES.find(
			(candidate) =>
				(candidate.steps?.includes(step) ?? true) &&
				candidate.statuses(status) &&
				(candidate.words?.test(words ?? '') ?? true),
		) ?? RULES[RULES.length - 1];
	const said = words === undefined ? `HTTP ${status}` : `HTTP ${status}: ${words}`;
	const description = [
		rule.todo,
		words === undefined && status !== 202
			? 'The answer is not in the form of Dfns, so a proxy may have given it.'
			: undefined,
		note,
		approvalId === undefined ? undefined : `The approval's ID: ${approvalId}.`,
		errorId === undefined ? undefined : `Dfns's error ID: ${errorId}.`,
	];
	return new DfnsError(
		`${rule.what(refusal)} [${said}]`,
		description.filter((sentence) => sentence !== undefined).join(' '),
		rule.type,
		errorId,
	);
}
