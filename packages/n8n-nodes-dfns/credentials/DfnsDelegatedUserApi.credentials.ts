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
import { renewUserToken, signAsDelegatedUser } from '../nodes/Dfns/credential/delegatedUser';
import { serviceAccountProperties } from './commonProperties';

/** A user that a service account logs in. It stores the user's token. */
export class DfnsDelegatedUserApi implements ICredentialType {
	name = 'dfnsDelegatedUserApi';

	displayName = 'Dfns Delegated User API';

	icon = {
		light: 'file:../nodes/Dfns/dfns.svg',
		dark: 'file:../nodes/Dfns/dfns.dark.svg',
	} as const;

	documentationUrl =
		'https://github.com/n8n-nodes-veeva-vault/n8n-nodes-veeva-vault/tree/main/packages/n8n-nodes-dfns#credentials';

	httpRequestNode = {
		name: 'Dfns',
		docsUrl: 'https://docs.dfns.co/api-reference',
		apiBaseUrlPlaceholder: 'https://api.dfns.io/wallets',
	};

	properties: INodeProperties[] = [
		...serviceAccountProperties,
		{
			displayName: 'User Name',
			name: 'username',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. jdoe@example.co',
			description: 'Enter the Dfns user to make requests as',
		},
		// Expirable makes n8n call preAuthentication and save what it returns. Password keeps n8n from sending the token to
		// the editor.
		{
			displayName: 'User Token',
			name: 'userToken',
			type: 'hidden',
			typeOptions: { expirable: true, password: true },
			default: '',
		},
		{
			displayName: 'Login Details',
			name: 'loginDetails',
			type: 'hidden',
			default: '',
		},
	];

	authenticate: IAuthenticate = signAsDelegatedUser;

	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		return await renewUserToken(credentials, this.helpers.httpRequest);
	}

	/**
	 * Before this request, `preAuthentication` logs in again and asks Dfns whether it accepts the token. For this read, a
	 * user needs no permission (Dfns API reference: List Credentials). Some older organizations require one: a refusal does
	 * not fail the test.
	 */
	test: ICredentialTestRequest = {
		request: {
			// Relative: authenticate completes it with the Base URL, in whatever form that was entered.
			baseURL: '/',
			url: '/auth/credentials',
			headers: CREDENTIAL_TEST_HEADERS,
		},
	};
}
