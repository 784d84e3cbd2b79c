import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	INodeProperties,
} from 'n8n-workflow';

import { CREDENTIAL_TEST_HEADERS } from '../nodes/Dfns/dfns/request';
import { checkServiceAccount, signAsServiceAccount } from '../nodes/Dfns/dfns/serviceAccountAuth';
import { serviceAccountProperties } from './commonProperties';

/** A service account: logs users in, and reads in its own name. */
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
		// Always empty. Expirable makes n8n call preAuthentication, without which a test could not check the key.
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
	 * Before this request, `preAuthentication` signs a user action that is then not used: it shows that Dfns accepts the
	 * auth token, the credential ID and the key, which no read can show. The read itself is the one that names the
	 * caller. It wants the permission Auth:ServiceAccounts:Read, as each read open to service accounts wants one of its
	 * own (Dfns has no call such as "who am I"), so its refusal fails no test: a login does without that permission.
	 * Dfns API reference: Authentication › Getting current user info; List Service Accounts; List Credentials (the read
	 * without a permission, but not for service accounts).
	 */
	test: ICredentialTestRequest = {
		request: {
			// Relative: authenticate completes it with the Base URL, whichever way that was entered.
			baseURL: '/',
			url: '/auth/service-accounts',
			headers: CREDENTIAL_TEST_HEADERS,
		},
	};
}
