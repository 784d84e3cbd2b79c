/** @jest-environment ./test/contract/environment.mts */
import { VEEVA_VAULT } from '../engine/engine.mts';
import {
	changed,
	credentialForMyvault,
	documented,
	MYVAULT,
	n8n,
	read,
	sent,
	SESSION_ID,
	vaultAnswers,
} from './contract.mts';
import { endSession } from './documents/end-session.mts';
import { initiateDelegatedSession } from './documents/initiate-delegated-session.mts';
import { retrieveDelegations } from './documents/retrieve-delegations.mts';
import { sessionKeepAlive } from './documents/session-keep-alive.mts';

const givenSession = { sessionSource: 'sessionId', sessionId: SESSION_ID, vaultDns: MYVAULT };
const delegations = retrieveDelegations['v25.2'];
const retrieve = documented(delegations, { SESSION_ID });
/** The two dots are the document's. */
const DOCUMENTED_DNS = 'mypromomatsvault.veevavault..com';

describe('Delegated Access › Retrieve Delegations', () => {
	it('returns each delegation as Vault wrote it', async () => {
		vaultAnswers(retrieve, delegations.answer);
		const { json, error } = await n8n.vault({
			resource: 'delegation',
			operation: 'getAll',
			...givenSession,
		});
		expect(error).toBeUndefined();
		expect(sent).toEqual([retrieve]);
		expect(json('Vault')).toEqual(read(delegations.answer).delegated_vaults);
		expect(json('Vault')).toEqual([
			{ id: 19523, name: 'PromoMats', dns: DOCUMENTED_DNS, delegator_userid: '61579' },
		]);
	});

	it("returns them with the credential's session as well", async () => {
		const { credential, ...session } = await credentialForMyvault('v25.2');
		const request = documented(delegations, session);
		vaultAnswers(request, delegations.answer);
		const { json, error } = await n8n.vault(
			{ resource: 'delegation', operation: 'getAll' },
			{ credential },
		);
		expect(error).toBeUndefined();
		expect(sent.slice(1)).toEqual([request]);
		expect(json('Vault')).toEqual(read(delegations.answer).delegated_vaults);
	});

	it.each([
		'{ "responseStatus": "SUCCESS", "delegated_vaults": [] }',
		'{ "responseStatus": "SUCCESS" }',
	])(
		'"If the response is empty, the authenticated user does not have delegate access": %s',
		async (answer) => {
			vaultAnswers(retrieve, answer);
			const { json, error } = await n8n.vault({
				resource: 'delegation',
				operation: 'getAll',
				...givenSession,
			});
			expect(error).toBeUndefined();
			expect(sent).toEqual([retrieve]);
			expect(json('Vault')).toEqual([]);
		},
	);

	it('offers each delegation in the editor', async () => {
		const { credential, ...session } = await credentialForMyvault('v25.2');
		const request = documented(delegations, session);
		vaultAnswers(request, delegations.answer);
		const node = n8n.node(
			'Vault',
			VEEVA_VAULT,
			{ resource: 'delegation', operation: 'start' },
			{ credential },
		);
		const { results } = await n8n.listSearch('getDelegations', node);
		expect(sent.slice(1)).toEqual([request]);
		expect(results).toEqual([
			{
				name: 'PromoMats – user ID 61579',
				value: '19523:61579',
				description: DOCUMENTED_DNS,
			},
		]);
	});
});

describe('Delegated Access › Initiate Delegated Session', () => {
	const initiate = initiateDelegatedSession['v25.2'];
	const { delegated_sessionid } = read(initiate.answer);

	it.each(Object.entries(initiateDelegatedSession))(
		"starts the documented session with the credential's own, %s",
		async (apiVersion, example) => {
			const { credential, ...session } = await credentialForMyvault(apiVersion);
			const request = documented(example, session);
			const whereIsIt = {
				...documented(delegations, session),
				path: `/api/${apiVersion}/delegation/vaults`,
			};
			vaultAnswers(request, example.answer);
			vaultAnswers(whereIsIt, delegations.answer);
			const { json, error } = await n8n.vault(start('5791:67899'), { credential });
			expect(error).toBeUndefined();
			expect(sent.slice(1)).toEqual([whereIsIt, request]);
			expect(json('Vault')).toEqual([
				{
					delegated_sessionid: read(example.answer).delegated_sessionid,
					vault_id: '5791',
					delegator_userid: '67899',
					vault_dns: MYVAULT,
				},
			]);
		},
	);

	it('starts a session for the documented delegation, and returns its dns as Vault wrote it', async () => {
		const request = {
			...documented(initiate, { SESSION_ID }),
			form: { vault_id: '19523', delegator_userid: '61579' },
		};
		vaultAnswers(request, initiate.answer);
		vaultAnswers(retrieve, delegations.answer);
		const { json, error } = await n8n.vault({ ...start('19523:61579'), ...givenSession });
		expect(error).toBeUndefined();
		expect(sent).toEqual([retrieve, request]);
		expect(json('Vault')).toEqual([
			{
				delegated_sessionid,
				vault_id: '19523',
				delegator_userid: '61579',
				vault_dns: DOCUMENTED_DNS,
			},
		]);
	});

	it('starts a session for each delegation that Retrieve Delegations returned', async () => {
		const { credential, ...session } = await credentialForMyvault('v25.2');
		const found = documented(delegations, session);
		const request = {
			...documented(initiate, session),
			form: { vault_id: '19523', delegator_userid: '61579' },
		};
		vaultAnswers(found, delegations.answer);
		vaultAnswers(request, initiate.answer);
		vaultAnswers(found, delegations.answer);
		const { json, error } = await n8n.run([
			n8n.node(
				'Delegations',
				VEEVA_VAULT,
				{ resource: 'delegation', operation: 'getAll' },
				{ credential },
			),
			n8n.node('Start', VEEVA_VAULT, start('={{ $json.id }}:{{ $json.delegator_userid }}'), {
				credential,
			}),
		]);
		expect(error).toBeUndefined();
		expect(sent.slice(1)).toEqual([found, found, request]);
		expect(json('Start')).toMatchObject([{ delegated_sessionid, vault_dns: DOCUMENTED_DNS }]);
	});

	it("takes the DNS of the user's own Vaults from the login", async () => {
		const { credential, ...session } = await credentialForMyvault('v25.2');
		const request = {
			...documented(initiate, session),
			form: { vault_id: '1777', delegator_userid: '67899' },
		};
		const alive = documented(sessionKeepAlive['v25.2'], session);
		vaultAnswers(alive, sessionKeepAlive['v25.2'].answer);
		await n8n.vault({ resource: 'session', operation: 'keepAlive' }, { credential });
		vaultAnswers(request, initiate.answer);
		const { json, error } = await n8n.vault(start('1777:67899'), { credential });
		expect(error).toBeUndefined();
		expect(sent.slice(1)).toEqual([alive, request]);
		expect(json('Vault')).toMatchObject([
			{ delegated_sessionid, vault_dns: 'etmf-veevapharm.veevavault.com' },
		]);
	});

	it('"use this delegated_sessionid value as the Authorization header value"', async () => {
		const asDelegator = { SESSION_ID: String(delegated_sessionid) };
		const dns = 'mypromomatsvault.veevavault.com';
		const found = changed(delegations.answer, (text) => text.replace(DOCUMENTED_DNS, dns));
		const request = {
			...documented(initiate, { SESSION_ID }),
			form: { vault_id: '19523', delegator_userid: '61579' },
		};
		const alive = { ...documented(sessionKeepAlive['v25.2'], asDelegator), host: dns };
		const end = { ...documented(endSession['v25.2'], asDelegator), host: dns };
		vaultAnswers(request, initiate.answer);
		vaultAnswers(retrieve, found);
		vaultAnswers(alive, sessionKeepAlive['v25.2'].answer);
		vaultAnswers(end, endSession['v25.2'].answer);

		const delegated = {
			sessionSource: 'sessionId',
			sessionId: "={{ $('Start').item.json.delegated_sessionid }}",
			vaultDns: "={{ $('Start').item.json.vault_dns }}",
		};
		const { error, json } = await n8n.run([
			n8n.node('Start', VEEVA_VAULT, { ...start('19523:61579'), ...givenSession }),
			n8n.node('Alive', VEEVA_VAULT, {
				resource: 'session',
				operation: 'keepAlive',
				...delegated,
			}),
			n8n.node('End', VEEVA_VAULT, { resource: 'session', operation: 'end', ...delegated }),
		]);

		expect(error).toBeUndefined();
		expect(sent).toEqual([retrieve, request, alive, end]);
		expect(json('End')).toEqual([{ responseStatus: 'SUCCESS', vault_dns: dns }]);
	});
});

/** Parameters of the operation Start Session. */
function start(value: string) {
	return {
		resource: 'delegation',
		operation: 'start',
		delegation: { __rl: true, mode: 'id', value },
	};
}
