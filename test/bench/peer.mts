import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { textOf } from '../fixture/text.mts';

export const PEER = 'peerVaultApi';

/**
 * What there is to compare with: a Vault credential in the pattern of n8n's own session credentials, field by field
 * as n8n-nodes-base has it in `MetabaseApi.credentials.ts`. Only `authenticate` differs in form: there it is
 * `{ type: 'generic' }` with one header, here a function that sets the same header, and saves n8n an expression.
 */
export class PeerVaultApi implements ICredentialType {
	name = PEER;

	displayName = 'Veeva Vault API (peer)';

	properties: INodeProperties[] = [
		{
			displayName: 'Session Token',
			name: 'sessionToken',
			type: 'hidden',
			typeOptions: { expirable: true },
			default: '',
		},
		{ displayName: 'URL', name: 'url', type: 'string', default: '' },
		{ displayName: 'Username', name: 'username', type: 'string', default: '' },
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
		},
	];

	/** Called by n8n when the session token is empty, and after an HTTP 401. */
	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		const { sessionId } = (await this.helpers.httpRequest({
			method: 'POST',
			url: `${textOf(credentials.url)}/api/v25.2/auth`,
			body: new URLSearchParams({
				username: textOf(credentials.username),
				password: textOf(credentials.password),
			}),
		})) as { sessionId: string };
		return { sessionToken: sessionId };
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		requestOptions.headers = {
			...requestOptions.headers,
			Authorization: credentials.sessionToken,
		};
		return requestOptions;
	}
}
