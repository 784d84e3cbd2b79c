/** What n8n's editor is to show of the node and the credential, as labels from top to bottom. */

/** The parameters of an operation. */
interface OperationParameters {
	/** As the nodes panel lists it. */
	action: string;
	resource: string;
	operation: string;
	/** All but Options, which holds what is seldom needed. */
	labels: string[];
	/** With Session ID as Session to Use, where there is a choice. */
	withSessionId?: string[];
}

const OPERATION = ['Resource', 'Operation'];
const SESSION = [...OPERATION, 'Session to Use'];
const OWN_SESSION = ['Credential', ...SESSION];
const GIVEN_SESSION = [...SESSION, 'Session ID', 'Vault DNS'];

/** Every operation on sessions and delegations. */
export const NODE_PARAMETERS: OperationParameters[] = [
	{
		action: 'Discover authentication type',
		resource: 'Authentication',
		operation: 'Discover Type',
		labels: [...OPERATION, 'User Name'],
	},
	{
		action: 'Get API versions',
		resource: 'Authentication',
		operation: 'Get API Versions',
		labels: OWN_SESSION,
		withSessionId: GIVEN_SESSION,
	},
	{
		action: 'Get many delegations',
		resource: 'Delegation',
		operation: 'Get Many',
		labels: [...OWN_SESSION, 'Return All', 'Limit'],
		withSessionId: [...GIVEN_SESSION, 'Return All', 'Limit'],
	},
	{
		action: 'Start delegated session',
		resource: 'Delegation',
		operation: 'Start Session',
		labels: [...OWN_SESSION, 'Delegation'],
		withSessionId: [...GIVEN_SESSION, 'Delegation'],
	},
	{
		action: 'Log in and get session',
		resource: 'Session',
		operation: 'Log In',
		labels: ['Credential', ...OPERATION],
	},
	...(
		[
			['Keep session alive', 'Keep Alive'],
			['Validate session', 'Validate'],
			['End session', 'End'],
		] as const
	).map(([action, operation]) => ({
		action,
		resource: 'Session',
		operation,
		labels: OWN_SESSION,
		withSessionId: GIVEN_SESSION,
	})),
];

/** The fields of the credential after some choices. */
interface CredentialFields {
	/** What to choose first, by the fields' internal names. */
	choices: Record<string, string>;
	/** Switches to turn over after that. */
	switches?: string[];
	labels: string[];
}

const METHOD = ['Vault DNS', 'Authentication Method'];
const ON_BEHALF = ['Act on Behalf of Another User'];
const DELEGATION = [...ON_BEHALF, 'Vault ID', 'Delegator User ID'];
const CALLS = [
	'API Version',
	'Session Timeout (Minutes)',
	'Client ID',
	'Login Host',
	// n8n's own.
	'Allowed HTTP Request Domains',
];
const PASSWORD = [...METHOD, 'User Name', 'Password'];
const PROFILE = [...METHOD, 'Grant', 'User Name', 'Profile ID'];
const CLIENT = [...PROFILE, 'Token Endpoint', 'Client ID at the Provider', 'Client Authentication'];
const WITH_SECRET = [...CLIENT, 'Client Secret'];
const WITH_KEY = [...CLIENT, 'Private Key', 'Key ID'];
const ACCOUNT = ['User Name at the Provider', 'Password at the Provider'];

/** One after the other, as a builder tries them; each begins as the one before has left the form. */
export const CREDENTIAL_FIELDS: CredentialFields[] = [
	{ choices: {}, labels: [...PASSWORD, ...ON_BEHALF, ...CALLS] },
	{ choices: {}, switches: ['delegated'], labels: [...PASSWORD, ...DELEGATION, ...CALLS] },
	...(
		[
			['API Access Token', ['API Access Token']],
			['Salesforce Delegated', ['Salesforce Session Token', 'Salesforce Host']],
			['Session ID', ['Session ID']],
		] as const
	).map(([authentication, own]) => ({
		choices: { authentication },
		labels: [...METHOD, ...own, ...CALLS],
	})),
	{
		choices: { authentication: 'OAuth 2.0 / OpenID Connect' },
		labels: [...WITH_SECRET, 'Scope', ...DELEGATION, ...CALLS],
	},
	{
		choices: {},
		switches: ['delegated'],
		labels: [...WITH_SECRET, 'Scope', ...ON_BEHALF, ...CALLS],
	},
	{
		choices: { oAuth2Grant: 'Access Token' },
		labels: [...PROFILE, 'Client ID at the Provider', 'Access Token', ...ON_BEHALF, ...CALLS],
	},
	...(
		[
			['Client Credentials', []],
			['Refresh Token', ['Refresh Token']],
			['Resource Owner Password', ACCOUNT],
		] as const
	).flatMap(([oAuth2Grant, own]) =>
		(
			[
				['Private Key JWT', WITH_KEY],
				['Secret in Header', WITH_SECRET],
				['Secret in Body', WITH_SECRET],
			] as const
		).map(([oAuth2ClientAuthentication, client]) => ({
			choices: { oAuth2Grant, oAuth2ClientAuthentication },
			labels: [...client, ...own, 'Scope', ...ON_BEHALF, ...CALLS],
		})),
	),
	{
		choices: { authentication: 'User Name and Password' },
		labels: [...PASSWORD, ...ON_BEHALF, ...CALLS],
	},
];
