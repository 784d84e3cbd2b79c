import { isVaultError, VaultError } from '../vault/errors';
import type { CallBody, CallSettings, VaultCall } from '../vault/http/call';
import type { VaultHost } from '../vault/http/hosts';
import type { ResponseBody, VaultResponse } from '../vault/http/response';
import { withoutSecrets } from '../vault/http/secrets';
import { requestVault, type Sent } from '../vault/http/send';
import type { VaultSession } from '../vault/session/types';
import type { Context } from './context';
import { acquireFor } from './rateLimit';

/** What not every kind of session can do. */
export type SessionAction = 'logIn' | 'keepAlive' | 'end' | 'startDelegated';

/** A response with the session that signed its call; `undefined` when the credential has no session to keep. */
export type SignedResponse = Sent & { session?: VaultSession };

/** Where the session of a {@link Connection} comes from. */
export interface SessionSource {
	readonly settings: CallSettings;
	/** Secrets that travel with the calls besides the session, to hide should Vault repeat them in a message */
	readonly secrets: readonly string[];
	/**
	 * The Vault that the next call goes to.
	 *
	 * @returns `isCertain` is `false` when only the session can tell, and there is no session yet
	 */
	target(): { vault: VaultHost; isCertain: boolean };
	/** The session that the next call would be signed with; `undefined` when there is none yet, or none to keep */
	session(): VaultSession | undefined;
	/**
	 * Provides the session for the next call, before the call waits for its turn and opens its files.
	 *
	 * @returns `undefined` where n8n provides it when it signs, or where the source has no session of its own
	 * @throws VaultError when there is no session
	 */
	provide(): Promise<VaultSession | undefined>;
	/**
	 * Sends a call, signed.
	 *
	 * @param how.body the call's body, created for this one time
	 * @param how.vault the Vault of {@link target}
	 * @param how.session what {@link provide} returned
	 * @throws VaultError when there is no session, or no response arrives
	 */
	send(
		call: VaultCall,
		how: { body: CallBody | undefined; vault: VaultHost; session: VaultSession | undefined },
	): Promise<SignedResponse>;
	/** Vault accepted a call. */
	accepted(session: VaultSession, call: VaultCall): void;
	/**
	 * Vault refused a call because its session has ended. Makes sure that the next call has another session.
	 *
	 * @param refusal Vault's error
	 * @throws VaultError when there is no other session
	 */
	replace(session: VaultSession | undefined, refusal: VaultError): Promise<void>;
	/**
	 * The next call ends the session.
	 *
	 * @returns `forgotten` when it is never used again, `kept` when someone else keeps it, `none` when there is none
	 */
	prepareEnd(): 'forgotten' | 'kept' | 'none';
	/**
	 * Makes sure that this kind of credential can do something that not every kind can.
	 *
	 * @throws VaultError when it cannot
	 */
	assertCan(action: SessionAction): void;
}

/** How one item reaches its Vault. It makes one call at a time. */
export class Connection {
	/** The session that signed the last call */
	private last: VaultSession | undefined;

	private readonly acquire: ReturnType<typeof acquireFor>;

	constructor(
		context: Context,
		private readonly source: SessionSource,
	) {
		this.acquire = acquireFor(context);
	}

	/** The Vault that the last call went to, or the next one will go to. */
	get vault(): VaultHost {
		return this.source.target().vault;
	}

	get settings(): CallSettings {
		return this.source.settings;
	}

	/** The credential's session: the one that signed the last call, or the known one before that. */
	session(): VaultSession | undefined {
		return this.last ?? this.source.session();
	}

	/**
	 * Makes a call, signed.
	 *
	 * @returns the JSON body of the response
	 * @throws VaultError when Vault refuses, or cannot be reached
	 */
	async call(call: VaultCall): Promise<ResponseBody> {
		return jsonBody(await this.request(call));
	}

	/**
	 * Makes a call, signed, whose response may be a text or a file.
	 *
	 * @throws VaultError when Vault refuses, or cannot be reached
	 */
	async request(call: VaultCall): Promise<VaultResponse> {
		const response = await this.once(call).catch(async (error: unknown) => {
			// Only with this error does Vault say that the call did not run, so only then can it be repeated.
			if (!isVaultError(error, 'INVALID_SESSION_ID')) throw error;
			await this.source.replace(this.last, error);
			return await this.once(call);
		});
		if (this.last !== undefined) this.source.accepted(this.last, call);
		return response;
	}

	/**
	 * Ends the session. The credential forgets its own session first.
	 *
	 * @throws VaultError when Vault refuses, or cannot be reached
	 */
	async end(call: VaultCall): Promise<ResponseBody> {
		const done: ResponseBody = { responseStatus: 'SUCCESS' };
		const session = this.source.prepareEnd();
		if (session === 'none') return done;
		const ended = this.once(call).then(jsonBody, (error: unknown) => {
			// The session had ended before.
			if (session === 'forgotten' && isVaultError(error, 'INVALID_SESSION_ID')) return done;
			throw error;
		});
		return await ended.finally(() => (this.last = undefined));
	}

	/** A text from outside without what must not be shown: what travels with the calls as their signature. */
	readonly clean = (text: string): string =>
		withoutSecrets(text, [...this.source.secrets, this.session()?.id ?? '']);

	/** @throws VaultError when this kind of credential cannot do it */
	assertCan(action: SessionAction): void {
		this.source.assertCan(action);
	}

	private async once(call: VaultCall): Promise<VaultResponse> {
		this.last = undefined;
		const { vault, isCertain } = this.source.target();
		if (isCertain) assertSameVault(call, vault);
		const session = await this.source.provide();
		return await requestVault(call, async (createBody) => {
			const sent = await this.acquire(vault, call, async () =>
				this.source.send(call, { body: await createBody(), vault, session }),
			);
			this.last = sent.session;
			return sent;
		});
	}
}

function jsonBody(response: VaultResponse): ResponseBody {
	if (response.format === 'json') return response.body;
	throw new Error('The call does not ask for JSON');
}

/** Refuses a call that names another Vault than the one it is signed for, before anything is sent. */
function assertSameVault({ origin }: VaultCall, vault: VaultHost): void {
	if (origin === undefined || origin === vault.origin) return;
	const { host } = new URL(origin);
	throw new VaultError(
		`The request to ${host} was not sent: it is not the Vault of this step`,
		`Expected a path such as /objects/documents, or an address that begins with ${vault.origin}/. Use another credential for ${host}.`,
		'FOREIGN_HOST',
	);
}
