import type { CallSettings, VaultCall } from '../http/call';

/** A call that shows that a session lives, but does not extend it. */
const ME = '/objects/users/me';

/**
 * Who am I. The call does not count as activity: the session's idle time continues.
 * Vault API reference: Users › Validate Session User, `GET /api/{version}/objects/users/me`.
 */
export function currentUser({ apiVersion }: CallSettings): VaultCall {
	return { method: 'GET', path: `/api/${apiVersion}${ME}` };
}

/** Whether a call extends the session: every call does but {@link currentUser}. */
export function countsAsActivity({ path }: VaultCall): boolean {
	return !path.split('?', 1)[0].endsWith(ME);
}
