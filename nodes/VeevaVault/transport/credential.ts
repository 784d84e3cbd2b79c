import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { ExplainedError } from '../credential/advice';
import {
	endingCredentials,
	formOf,
	knownSession,
	signerOf,
	type Form,
} from '../credential/authenticate';
import type { LoginFields } from '../credential/fields';
import { hostFor, sessions } from '../credential/sessions';
import { fixedSignature } from '../credential/signature';
import { countsAsActivity } from '../vault/calls/users';
import { VaultError } from '../vault/errors';
import { requestOptions, type CallBody, type VaultCall } from '../vault/http/call';
import { connectionError, vaultErrorBehind } from '../vault/http/connectionErrors';
import type { VaultHost } from '../vault/http/hosts';
import type { Send } from '../vault/http/send';
import type { VaultSession } from '../vault/session/types';
import type { SessionAction, SessionSource, SignedResponse } from './connection';
import type { Context } from './context';

const CREDENTIAL_TYPE = 'veevaVaultApi';

/**
 * The session that the `veevaVaultApi` credential keeps. n8n signs the calls.
 *
 * @throws VaultFieldError when a field of the credential is wrong
 */
export async function credentialSource(
	context: Context,
	itemIndex: number,
): Promise<SessionSource> {
	const read = async () => await context.getCredentials(CREDENTIAL_TYPE, itemIndex);
	const credentials = await read();
	return new CredentialSource(context, read, credentials, formOf(credentials));
}

class CredentialSource implements SessionSource {
	readonly settings: LoginFields['settings'];

	readonly secrets: readonly string[];

	private readonly fields: LoginFields;

	constructor(
		private readonly context: Context,
		private readonly read: () => Promise<ICredentialDataDecryptedObject>,
		private credentials: ICredentialDataDecryptedObject,
		private readonly form: Form,
	) {
		this.fields = form.fields;
		this.settings = this.fields.settings;
		// A password does not travel with these calls. Hiding it in their responses would tell whether a guess is right.
		this.secrets = fixedSignature(this.fields) === undefined ? [] : this.fields.secrets;
	}

	target() {
		const { vault, delegation } = this.fields;
		// Only a delegated session leads to another Vault, so no other one must be looked up.
		if (delegation === undefined) return { vault, isCertain: true };
		const session = this.session();
		return session === undefined
			? { vault, isCertain: false }
			: { vault: hostFor(this.fields, session), isCertain: true };
	}

	session(): VaultSession | undefined {
		return signerOf(this.credentials)?.session ?? knownSession(this.credentials);
	}

	/** n8n's helper has the credential log in when it signs. */
	async provide(): Promise<undefined> {}

	async send(
		call: VaultCall,
		{ body, vault }: { body: CallBody | undefined; vault: VaultHost },
	): Promise<SignedResponse> {
		const options = requestOptions(vault, call, this.settings.clientId, undefined, body);
		// Relative: which Vault a delegated session is for may become known only when it is opened.
		const address =
			call.origin === undefined
				? { baseURL: '/', url: call.path }
				: { url: call.origin + call.path };
		const response = await this.signingSend({ ...options, ...address }).catch(
			(failure: unknown) => {
				const host = signerOf(this.credentials)?.host ?? vault.host;
				throw vaultErrorBehind(failure) ?? connectionError(host, failure);
			},
		);
		const { host, session } = signerOf(this.credentials) ?? { host: vault.host };
		const secrets = [...this.secrets, session?.id ?? ''];
		return { ...response, from: { ...vault, host }, secrets, session };
	}

	accepted({ id }: VaultSession, call: VaultCall): void {
		sessions.seenAlive(this.form.login, id, countsAsActivity(call));
	}

	async replace(session: VaultSession | undefined, refusal: VaultError): Promise<void> {
		if (session === undefined) throw notRenewed(refusal, this.fields);
		sessions.seenDead(this.form.login, session.id);
		// Another process may have saved a newer session.
		this.credentials = await this.read();
	}

	prepareEnd() {
		if (this.fields.authentication.method === 'sessionId') return 'kept';
		const ending = endingCredentials(this.credentials);
		if (ending === undefined) return 'none';
		this.credentials = ending;
		return 'forgotten';
	}

	assertCan(action: SessionAction): void {
		const { authentication, delegation } = this.fields;
		const { method } = authentication;
		if (action === 'startDelegated') {
			if (delegation === undefined) return;
			throw new VaultError(
				'A delegated session cannot start another delegated session',
				'The credential acts on behalf of another user. Use a credential in which "Act on Behalf of Another User" is off.',
				'DELEGATED_SESSION',
			);
		}
		if (method === 'password' || method === 'oAuth2') return;
		if (method === 'sessionId' && action !== 'logIn') return;
		throw new VaultError(
			`${METHOD_NAMES[method]} ${MISSING[action]}`,
			'This operation needs a credential that logs in: select the Authentication Method "User Name and Password" or "OAuth 2.0 / OpenID Connect".',
			'NO_SESSION',
		);
	}

	/**
	 * Sends with n8n's helper that signs, and with the credentials of this item: on its own, the helper would resolve the
	 * expressions in them for the first item.
	 */
	private readonly signingSend: Send = async (options) => {
		const { context } = this;
		const { id = '', name = CREDENTIAL_TYPE } =
			context.getNode().credentials?.[CREDENTIAL_TYPE] ?? {};
		return await context.helpers.httpRequestWithAuthentication.call(
			context,
			CREDENTIAL_TYPE,
			options,
			{
				credentialsDecrypted: {
					id: id ?? '',
					name,
					type: CREDENTIAL_TYPE,
					data: this.credentials,
				},
			},
		);
	};
}

/** The names of the methods without a login, in messages. */
const METHOD_NAMES = {
	accessToken: 'An API access token',
	salesforce: 'A Salesforce delegated request',
	sessionId: 'A session given by its ID',
} as const;

/** What they lack for an action. */
const MISSING = {
	logIn: 'has no session for the next steps',
	keepAlive: 'has no session to keep alive',
	end: 'has no session to end',
} as const;

/** INVALID_SESSION_ID, for a credential that cannot renew its session. */
function notRenewed(error: VaultError, { authentication: { method } }: LoginFields): VaultError {
	if (method === 'password' || method === 'oAuth2') return error;
	const advice = {
		accessToken:
			'The API access token has expired or was deleted: create a new one in Vault and enter it in the credential.',
		salesforce:
			'Salesforce no longer accepts the session token, or this Vault does not trust that Salesforce org: enter a new token in the credential.',
		sessionId:
			'The session in the credential has ended, and it is never renewed: enter a new one, or select an Authentication Method that logs in.',
	}[method];
	return new ExplainedError(error.message, advice, error.type, error.executionId);
}
