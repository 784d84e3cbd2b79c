import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';

import type { VaultAnswer, VaultResponse } from '../vault/answer';
import type { CallSettings, Send, VaultCall } from '../vault/api';
import { VaultError } from '../vault/errors';
import type { VaultHost } from '../vault/hosts';
import type { VaultSession } from '../vault/session';
import { cancelSignal } from './shared';

/** Where a call is made: for an item of an execution, or for a list of the editor. */
export type Context = IExecuteFunctions | ILoadOptionsFunctions;

/** What not every way into Vault has a session for. */
export type SessionAction = 'logIn' | 'keepAlive' | 'end' | 'startDelegated';

/** How one item reaches its Vault. */
export interface Connection {
	/** The Vault that the last call went to, or the next one will */
	readonly vault: VaultHost;
	readonly settings: CallSettings;
	/**
	 * Makes a call, signed.
	 *
	 * @throws VaultError when Vault refuses, or cannot be reached
	 */
	call(call: VaultCall): Promise<VaultAnswer>;
	/**
	 * Makes a call whose answer may be a text or a file, signed.
	 *
	 * @throws VaultError when Vault refuses, or cannot be reached
	 */
	request(call: VaultCall): Promise<VaultResponse>;
	/** A text from outside without what must not be shown of this connection: secrets of the credential, and the session */
	readonly clean: (text: string) => string;
	/** The credential's session: as the last call used it, before that as it is known; none for one given by its ID */
	session(): VaultSession | undefined;
	/** Ends the session; a credential's one is forgotten first. */
	end(call: VaultCall): Promise<VaultAnswer>;
	/**
	 * To be asked before an operation that makes no sense with every kind of credential.
	 *
	 * @throws VaultError when it makes none with this one
	 */
	assertCan(action: SessionAction): void;
}

/** Sends a request that nothing signs, or that carries its own session; it ends with the execution. */
export function sender(context: Context): Send {
	return async (options) =>
		await context.helpers.httpRequest({ ...options, abortSignal: cancelSignal(context) });
}

/** The answer of a call that is answered in JSON. */
export async function inJson(answer: Promise<VaultResponse>): Promise<VaultAnswer> {
	const response = await answer;
	if (response.format === 'json') return response.body;
	throw new Error('The call does not ask for JSON');
}

/**
 * Throws for a call that names another Vault than the one that is signed for.
 *
 * @throws VaultError before anything is sent
 */
export function assertOwn({ origin }: VaultCall, vault: VaultHost): void {
	if (origin === undefined || origin === vault.origin) return;
	const { host } = new URL(origin);
	throw new VaultError(
		`The request to ${host} was not sent: it is not the Vault of this step`,
		`Expected a path such as /objects/documents, or an address that begins with ${vault.origin}/. For ${host} use its own credential.`,
		'FOREIGN_HOST',
	);
}

/** Reads a parameter in either context; the editor's lists have no items. */
export function parameter(context: Context, name: string, itemIndex: number): unknown {
	return 'getInputData' in context
		? context.getNodeParameter(name, itemIndex, '')
		: context.getNodeParameter(name, '');
}
