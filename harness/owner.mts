import { Failure } from './failure.mts';
import { USER_FOLDER } from './install.mts';
import { type N8nRest, type Owner, RestError } from './rest.mts';

/** The account that owns an n8n started here. No secret: that n8n is reachable from this machine only. */
export const OWNER: Owner = {
	email: 'demo@example.com',
	password: 'Veeva-Vault-1',
	firstName: 'Demo',
	lastName: 'User',
};

/**
 * Signs in as n8n's owner, whose account is created the first time.
 *
 * @throws {Failure} when the account has another password by now
 */
export async function signIn(rest: N8nRest): Promise<void> {
	if (await rest.needsOwner()) return await rest.setUpOwner(OWNER);
	try {
		await rest.logIn(OWNER.email, OWNER.password);
	} catch (error) {
		if (!(error instanceof RestError) || error.status !== 401) throw error;
		throw new Failure(
			`n8n does not let ${OWNER.email} in with the demo's password: ${error.message}.\n` +
				'If it was changed in the editor, change it back, or delete ' +
				`${USER_FOLDER} to start again.`,
		);
	}
}
