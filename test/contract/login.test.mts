/** @jest-environment ./test/contract/environment.mts */
import {
	changed,
	documented,
	MYVAULT,
	n8n,
	PROMOMATS,
	read,
	sent,
	SESSION_ID,
	someUser,
	vaultAnswers,
	type Call,
} from './contract.mts';
import { endSession } from './documents/end-session.mts';
import { sessionKeepAlive } from './documents/session-keep-alive.mts';
import { userNameAndPassword } from './documents/user-name-and-password.mts';

describe.each(Object.entries(userNameAndPassword))(
	'User Name and Password, %s',
	(apiVersion, example) => {
		/** Logs in with the operation Log In, to the Vault that the example's answer opens. */
		async function logIn() {
			const user = someUser();
			const login = { ...documented(example, user), host: PROMOMATS };
			const proof = keepAlive(apiVersion);
			vaultAnswers(login, example.answer);
			vaultAnswers(proof, sessionKeepAlive['v25.2'].answer);
			const credential = await n8n.saveCredential({ vaultDns: PROMOMATS, apiVersion, ...user });
			const { json, error } = await n8n.vault(
				{ resource: 'session', operation: 'login' },
				{ credential },
			);
			expect(error).toBeUndefined();
			const [output] = json('Vault');
			return { login, proof, output, credential };
		}

		it("sends the documented request, with the credential's Vault as the optional vaultDNS", async () => {
			const { login, proof } = await logIn();
			expect(sent).toEqual([{ ...login, form: { ...login.form, vaultDNS: PROMOMATS } }, proof]);
		});

		it('returns the sessionId and the Vault that it is for', async () => {
			const { output } = await logIn();
			expect(output).toMatchObject({
				sessionId: SESSION_ID,
				vault_dns: PROMOMATS,
				started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
			});
		});

		it('returns the userId and the vaultId as documented', async () => {
			const { output } = await logIn();
			const { userId, vaultId } = read(example.answer);
			expect({ userId: output.userId, vaultId: output.vaultId }).toEqual({ userId, vaultId });
		});

		it('returns all vaultIds, each with its id, name and url', async () => {
			const { output } = await logIn();
			expect(output).toMatchObject({ vaultIds: read(example.answer).vaultIds });
		});

		it('keeps the sessionId in the credential', async () => {
			const { credential } = await logIn();
			expect(await n8n.credentialData(credential)).toMatchObject({ sessionToken: SESSION_ID });
		});

		it('refuses the documented response, because it is for another Vault', async () => {
			const user = someUser();
			const login = documented(example, user);
			const end = {
				...documented(endSession['v25.2'], { SESSION_ID }),
				host: PROMOMATS,
				path: `/api/${apiVersion}/session`,
			};
			vaultAnswers(login, example.answer);
			vaultAnswers(end, endSession['v25.2'].answer);

			const credential = await n8n.saveCredential({ vaultDns: MYVAULT, apiVersion, ...user });
			const { json, error } = await n8n.vault(
				{ resource: 'session', operation: 'login' },
				{ credential },
			);

			expect(error?.message).toBe(
				'Vault opened "PromoMats" at promomats-veevapharm.veevavault.com instead of myvault.veevavault.com',
			);
			expect(json('Vault')).toEqual([]);
			expect(sent).toEqual([{ ...login, form: { ...login.form, vaultDNS: MYVAULT } }, end]);
			expect((await n8n.credentialData(credential)).sessionToken ?? '').toBe('');
		});
	},
);

describe('User Name and Password, what the reference says in words', () => {
	const example = userNameAndPassword['v25.2'];

	it('"confirm the DNS matches": a session for another Vault of the same user is refused', async () => {
		const user = someUser();
		const etmf = 'etmf-veevapharm.veevavault.com';
		const login = { ...documented(example, user), host: etmf };
		const end = { ...documented(endSession['v25.2'], { SESSION_ID }), host: PROMOMATS };
		vaultAnswers(login, example.answer);
		vaultAnswers(end, endSession['v25.2'].answer);

		const credential = await n8n.saveCredential({ vaultDns: etmf, ...user });
		const { error } = await n8n.vault(
			{ resource: 'session', operation: 'keepAlive' },
			{ credential },
		);

		expect(error?.message).toBe(
			'Vault opened "PromoMats" at promomats-veevapharm.veevavault.com instead of etmf-veevapharm.veevavault.com',
		);
		expect(sent).toEqual([{ ...login, form: { ...login.form, vaultDNS: etmf } }, end]);
	});

	it('the opened Vault may be any of the vaultIds', async () => {
		const user = someUser();
		const qualityDocs = 'qualitydocs-veevapharm.veevavault.com';
		const login = { ...documented(example, user), host: qualityDocs };
		const keptAlive = { ...keepAlive('v25.2'), host: qualityDocs };
		vaultAnswers(
			login,
			changed(example.answer, (text) => text.replace('"vaultId": 1776', '"vaultId": 1779')),
		);
		vaultAnswers(keptAlive, sessionKeepAlive['v25.2'].answer);

		const credential = await n8n.saveCredential({ vaultDns: qualityDocs, ...user });
		const { error } = await n8n.vault(
			{ resource: 'session', operation: 'keepAlive' },
			{ credential },
		);

		expect(error).toBeUndefined();
		expect(sent).toEqual([{ ...login, form: { ...login.form, vaultDNS: qualityDocs } }, keptAlive]);
	});

	it('"a valid sessionId for any Vault DNS where the user has access"', async () => {
		const user = someUser();
		const login = { ...documented(example, user), host: PROMOMATS };
		vaultAnswers(login, example.answer);
		const hosts = ['etmf', 'promomats', 'qualitydocs'].map(
			(name) => `${name}-veevapharm.veevavault.com`,
		);
		for (const host of hosts) {
			vaultAnswers({ ...keepAlive('v25.2'), host }, sessionKeepAlive['v25.2'].answer);
		}

		const credential = await n8n.saveCredential({ vaultDns: PROMOMATS, ...user });
		const { error } = await n8n.httpRequest(
			'={{ "https://" + $json.host + "/api/v25.2/keep-alive" }}',
			credential,
			{ parameters: { method: 'POST' }, items: hosts.map((host) => ({ host })) },
		);

		expect(error).toBeUndefined();
		expect(sent.map(({ path }) => path).filter((path) => path.endsWith('/auth'))).toHaveLength(1);
		expect(
			sent
				.slice(1)
				.map(({ host, headers: { authorization } }) => ({ host, authorization }))
				.sort((a, b) => a.host.localeCompare(b.host)),
		).toEqual(hosts.map((host) => ({ host, authorization: SESSION_ID })));
	});

	it('"authenticate with v17.3 and run your integrations with v20.1"', async () => {
		const user = someUser();
		const login = { ...documented(example, user), host: PROMOMATS, path: '/api/v17.3/auth' };
		vaultAnswers(login, example.answer);
		vaultAnswers(keepAlive('v20.1'), sessionKeepAlive['v25.2'].answer);

		const credential = await n8n.saveCredential({
			vaultDns: PROMOMATS,
			apiVersion: 'v17.3',
			...user,
		});
		const { json } = await n8n.httpRequest(
			`https://${PROMOMATS}/api/v20.1/keep-alive`,
			credential,
			{ parameters: { method: 'POST' } },
		);

		expect(json('HTTP')).toEqual([{ responseStatus: 'SUCCESS' }]);
		expect(sent.map(({ path }) => path)).toEqual(['/api/v17.3/auth', '/api/v20.1/keep-alive']);
	});

	it('"the user cannot authenticate and the API returns FAILURE"', async () => {
		const user = someUser();
		const login = { ...documented(example, user), host: PROMOMATS };
		vaultAnswers(login, '{ "responseStatus": "FAILURE" }');

		const credential = await n8n.saveCredential({ vaultDns: PROMOMATS, ...user });
		const { json, error } = await n8n.vault(
			{ resource: 'session', operation: 'login' },
			{ credential },
		);

		expect(error?.message).toContain('[FAILURE]');
		expect(json('Vault')).toEqual([]);
		expect(sent).toEqual([{ ...login, form: { ...login.form, vaultDNS: PROMOMATS } }]);
	});
});

/** The keep-alive with which a new session is tried out, at the Vault that the login's example opens. */
function keepAlive(apiVersion: string): Call {
	return {
		...documented(sessionKeepAlive['v25.2'], { SESSION_ID }),
		host: PROMOMATS,
		path: `/api/${apiVersion}/keep-alive`,
	};
}
