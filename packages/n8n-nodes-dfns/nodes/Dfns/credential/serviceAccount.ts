import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestOptions,
} from 'n8n-workflow';

import { delegatedLogin } from '../dfns/calls/delegatedLogin';
import { signUserAction } from '../dfns/calls/userAction';
import type { Send } from '../dfns/http/send';
import { explained } from './advice';
import { isCredentialTest } from './credentialTest';
import { readServiceAccount } from './fields';
import { PreparationNeeded } from './preparationNeeded';
import { signed, type SignableOptions } from './signature';

type Credentials = ICredentialDataDecryptedObject;

/**
 * What `authenticate` needs from `preAuthentication`, kept by the credentials object, which n8n passes to both. n8n also
 * calls `preAuthentication` at other times, when there is nothing to do.
 */
const checks = new WeakMap<Credentials, 'needed' | 'passed'>();

/**
 * The `authenticate` of the credential: signs a request with the service account's own token. A credential test first
 * checks the key.
 *
 * @param credentials the credential's data; n8n passes the same object to {@link checkServiceAccount}
 * @param options the request. A relative URL means the credential's own Dfns.
 * @returns the same options, signed
 * @throws DfnsError when a field is wrong, or the request is not for this Dfns: nothing is sent
 * @throws PreparationNeeded for a credential test before the check
 */
export async function signAsServiceAccount(
	credentials: Credentials,
	options: SignableOptions,
): Promise<IHttpRequestOptions> {
	const account = readServiceAccount(credentials);
	if (isCredentialTest(options)) {
		if (checks.get(credentials) !== 'passed') {
			checks.set(credentials, 'needed');
			throw new PreparationNeeded();
		}
		// Each read of a service account needs a permission of its own, which a login does not need. The check has passed.
		options.ignoreHttpStatusErrors = true;
	}
	return signed(options, account, account.authToken);
}

/**
 * The `preAuthentication` of the credential: checks that Dfns accepts the token, the credential ID and the key. To do so,
 * it signs a delegated login that it then does not make. Outside of a credential test, it does nothing.
 *
 * @param send the only helper that n8n gives here
 * @returns nothing that n8n would save
 * @throws DfnsError when Dfns refuses, or cannot be reached
 */
export async function checkServiceAccount(
	credentials: Credentials,
	send: Send,
): Promise<IDataObject> {
	if (checks.get(credentials) !== 'needed') return {};
	checks.delete(credentials);
	const account = readServiceAccount(credentials);
	const action = { ...delegatedLogin('n8n-credential-test'), username: undefined };
	await signUserAction(send, account, action).catch((error: unknown) => {
		throw explained(error);
	});
	checks.set(credentials, 'passed');
	return {};
}
