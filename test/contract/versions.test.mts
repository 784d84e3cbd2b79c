/** @jest-environment ./test/contract/environment.mts */
import {
	credentialForMyvault,
	documented,
	MYVAULT,
	n8n,
	read,
	sent,
	SESSION_ID,
	vaultAnswers,
} from './contract.mts';
import { retrieveApiVersions } from './documents/retrieve-api-versions.mts';

describe('Retrieve API Versions', () => {
	const { 'v25.2': example } = retrieveApiVersions;
	const everyVersion = Object.entries(read(example.answer).values as Record<string, string>).map(
		([version, url]) => ({ version, url }),
	);

	it("returns every version with its address, in Vault's order", async () => {
		const request = documented(example, { SESSION_ID });
		vaultAnswers(request, example.answer);
		const { json, error } = await n8n.vault({
			resource: 'authentication',
			operation: 'getVersions',
			sessionSource: 'sessionId',
			sessionId: SESSION_ID,
			vaultDns: MYVAULT,
		});
		expect(error).toBeUndefined();
		expect(sent).toEqual([request]);
		expect(json('Vault')).toEqual(everyVersion);
		expect(json('Vault')).toHaveLength(23);
		expect(json('Vault').at(-1)).toEqual({
			version: 'v21.1',
			url: 'https://myvault.veevavault.com/api/v21.1',
		});
	});

	it("returns them with the credential's session as well", async () => {
		const { credential, ...session } = await credentialForMyvault('v25.2');
		const request = documented(example, session);
		vaultAnswers(request, example.answer);
		const { json, error } = await n8n.vault(
			{ resource: 'authentication', operation: 'getVersions' },
			{ credential },
		);
		expect(error).toBeUndefined();
		expect(sent.slice(1)).toEqual([request]);
		expect(json('Vault')).toEqual(everyVersion);
	});
});
