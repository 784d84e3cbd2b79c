/** @jest-environment ./test/contract/environment.mts */
import {
	credentialForMyvault,
	documented,
	MYVAULT,
	n8n,
	sent,
	SESSION_ID,
	vaultAnswers,
	type Call,
} from './contract.mts';
import { endSession } from './documents/end-session.mts';
import { retrieveApiVersions } from './documents/retrieve-api-versions.mts';
import { sessionKeepAlive } from './documents/session-keep-alive.mts';

const givenSession = { sessionSource: 'sessionId', sessionId: SESSION_ID, vaultDns: MYVAULT };

describe.each(Object.entries(sessionKeepAlive))('Session Keep Alive, %s', (apiVersion, example) => {
	it("keeps the credential's session alive by POST, as documented", async () => {
		const { credential, ...session } = await credentialForMyvault(apiVersion);
		const request: Call = { ...documented(example, session), method: 'POST' };
		vaultAnswers(request, example.answer);
		const { json, error } = await n8n.vault(
			{ resource: 'session', operation: 'keepAlive' },
			{ credential },
		);
		expect(error).toBeUndefined();
		expect(sent.slice(1)).toEqual([request]);
		expect(json('Vault')).toEqual([{ responseStatus: 'SUCCESS', vault_dns: MYVAULT }]);
	});
});

it('Session Keep Alive, v25.2: keeps a session alive that an earlier step started', async () => {
	const request = documented(sessionKeepAlive['v25.2'], { SESSION_ID });
	vaultAnswers(request, sessionKeepAlive['v25.2'].answer);
	const { json, error } = await n8n.vault({
		resource: 'session',
		operation: 'keepAlive',
		...givenSession,
	});
	expect(error).toBeUndefined();
	expect(sent).toEqual([request]);
	expect(json('Vault')).toEqual([{ responseStatus: 'SUCCESS', vault_dns: MYVAULT }]);
});

describe.each(Object.entries(endSession))('End Session, %s', (apiVersion, example) => {
	it("ends the credential's session, and removes it from the credential", async () => {
		const { credential, ...session } = await credentialForMyvault(apiVersion);
		const request = documented(example, session);
		const alive = {
			...documented(sessionKeepAlive['v25.2'], session),
			path: `/api/${apiVersion}/keep-alive`,
		};
		vaultAnswers(alive, sessionKeepAlive['v25.2'].answer);
		vaultAnswers(request, example.answer);
		await n8n.vault({ resource: 'session', operation: 'keepAlive' }, { credential });
		expect(await n8n.credentialData(credential)).toMatchObject({
			sessionToken: session.SESSION_ID,
		});

		const { json, error } = await n8n.vault(
			{ resource: 'session', operation: 'end' },
			{ credential },
		);

		expect(error).toBeUndefined();
		expect(sent.slice(1)).toEqual([alive, request]);
		expect(json('Vault')).toEqual([{ responseStatus: 'SUCCESS', vault_dns: MYVAULT }]);
		expect(await n8n.credentialData(credential)).toMatchObject({ sessionToken: '' });
	});
});

it('End Session, v25.2: ends a session that an earlier step started', async () => {
	const request = documented(endSession['v25.2'], { SESSION_ID });
	vaultAnswers(request, endSession['v25.2'].answer);
	const { json, error } = await n8n.vault({
		resource: 'session',
		operation: 'end',
		...givenSession,
	});
	expect(error).toBeUndefined();
	expect(sent).toEqual([request]);
	expect(json('Vault')).toEqual([{ responseStatus: 'SUCCESS', vault_dns: MYVAULT }]);
});

/** Vault takes `Authorization: Bearer {sessionId}` as well; the credential signs with the first of the two forms. */
describe('Authentication, "Basic Authorization": {sessionId} on every subsequent call', () => {
	it.each(['application/json', 'application/xml'])(
		'signs what the HTTP Request node sends, here with Accept: %s',
		async (accept) => {
			const { credential, ...session } = await credentialForMyvault('v25.2');
			const request = documented(retrieveApiVersions['v25.2'], session);
			vaultAnswers(request, retrieveApiVersions['v25.2'].answer);
			const { error } = await n8n.httpRequest(`https://${MYVAULT}/api/`, credential, {
				parameters: {
					sendHeaders: true,
					headerParameters: { parameters: [{ name: 'Accept', value: accept }] },
				},
			});
			expect(error).toBeUndefined();
			expect(sent.slice(1)).toEqual([{ ...request, headers: { ...request.headers, accept } }]);
		},
	);
});
