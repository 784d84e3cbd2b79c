/** @jest-environment ./test/contract/environment.mts */
import {
	documented,
	MYVAULT,
	n8n,
	PROMOMATS,
	read,
	sent,
	SESSION_ID,
	vaultAnswers,
} from './contract.mts';
import { oAuthOpenIdConnect } from './documents/oauth-openid-connect.mts';
import { salesforceDelegatedRequest } from './documents/salesforce-delegated-requests.mts';
import { sessionKeepAlive } from './documents/session-keep-alive.mts';

describe('OAuth 2.0 / OpenID Connect', () => {
	const exchange = documented(oAuthOpenIdConnect);
	const credentialFields = {
		vaultDns: PROMOMATS,
		authentication: 'oAuth2',
		oAuth2Grant: 'accessToken',
		oAuth2AccessToken: '1C29326C3DF',
		oAuth2ProfileId: '_9ad0a091-cbd6-4c59-ab5a-d4f2870f218c',
		loginHost: 'myserver.com',
	};

	it('sends the documented request, with the optional vaultDNS and client_id, and keeps the session', async () => {
		const proof = {
			...documented(sessionKeepAlive['v25.2'], { SESSION_ID }),
			host: PROMOMATS,
		};
		vaultAnswers(exchange, oAuthOpenIdConnect.answer);
		vaultAnswers(proof, sessionKeepAlive['v25.2'].answer);
		const credential = await n8n.saveCredential({
			...credentialFields,
			oAuth2ClientId: 'an-application',
		});
		const { json, error } = await n8n.vault(
			{ resource: 'session', operation: 'login' },
			{ credential },
		);
		expect(error).toBeUndefined();
		expect(sent).toEqual([
			{ ...exchange, form: { vaultDNS: PROMOMATS, client_id: 'an-application' } },
			proof,
		]);
		const { sessionId, userId, vaultId, vaultIds } = read(oAuthOpenIdConnect.answer);
		expect(json('Vault')).toMatchObject([{ sessionId, userId, vaultId, vaultIds }]);
	});

	it('client_id is optional', async () => {
		vaultAnswers(exchange, oAuthOpenIdConnect.answer);
		const credential = await n8n.saveCredential({
			...credentialFields,
			oAuth2AccessToken: 'another',
		});
		await n8n.vault({ resource: 'session', operation: 'login' }, { credential });
		expect(sent[0]).toMatchObject({
			form: { vaultDNS: PROMOMATS },
			headers: { authorization: 'Bearer another' },
		});
		expect(sent[0].form).not.toHaveProperty('client_id');
	});
});

describe('Salesforce™ Delegated Requests', () => {
	const token = '00D000000000001!AQEAQFjT';
	const request = documented(salesforceDelegatedRequest, {
		SFDC_SESSION_TOKEN: token,
		my_sfdc_domain: 'mycompany.my.salesforce.com',
	});
	const credentialFields = {
		vaultDns: 'myveevavault.com',
		authentication: 'salesforce',
		salesforceSessionToken: token,
		salesforceHost: 'mycompany.my.salesforce.com',
	};

	it('signs each call with the three headers, and does not log in', async () => {
		vaultAnswers(request, salesforceDelegatedRequest.answer);
		const credential = await n8n.saveCredential(credentialFields);
		const { json, error } = await n8n.vault(
			{ resource: 'session', operation: 'validate' },
			{ credential },
		);
		expect(error).toBeUndefined();
		expect(sent).toEqual([request]);
		expect(json('Vault')).toMatchObject([{ id: 12021, user_name__v: 'olivia@veepharm.com' }]);
	});

	it('sends the token to no other Vault', async () => {
		const credential = await n8n.saveCredential(credentialFields);
		const { error } = await n8n.httpRequest(`https://${MYVAULT}/api/`, credential);
		expect(error?.message).toContain("it is not a host of this credential's Vault");
		expect(sent).toEqual([]);
	});
});
