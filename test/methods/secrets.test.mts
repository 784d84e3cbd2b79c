import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { stringify } from 'flatted';

import { HTTP_REQUEST, VEEVA_VAULT, type Outcome } from '../engine/engine.mts';
import { startRecorder } from '../faults/servers.mts';
import { clock } from '../fixture/clock.mts';
import { IAN, logIn, ME, MINUTE, validate } from '../fixture/data.mts';
import { fixtureFor, type ProviderFixture } from '../fixture/provider.mts';
import type { TokenRequest } from '../identity/token-request.mts';
import { methodNamed, type Method } from './methods.mts';

// n8n's log, in which it says as much as it can. n8n reads this when the first fixture starts.
const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
const log = join(folder, 'n8n.log');
process.env.N8N_LOG_LEVEL = 'debug';
process.env.N8N_LOG_OUTPUT = 'file';
process.env.N8N_LOG_FILE_LOCATION = log;
after(() => rmSync(folder, { recursive: true }));

const logged = () => readFileSync(log, 'utf8');

/** Everything that n8n keeps of an execution, errors with all their properties, also those that JSON leaves out. */
function everything({ run, error }: Outcome): string {
	const seen = new Set<unknown>();
	const texts: string[] = [];
	const walk = (value: unknown): void => {
		if (typeof value === 'string') texts.push(value);
		if (typeof value !== 'object' || value === null || seen.has(value)) return;
		seen.add(value);
		for (const key of Reflect.ownKeys(value)) walk(Reflect.get(value, key));
	};
	walk(run);
	walk(error);
	return texts.join('\n');
}

/**
 * What n8n saves of an execution. In the memory of the process, n8n's own error for a request of the HTTP Request node
 * that has failed holds that request in its cause, with its headers, with any credential. It is not saved.
 */
function saved({ run }: Outcome): string {
	return stringify(run);
}

/** The fields that are secret, in each method */
const SECRET_FIELDS = [
	'password',
	'oAuth2ClientSecret',
	'oAuth2PrivateKey',
	'oAuth2RefreshToken',
	'oAuth2Password',
	'oAuth2AccessToken',
	'accessToken',
	'salesforceSessionToken',
	'existingSessionToken',
	'sessionToken',
];

/** Every secret that was entered, stored, sent or given out, in each form in which it may appear. */
async function secretsOf(
	{ engine, vault, provider }: ProviderFixture,
	credential: string,
	entered: object,
) {
	const stored = await engine.credentialData(credential);
	const fields = [Object.entries(entered), Object.entries(stored)]
		.flat()
		.flatMap(([name, value]) => (SECRET_FIELDS.includes(name) ? [String(value)] : []));
	const sent = provider.requests.flatMap(({ form, headers }) => [
		form.client_secret,
		form.client_assertion,
		form.refresh_token,
		form.password,
		headers.authorization?.replace(/^Basic /, ''),
	]);
	const signatures = vault.calls.map(({ headers }) =>
		headers.authorization?.replace(/^Bearer /, ''),
	);
	const plain = [...fields, ...sent, ...signatures, ...vault.sessions().map(({ id }) => id)]
		.filter((secret) => secret !== undefined)
		// A private key by its lines, for it may appear without line breaks.
		.flatMap((secret) =>
			secret.includes('-----BEGIN') ? secret.split('\n').slice(1, -2) : [secret],
		)
		.filter((secret) => secret !== '');
	return [...new Set(plain)].flatMap((secret) => [
		...new Set([
			secret,
			secret.toUpperCase(),
			encodeURIComponent(secret),
			new URLSearchParams([['', secret]]).toString().slice(1),
			Buffer.from(secret).toString('base64'),
			JSON.stringify(secret).slice(1, -1),
		]),
	]);
}

const DELEGATED = { delegated: true, delegatedVaultId: '1777', delegatorUserId: '61579' };

interface Subject {
	name: string;
	method: Method;
	delegated?: boolean;
}

const subjects: Subject[] = [
	'User name and password',
	'OAuth 2.0, client credentials, secret in body',
	'OAuth 2.0, client credentials, secret in header',
	'OAuth 2.0, client credentials, RSA key',
	'OAuth 2.0, client credentials, EC key',
	'OAuth 2.0, client credentials, Ed25519 key',
	'OAuth 2.0, refresh token, secret in body',
	'OAuth 2.0, refresh token, RSA key',
	'OAuth 2.0, resource owner password, secret in header',
	'OAuth 2.0, access token given',
	'API access token',
	'Salesforce delegated',
	'Session ID',
].map((name) => ({ name, method: methodNamed(name) }));
subjects.push(
	...['User name and password', 'OAuth 2.0, refresh token, secret in body'].map((name) => ({
		name: `${name}, delegated`,
		method: methodNamed(name),
		delegated: true,
	})),
);

/** Makes the provider repeat in its error what it was sent. */
const repeating =
	(say: (request: TokenRequest) => { error?: string; error_description?: string }) =>
	({ provider }: ProviderFixture): void => {
		const last = () => say(provider.requests.at(-1)!);
		provider.failNext(
			{
				get error() {
					return last().error ?? 'invalid_client';
				},
				get error_description() {
					return last().error_description;
				},
			},
			2,
		);
	};

/** Makes Vault repeat in its error the header by which a call was signed. */
const vaultRepeats =
	(path: string | RegExp, error = 'INVALID_DATA') =>
	({ vault }: ProviderFixture): void =>
		vault.fail({
			on: { path },
			with: {
				error,
				get message() {
					const call = vault.calls.at(-1);
					return `Bad ${call?.headers.authorization}, ${Object.values(call?.form ?? {}).join(', ')}`;
				},
			},
			times: Infinity,
		});

type Trouble = (fixture: ProviderFixture) => void | Promise<void>;

/** Which concern the provider, the login, and every call */
const atProvider: Record<string, Trouble> = {
	'the provider answers 500': ({ provider }) => provider.failNext({ status: 500, body: 'no' }, 2),
	'the provider sends a page': ({ provider }) => provider.failNext({ html: true }, 2),
	'the provider cuts the line': ({ provider }) => provider.failNext({ reset: true }, 2),
	'the provider redirects': async ({ provider }) => {
		const { origin, close } = await startRecorder();
		provider.failNext({ redirectTo: origin }, 2);
		await close();
	},
	'the provider repeats what it was sent': repeating(({ form }) => ({
		error_description: `Cannot use ${Object.values(form).join(' and ')}`,
	})),
	'the provider repeats the form as it was sent': repeating(({ form }) => ({
		error_description: `Cannot use ${new URLSearchParams(form).toString()}`,
	})),
	'the provider repeats the Authorization header': repeating(({ headers }) => ({
		error_description: `Cannot use ${headers.authorization}`,
	})),
	'the provider repeats it as the name of the error': repeating(({ form }) => ({
		error: form.client_secret ?? form.refresh_token ?? form.password ?? form.client_assertion,
	})),
};
const atLogin: Record<string, Trouble> = {
	'the login is cut off': ({ vault }) =>
		vault.fail({ on: { path: /auth/ }, with: 'reset', times: 2 }),
	'the login answers 500': ({ vault }) =>
		vault.fail({ on: { path: /auth/ }, with: '500', times: 2 }),
	'the login sends a page': ({ vault }) =>
		vault.fail({ on: { path: /auth/ }, with: 'html', times: 2 }),
	'Vault repeats password or token of the login': vaultRepeats(/\/auth($|\/oauth)/),
	'Vault refuses the token and repeats it': vaultRepeats(/\/auth($|\/oauth)/, 'INVALID_TOKEN'),
};
const atDelegation: Record<string, Trouble> = {
	'the delegations cannot be read, with the session in the message':
		vaultRepeats('/delegation/vaults'),
	'the delegated login fails, with the session in the message': vaultRepeats('/delegation/login'),
	'the delegated login is cut off': ({ vault }) =>
		vault.fail({ on: { path: '/delegation/login' }, with: 'reset', times: 2 }),
};
const atCall: Record<string, Trouble> = {
	nothing: () => {},
	'the call is cut off': ({ vault }) => vault.fail({ on: { path: ME }, with: 'reset', times: 2 }),
	'the call answers 500': ({ vault }) => vault.fail({ on: { path: ME }, with: '500', times: 2 }),
	'the call sends a page': ({ vault }) => vault.fail({ on: { path: ME }, with: 'html', times: 2 }),
	'the call redirects': ({ vault, qualityDocs }) =>
		vault.fail({ on: { path: ME }, with: 'redirect', to: `${qualityDocs}/api/`, times: 2 }),
	'a downtime': ({ vault }) => vault.fail({ on: { path: ME }, with: 'downtime', times: 2 }),
	'sessions that end at once': ({ vault }) =>
		vault.fail({ on: { path: ME }, with: { error: 'INVALID_SESSION_ID' }, times: Infinity }),
};
/** The HTTP Request node gives Vault's answer as it is, and so what Vault repeats there. */
const atCallOfNode: Record<string, Trouble> = {
	'Vault repeats the signature of the call': vaultRepeats(ME),
	'Vault repeats it and calls the session dead': vaultRepeats(ME, 'INVALID_SESSION_ID'),
};
const ENTRY_POINTS = ['Veeva Vault node', 'HTTP Request node', 'credential test'] as const;

function troublesOf({ method, delegated }: Subject, entryPoint: string): Record<string, Trouble> {
	return {
		...(method.provider === undefined ? {} : atProvider),
		...(method.logsIn ? atLogin : {}),
		...(delegated === true ? atDelegation : {}),
		...atCall,
		...(entryPoint === 'HTTP Request node' ? {} : atCallOfNode),
	};
}

test('the search finds a secret that is there: the session that Log In returns on request', async (t) => {
	const fixture = await fixtureFor(t);
	const credential = await fixture.credentialWith(
		await methodNamed(subjects[1].name).fields(fixture),
	);
	const text = everything(await fixture.run(credential, logIn));
	const found = (await secretsOf(fixture, credential, {})).filter((secret) =>
		text.includes(secret),
	);
	assert(found.includes(fixture.vault.sessions()[0].id));
	while (!logged().includes('Workflow execution finished')) await sleep(10);
});

for (const subject of subjects) {
	const { name, method, delegated } = subject;
	describe(name, () => {
		for (const entryPoint of ENTRY_POINTS) {
			for (const [trouble, arrange] of Object.entries(troublesOf(subject, entryPoint))) {
				test(`${entryPoint}, ${trouble}`, async (t) => {
					const fixture = await fixtureFor(t);
					const { engine, vault } = fixture;
					const before = logged().length;
					if (delegated) {
						vault.addDelegation({ delegator: IAN, delegate: method.user, vaultId: 1777 });
					}
					const entered = await method.fields(fixture);
					const credential = await fixture.credentialWith({
						...entered,
						...(delegated ? DELEGATED : {}),
					});
					await arrange(fixture);
					const text: string[] = [];
					if (entryPoint === 'credential test') {
						text.push(JSON.stringify(await engine.testCredential(credential)));
					} else {
						const node =
							entryPoint === 'Veeva Vault node'
								? engine.node('Step', VEEVA_VAULT, validate, { credential })
								: engine.node(
										'Step',
										HTTP_REQUEST,
										{
											url: (delegated ? fixture.qualityDocs : fixture.promoMats) + ME,
											authentication: 'predefinedCredentialType',
											nodeCredentialType: 'veevaVaultApi',
											options: {},
										},
										{ credential },
									);
						const kept =
							entryPoint === 'HTTP Request node' && trouble in atCall ? saved : everything;
						text.push(kept(await engine.run([node])));
						clock.advance(61 * MINUTE);
						text.push(kept(await engine.run([{ ...node, onError: 'continueRegularOutput' }])));
					}
					text.push(engine.credentials.stored.get(credential)?.data ?? '');
					text.push(logged().slice(before));

					const secrets = await secretsOf(fixture, credential, entered);
					assert(secrets.length > 0);
					const all = text.join('\n');
					for (const secret of secrets) {
						const at = all.indexOf(secret);
						if (at >= 0) assert.fail(`…${all.slice(Math.max(0, at - 120), at + secret.length)}…`);
					}
				});
			}
		}
	});
}
