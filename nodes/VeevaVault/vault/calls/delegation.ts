import { isRecord } from '../../../../packages/shared/isRecord';
import type { CallSettings, VaultCall } from '../http/call';
import type { ResponseBody } from '../http/response';

/** Whom to act for, and in which Vault. */
export interface Delegation {
	vaultId: string;
	delegatorUserId: string;
}

/**
 * List the users who have granted delegated access.
 * Vault API reference: Authentication › Retrieve Delegations, `GET /api/{version}/delegation/vaults`.
 */
export function delegations({ apiVersion }: CallSettings): VaultCall {
	return { method: 'GET', path: `/api/${apiVersion}/delegation/vaults` };
}

/**
 * Reads the response to {@link delegations}.
 *
 * @returns its elements as Vault wrote them: `id`, `name` and `dns` of the Vault, `delegator_userid`; none when there are
 *   no delegations
 */
export function readDelegations({
	delegated_vaults: vaults,
}: ResponseBody): Array<Record<string, unknown>> {
	return Array.isArray(vaults) ? (vaults as unknown[]).filter(isRecord) : [];
}

/**
 * Start to act for another user. A delegated session cannot sign this call.
 * Vault API reference: Authentication › Initiate Delegated Session, `POST /api/{version}/delegation/login`.
 */
export function delegatedLogin(
	{ apiVersion }: CallSettings,
	{ vaultId, delegatorUserId }: Delegation,
): VaultCall {
	return {
		method: 'POST',
		path: `/api/${apiVersion}/delegation/login`,
		form: { vault_id: vaultId, delegator_userid: delegatorUserId },
	};
}

/**
 * Reads the response to {@link delegatedLogin}.
 *
 * @returns the ID of the delegated session; `undefined` when there is none
 */
export function readDelegatedSession({
	delegated_sessionid: id,
}: ResponseBody): string | undefined {
	return typeof id === 'string' && id !== '' ? id : undefined;
}
