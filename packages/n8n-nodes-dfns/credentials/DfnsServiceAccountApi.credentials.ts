import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	INodeProperties,
} from 'n8n-workflow';

import { CREDENTIAL_TEST_HEADERS } from '../nodes/Dfns/credential/credentialTest';
import { checkServiceAccount, signAsServiceAccount } from '../nodes/Dfns/credential/serviceAccount';
import { serviceAccountProperties } from './commonProperties';

/** A service account. It logs in users, and reads as itself. */
export class DfnsServiceAccountApi implements ICredentialType {
	name = 'dfnsServiceAccountApi';

	displayName = 'Dfns Service Account API';

	icon = {
		light: 'file:../nodes/Dfns/dfns.svg',
		dark: 'file:../nodes/Dfns/dfns.dark.svg',
	} as const;

	documentationUrl =
		'https://github.com/n8n-nodes-veeva-vault/n8n-nodes-veeva-vault/tree/main/packages/n8n-nodes-dfns#credentials';

	properties: INodeProperties[] = [
		...serviceAccountProperties,
		// Always empty. Expirable makes n8n call preAuthentication, which checks the key in a credential test.
		{
			displayName: 'Check Token',
			name: 'checkToken',
			type: 'hidden',
			typeOptions: { expirable: true, password: true },
			default: '',
		},
	];

	authenticate: IAuthenticate = signAsServiceAccount;

	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		return await checkServiceAccount(credentials, this.helpers.httpRequest);
	}

	/**
	 * Before this request, `preAuthentication` signs a user action and does not use it. This shows that Dfns accepts the
	 * auth token, the credential ID and the key, which no read can show. Each read that a service account can make requires
	 * a permission of its own, here Auth:ServiceAccounts:Read, and Dfns has no call such as "who am I". A login needs none
	 * of these permissions, so a refusal does not fail the test.
	 * Dfns API reference: Authentication › Getting current user info; List Service Accounts; List Credentials (the read
	 * without a permission, which service accounts cannot make).
	 */
	test: ICredentialTestRequest = {
		request: {
			// Relative: authenticate completes it with the Base URL, in whatever form that was entered.
			baseURL: '/',
			url: '/auth/service-accounts',
			headers: CREDENTIAL_TEST_HEADERS,
		},
	};
}
