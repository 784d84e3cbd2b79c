import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { startChild } from '../harness/child.mts';
import { NEWEST_FOLDER } from '../harness/install.mts';
import { programOf, type N8n } from '../harness/n8n.mts';
import { OWNER } from '../harness/owner.mts';
import { freePorts } from '../harness/ports.mts';
import type { Execution, N8nRest, WorkflowNode } from '../harness/rest.mts';
import { startProvider, type IdentityProvider } from '../test/identity/provider.mts';
import type { Simulator } from '../test/simulator/simulator.mts';
import { launchBrowser } from './browser.mts';
import { Editor } from './editor.mts';
import { startFixture, type Fixture } from './fixture.mts';
import { assertNoneSaved } from './secrets.mts';
import {
	createAndQuery,
	explain,
	inARow,
	manualTrigger,
	outputOf,
	publish,
	runOnce,
	vaultNode,
	type Parameters,
} from './workflows.mts';

/**
 * Single sign-on through n8n, as a person does it: in a real browser, at a real OpenID provider, in the full n8n with the
 * package installed as by a user. The tests build on one another.
 */

const SAM = 'sam@veepharm.com';
const RITA = 'rita@veepharm.com';
const CREDENTIAL_TYPE = 'veevaVaultOAuth2Api';
const CREDENTIAL_TYPE_NAME = 'Veeva Vault OAuth2 API';
/** Distinct, so that it is found nowhere by chance. */
const CLIENT_SECRET = 'client secret of n8n & co. 7f3a9c51';

let fixture: Fixture;
let vault: Simulator;
let provider: IdentityProvider;
let n8n: N8n;
let rest: N8nRest;
let browser: Browser;
let page: Page;
let editor: Editor;
let promoMats: string;
let credential: { id: string; name: string };

/** Everything that must not be found afterwards. */
const secrets = new Set<string>();

before(async () => {
	browser = await launchBrowser();
	const [port] = await freePorts(1);
	provider = await startProvider({
		redirectUri: `http://localhost:${port}/rest/oauth2-credential/callback`,
	});
	await provider.updateClient(provider.clients.web.clientId, { client_secret: CLIENT_SECRET });
	fixture = await startFixture({
		port,
		vault: { introspectionEndpoint: provider.introspectionEndpoint },
		n8n: { env: { N8N_LOG_LEVEL: 'debug', N8N_LOG_OUTPUT: 'console,file' } },
	});
	({ vault, n8n, rest, promoMats } = fixture);
	vault.addDelegation({ delegator: 'ian@veepharm.com', delegate: SAM, vaultId: 1776 });
	page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
	page.setDefaultTimeout(60_000);
	editor = new Editor(page, n8n.editorUrl);
});

after(async () => {
	await Promise.allSettled([browser?.close(), fixture?.close(), provider?.close()]);
});

beforeEach(() => startCounting());

afterEach(async (context) => {
	rememberSecrets();
	if (!('passed' in context) || context.passed || page === undefined) return;
	const folder = mkdtempSync(join(tmpdir(), 'veeva-vault-screen-'));
	const pages = page.context().pages();
	for (const [index, open] of pages.entries()) {
		const path = join(folder, `${index}.png`);
		await open.screenshot({ path }).then(
			() => console.log(`What ${open.url().split('?')[0]} showed: ${path}`),
			() => {},
		);
	}
});

function rememberSecrets(): void {
	const keep = (text: string | undefined) => {
		if (text === undefined) return;
		secrets.add(text);
		secrets.add(text.replace(/^(Bearer|Basic) /, ''));
	};
	for (const { headers, form } of provider.requests) {
		keep(headers.authorization);
		for (const name of ['code', 'code_verifier', 'refresh_token', 'client_secret'])
			keep(form[name]);
	}
	for (const { headers } of vault.calls) keep(headers.authorization);
	for (const { id } of vault.sessions()) keep(id);
	for (const { password } of provider.accounts) keep(password);
	keep(CLIENT_SECRET);
}

/** What n8n keeps encrypted, as n8n's own command exports it. Tokens that were never used are only there. */
async function rememberStoredSecrets(): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'veeva-vault-export-'));
	try {
		const file = join(folder, 'credentials.json');
		const command = await startChild({
			command: process.execPath,
			args: [
				programOf(NEWEST_FOLDER),
				'export:credentials',
				'--all',
				'--decrypted',
				`--output=${file}`,
			],
			cwd: folder,
			env: { PATH: process.env.PATH, HOME: process.env.HOME, N8N_USER_FOLDER: fixture.userFolder },
			logFile: join(folder, 'n8n.log'),
		});
		await command.exited;
		const [{ data }] = JSON.parse(readFileSync(file, 'utf8')) as Array<{
			data: { clientSecret: string; oauthTokenData: Record<string, string> };
		}>;
		assert.equal(data.clientSecret, CLIENT_SECRET);
		for (const name of ['access_token', 'refresh_token', 'id_token']) {
			assert.ok(data.oauthTokenData[name], `n8n keeps no ${name}`);
			secrets.add(data.oauthTokenData[name]);
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

// What a test did to Vault and the provider.

let callsBefore = 0;
let requestsBefore = 0;

function startCounting(): void {
	callsBefore = vault.calls.length;
	requestsBefore = provider.requests.length;
}

/** Outcomes of the exchanges of an access token for a session. */
function exchanges(): string[] {
	return vault.calls
		.slice(callsBefore)
		.filter(({ path }) => path.includes('/auth/oauth/session/'))
		.map(({ outcome }) => outcome);
}

/** What n8n asked of the provider's token endpoint, and how it ended. */
function tokenRequests(): string[] {
	return provider.requests
		.slice(requestsBefore)
		.map(({ grantType, outcome }) => `${grantType}: ${outcome}`);
}

/** The sessions that calls were signed with. */
function sessionsUsed(): Set<string> {
	const ids = vault.calls
		.slice(callsBefore)
		.map(({ headers }) => headers.authorization)
		.filter((value) => value !== undefined && !value.startsWith('Bearer '));
	return new Set(ids);
}

// Workflows.

function step(name: string, parameters: Parameters): WorkflowNode {
	return vaultNode(
		name,
		{ authentication: 'oAuth2', ...parameters },
		{ [CREDENTIAL_TYPE]: credential },
	);
}

/** Runs one operation as the editor's button does, and waits for the execution, which n8n saves. */
async function run(resource: string, operation: string, more: Parameters = {}): Promise<Execution> {
	return await runOnce(rest, `Run ${operation}`, step('Step', { resource, operation, ...more }));
}

function output(execution: Execution): Array<Record<string, unknown>> {
	return outputOf(execution, 'Step');
}

/** Runs Validate. @returns the user's name */
async function whoAmI(): Promise<unknown> {
	const execution = await run('session', 'validate');
	assert.equal(execution.status, 'success', explain(execution));
	return output(execution)[0].user_name__v;
}

/** 50 executions at once. @returns who they were, each name once */
async function crowd(execute: () => Promise<Record<string, unknown>>): Promise<unknown[]> {
	const answers = await Promise.all(Array.from({ length: 50 }, execute));
	return [...new Set(answers.map(({ user_name__v: name }) => name))];
}

let validateAtOnce: () => Promise<Record<string, unknown>>;

test('a credential is created in the editor, and its user signs in at the provider', async () => {
	await editor.signIn(OWNER);
	await editor.fillInCredential(CREDENTIAL_TYPE_NAME, {
		vaultDns: promoMats,
		authUrl: provider.authorizationEndpoint,
		accessTokenUrl: provider.tokenEndpoint,
		clientId: provider.clients.web.clientId,
		clientSecret: CLIENT_SECRET,
		authQueryParameters: 'prompt=consent',
		username: SAM,
		loginHost: vault.url(vault.hosts.login, ''),
	});
	assert.equal(await editor.redirectUrl(), `${n8n.editorUrl}/rest/oauth2-credential/callback`);
	await editor.connect(person(SAM));
	assert.deepEqual(tokenRequests(), ['authorization_code: SUCCESS']);

	const made = (await rest.credentials()).filter(({ type }) => type === CREDENTIAL_TYPE);
	assert.equal(made.length, 1);
	credential = { id: made[0].id, name: made[0].name };
	// Connecting alone opens no session: a workflow does when it needs one.
	assert.deepEqual(exchanges(), []);
});

test('a step in the editor uses the credential and acts as the user who signed in', async () => {
	const validate = step('Step', { resource: 'session', operation: 'validate' });
	delete validate.parameters.authentication;
	delete validate.credentials;
	const { id } = await rest.importWorkflow(inARow('In the editor', [manualTrigger, validate]));
	await editor.openNode(id, 'Step');
	await editor.pickCredential(CREDENTIAL_TYPE_NAME);
	assert.ok((await editor.executeStep()).includes(SAM));
	assert.deepEqual(exchanges(), ['SUCCESS']);
});

test('later executions use the same session', async () => {
	assert.equal(await whoAmI(), SAM);
	assert.equal(await whoAmI(), SAM);
	assert.deepEqual(exchanges(), []);
	assert.equal(sessionsUsed().size, 1);
});

test('50 executions at once without a session share one exchange', async () => {
	assert.equal((await run('session', 'end')).status, 'success');
	assert.equal(vault.sessions().length, 0);
	const validate = step('Step', { resource: 'session', operation: 'validate' });
	validateAtOnce = await publish(rest, n8n, 'validate-at-once', validate);
	assert.deepEqual(await crowd(validateAtOnce), [SAM]);
	assert.deepEqual(exchanges(), ['SUCCESS']);
});

test('a session that was killed is replaced by one exchange, for one execution and for 50', async () => {
	vault.killSessions();
	assert.equal(await whoAmI(), SAM);
	assert.deepEqual(exchanges(), ['SUCCESS']);
	vault.killSessions();
	assert.deepEqual(await crowd(validateAtOnce), [SAM]);
	assert.deepEqual(exchanges(), ['SUCCESS', 'SUCCESS']);
	assert.deepEqual(tokenRequests(), []);
});

test('n8n requests a new access token when it has expired, each time with the newest refresh token', async () => {
	for (const round of [1, 2]) {
		provider.expireTokens();
		vault.killSessions();
		startCounting();
		assert.equal(await whoAmI(), SAM, `round ${round}`);
		assert.deepEqual(exchanges(), ['INVALID_TOKEN', 'SUCCESS'], `round ${round}`);
		assert.deepEqual(tokenRequests(), ['refresh_token: SUCCESS'], `round ${round}`);
	}
	const used = provider.requests.map(({ form }) => form.refresh_token).filter(Boolean);
	assert.equal(new Set(used).size, used.length);
});

test('50 executions at once with an expired access token request one new token', async () => {
	provider.expireTokens();
	vault.killSessions();
	assert.deepEqual(await crowd(validateAtOnce), [SAM]);
	assert.deepEqual(exchanges(), ['INVALID_TOKEN', 'SUCCESS']);
	assert.deepEqual(tokenRequests(), ['refresh_token: SUCCESS']);
	await rememberStoredSecrets();
});

test('the list of delegations opens in the editor', async () => {
	const start = step('Step', { resource: 'delegation', operation: 'start' });
	const { id } = await rest.importWorkflow(inARow('With a list', [manualTrigger, start]));
	await editor.openNode(id, 'Step');
	assert.deepEqual(await editor.listOf('delegation'), ['PromoMats – user ID 61579']);
	assert.deepEqual(exchanges(), []);
});

test('every operation works with the credential', async () => {
	const results = new Map<string, Array<Record<string, unknown>>>();
	const operations: Array<[string, string, Parameters?]> = [
		['authentication', 'getVersions'],
		['delegation', 'getAll'],
		...createAndQuery,
		['session', 'validate'],
		['session', 'keepAlive'],
		['session', 'end'],
	];
	for (const [resource, operation, more] of operations) {
		const execution = await run(resource, operation, more);
		assert.equal(execution.status, 'success', `${operation}: ${explain(execution)}`);
		results.set(operation, output(execution));
	}
	assert.ok(results.get('getVersions')!.length > 0);
	assert.deepEqual(
		results.get('getAll')!.map(({ delegator_userid: id }) => id),
		['61579'],
	);
	const [{ id }] = results.get('request')!;
	assert.deepEqual(results.get('run'), [{ id, name__v: 'Leaflet' }]);
	assert.equal(results.get('keepAlive')![0].responseStatus, 'SUCCESS');
	assert.equal(results.get('end')![0].responseStatus, 'SUCCESS');

	// These two put a session out, so that their executions are not to be saved.
	const logIn = await publish(
		rest,
		n8n,
		'log-in',
		step('Step', { resource: 'session', operation: 'login' }),
	);
	const { sessionId, userId } = await logIn();
	assert.equal(userId, vault.user(SAM).id);
	assert.ok(vault.sessions().some(({ id }) => id === sessionId));
	const actAsIan = await publish(
		rest,
		n8n,
		'act-as-ian',
		step('Delegated', {
			resource: 'delegation',
			operation: 'start',
			delegation: { __rl: true, mode: 'id', value: '1776:61579' },
		}),
		step('Step', {
			resource: 'session',
			operation: 'validate',
			sessionSource: 'sessionId',
			sessionId: '={{ $json.delegated_sessionid }}',
			vaultDns: '={{ $json.vault_dns }}',
		}),
	);
	assert.equal((await actAsIan()).user_name__v, 'ian@veepharm.com');
	assert.deepEqual(exchanges(), ['SUCCESS']);
});

test('when the sign-in has ended at the provider, the error says to connect again', async () => {
	provider.expireTokens({ refreshTokens: true });
	vault.killSessions();
	const execution = await run('session', 'validate');
	assert.equal(execution.status, 'error');
	assert.match(explain(execution), /EXPIRED_TOKEN|INVALID_TOKEN/);
	assert.match(explain(execution), /open the credential and connect again/);
	assert.deepEqual(tokenRequests(), ['refresh_token: invalid_grant']);
});

test("another user who signs in with the same credential never gets the first user's session", async () => {
	await editor.openCredential(credential.id);
	await editor.switchAccount(person(SAM));
	assert.equal(await whoAmI(), SAM);
	const [samsSession] = sessionsUsed();
	assert.equal(vault.sessions().length, 1);

	startCounting();
	await editor.openCredential(credential.id);
	await editor.switchAccount(person(RITA));
	assert.equal(await whoAmI(), RITA);
	assert.deepEqual(await crowd(validateAtOnce), [RITA]);
	assert.deepEqual(exchanges(), ['SUCCESS']);
	assert.equal(sessionsUsed().has(samsSession), false);

	// Sam's has not been ended either.
	assert.ok(vault.sessions().some(({ id }) => id === samsSession));
	await rememberStoredSecrets();
});

test('a second user without a refresh token does not become the first user again', async () => {
	await editor.openCredential(credential.id);
	await editor.switchAccount(person(SAM));
	// Without prompt=consent the provider gives no refresh token, and n8n keeps the one that it has: Sam's.
	await rest.updateCredential(credential.id, { authQueryParameters: '' });
	await editor.openCredential(credential.id);
	await editor.switchAccount(person(RITA));
	assert.equal(await whoAmI(), RITA);

	provider.expireTokens();
	vault.killSessions();
	for (const time of ['at once', 'later']) {
		const [user] = output(await run('session', 'validate'));
		assert.notEqual(user?.user_name__v, SAM, `Rita has turned into Sam ${time}`);
	}
});

test('after Disconnect no one is signed in, and the next user gets nothing of the one before', async () => {
	await editor.openCredential(credential.id);
	await editor.disconnect();
	const nobody = await run('session', 'validate');
	assert.equal(nobody.status, 'error');
	assert.match(explain(nobody), /No one has signed in with this credential yet/);
	assert.equal(vault.calls.length, callsBefore);

	await rest.updateCredential(credential.id, { authQueryParameters: '' });
	await editor.openCredential(credential.id);
	await editor.connect(person(RITA));
	assert.equal(await whoAmI(), RITA);
	provider.expireTokens();
	vault.killSessions();
	const expired = await run('session', 'validate');
	assert.equal(expired.status, 'error');
	assert.match(explain(expired), /open the credential and connect again/);
});

test("afterwards, n8n's database, logs and saved executions hold no token, secret or session", async () => {
	await page.context().close();
	await n8n.stop();
	assert.ok(secrets.size > 20, `only ${secrets.size} secrets to look for`);
	assertNoneSaved(fixture.userFolder, secrets, {
		database: 'Run validate',
		log: 'Workflow execution finished',
	});
});

function person(username: string) {
	return provider.account(username);
}
