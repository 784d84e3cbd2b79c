import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestOptions,
} from 'n8n-workflow';

import type { Send } from './api';
import { delegatedLogin } from './delegatedLogin';
import { readServiceAccount } from './fields';
import { isCredentialTest, PreparationNeeded, signed, type SignableOptions } from './request';
import { signUserAction } from './userAction';

/**
 * What `authenticate` wants of `preAuthentication`, noted on the credentials object that n8n passes to both. n8n calls
 * `preAuthentication` at other moments as well, in which there is nothing to do.
 */
const checks = new WeakMap<object, 'wanted' | 'passed'>();

/**
 * Signs a request with the service account's own token: the `authenticate` of the credential. In a credential test the
 * key is checked first.
 *
 * @param credentials the credential's data; the same object is passed to {@link checkServiceAccount}
 * @param options the request; a relative address means the credential's own Dfns
 * @throws DfnsError when a field is wrong, or the request is not for this Dfns: nothing is sent
 * @throws PreparationNeeded for a credential test that has not been checked yet
 */
export async function signAsServiceAccount(
	credentials: ICredentialDataDecryptedObject,
	options: SignableOptions,
): Promise<IHttpRequestOptions> {
	const account = readServiceAccount(credentials);
	if (isCredentialTest(options)) {
		if (checks.get(credentials) !== 'passed') {
			checks.set(credentials, 'wanted');
			throw new PreparationNeeded();
		}
		// Every read of a service account needs a permission of its own, which a login does without: what counts has
		// been checked by now.
		options.ignoreHttpStatusErrors = true;
	}
	return signed(options, account, account.authToken);
}

/**
 * Checks that Dfns accepts the token, the credential ID and the key, by signing a delegated login that is then not made:
 * the `preAuthentication` of the credential. Outside of a credential test it does nothing.
 *
 * @param send the only helper that n8n gives here
 * @returns nothing that n8n would save
 * @throws DfnsError when Dfns refuses, or cannot be reached
 */
export async function checkServiceAccount(
	credentials: ICredentialDataDecryptedObject,
	send: Send,
): Promise<IDataObject> {
	if (checks.get(credentials) !== 'wanted') return {};
	checks.delete(credentials);
	const account = readServiceAccount(credentials);
	const action = { ...delegatedLogin('n8n-credential-test'), username: undefined };
	await signUserAction(send, account, action);
	checks.set(credentials, 'passed');
	return {};
}
