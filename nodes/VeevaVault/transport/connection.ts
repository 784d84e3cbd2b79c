import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';

import type { CallSettings, Send, VaultAnswer, VaultCall } from '../vault/api';
import type { VaultHost } from '../vault/hosts';
import type { VaultSession } from '../vault/session';

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

/** Sends a request that nothing signs, or that carries its own session. */
export function sender(context: Context): Send {
	return async (options) => await context.helpers.httpRequest(options);
}

/** Reads a parameter in either context; the editor's lists have no items. */
export function parameter(context: Context, name: string, itemIndex: number): unknown {
	return 'getInputData' in context
		? context.getNodeParameter(name, itemIndex, '')
		: context.getNodeParameter(name, '');
}
