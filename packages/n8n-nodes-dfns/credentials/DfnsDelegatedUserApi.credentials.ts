import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	INodeProperties,
} from 'n8n-workflow';

import { renewUserToken, signAsDelegatedUser } from '../nodes/Dfns/dfns/delegatedUserAuth';
import { CREDENTIAL_TEST_HEADERS } from '../nodes/Dfns/dfns/request';
import { serviceAccountProperties } from './commonProperties';

/** A user whom a service account logs in: keeps the user's token. */
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
			description: 'Name by which Dfns knows the user as whom to read',
		},
		// The user's token. Expirable makes n8n call preAuthentication and save what it returns; password keeps n8n from
		// sending it to the editor.
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
	 * Before this request, `preAuthentication` logs in afresh and asks Dfns whether it accepts the token. The read is the
	 * one for which a user needs no permission (Dfns API reference: List Credentials); where an older organization wants
	 * one, its refusal fails no test.
	 */
	test: ICredentialTestRequest = {
		request: {
			// Relative: authenticate completes it with the Base URL, whichever way that was entered.
			baseURL: '/',
			url: '/auth/credentials',
			headers: CREDENTIAL_TEST_HEADERS,
		},
	};
}
