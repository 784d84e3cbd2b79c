import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import type { Browser, Locator, Page } from 'playwright-core';

import { readExample } from '../harness/examples.mts';
import { OWNER } from '../harness/owner.mts';
import { freePorts } from '../harness/ports.mts';
import { IAN, OLIVIA, PASSWORD } from '../test/fixture/data.mts';
import type { Simulator } from '../test/simulator/simulator.mts';
import { launchBrowser } from './browser.mts';
import { CREDENTIAL_FIELDS, NODE_PARAMETERS } from './editor-expected.mts';
import type { Field } from './editor-fields.mts';
import { recordTraffic, type Traffic } from './editor-traffic.mts';
import { Editor } from './editor.mts';
import { startFixture, type Fixture } from './fixture.mts';
import { RENEWS_SCREENSHOTS, takeScreenshot } from './screenshots.mts';

/**
 * Building a workflow as a person does it: in n8n's editor in a real browser, from the nodes panel to a finished
 * workflow. The tests build on one another. The pictures of the documentation come from here.
 */

const TRIGGER = 'When clicking ‘Execute workflow’';
const CREDENTIAL = 'Veeva Vault account';
const VIEWPORT = { width: 1280, height: 800 };

let fixture: Fixture;
let vault: Simulator;
let browser: Browser;
let page: Page;
let editor: Editor;
let traffic: Traffic;
/** Operations that show Options without any. */
const withEmptyOptions: string[] = [];

before(async () => {
	browser = await launchBrowser();
	fixture = await startFixture({
		// In the pictures the Vault has the address that it has with `npm start`.
		vault: RENEWS_SCREENSHOTS ? { port: 9400 } : {},
	});
	({ vault } = fixture);
	const context = await browser.newContext({
		viewport: VIEWPORT,
		deviceScaleFactor: 1.5,
	});
	traffic = await recordTraffic(context);
	page = await context.newPage();
	// Others may keep this machine busy.
	page.setDefaultTimeout(240_000);
	editor = new Editor(page, fixture.n8n.editorUrl);
	await editor.signIn(OWNER);
	// How the editor finds out that no one has signed in yet.
	assert.deepEqual(traffic.refused.splice(0), ['401 /rest/login']);
	traffic.errors.length = 0;
});

after(async () => {
	await Promise.allSettled([browser?.close(), fixture?.close()]);
});

afterEach(async (context) => {
	if (!('passed' in context) || context.passed || page === undefined) return;
	const path = join(mkdtempSync(join(tmpdir(), 'veeva-vault-screen-')), 'failed.png');
	await page.screenshot({ path }).then(
		() => console.log(`What the editor showed: ${path}`),
		() => {},
	);
});

test('editor: the node is found by searching for Veeva, and added', async () => {
	await editor.newWorkflow();
	await editor.openNodesPanel();
	// n8n lists no HTTP Request entry for a credential for which there is a node.
	assert.deepEqual(await editor.searchNodes('Veeva', 'Veeva Vault'), ['Veeva Vault']);
	for (const word of ['vault', 'PromoMats', 'life sciences']) {
		await editor.searchNodes(word, 'Veeva Vault');
	}
	await editor.searchNodes('Veeva', 'Veeva Vault');
	const actions = await editor.openActions();
	for (const { action } of NODE_PARAMETERS) assert.ok(actions.includes(action), action);
	await editor.addAction('Validate session');
	await editor.closeNode();
	const nodes = await editor.nodes();
	assert.deepEqual([...nodes.keys()], [TRIGGER, 'Validate session']);
	assert.equal(nodes.get('Validate session')?.subtitle, 'validate: session');
});

test('editor: the credential is created from the node, and tested successfully', async () => {
	await editor.reopenNode('Validate session');
	const form = await editor.createCredential();
	await form.fill({
		vaultDns: fixture.promoMats,
		username: OLIVIA,
		password: PASSWORD,
		loginHost: vault.url(vault.hosts.login, ''),
	});
	assert.equal(await form.kindOf('password'), 'password');
	await form.saveNew();
	assert.equal(await editor.credentialInUse(), CREDENTIAL);
	await editor.dismissNotices();
	const stored = await editor.editCredential();
	assert.match(await stored.tested(), /Connection tested successfully/);
	// The form then ends below the password.
	await picture('credential', stored.dialog, 880);
	await stored.close();
});

test('editor: the step is executed, and shows its output', async () => {
	assert.match(await editor.executeStep(), /olivia@veepharm\.com/);
	assert.match(await editor.showOutputAs('Schema'), /user_name__v\s+olivia@veepharm\.com/);
	assert.match(await editor.showOutputAs('JSON'), /"user_name__v":\s+"olivia@veepharm\.com"/);
	await editor.dismissNotices();
	await picture('node', page);
	await editor.closeNode();
});

test('editor: a delegation is picked from the list, and the next step uses its session', async () => {
	await editor.addAfter('Validate session');
	await editor.searchNodes('Veeva', 'Veeva Vault');
	await editor.openActions();
	await picture('nodes-panel', editor.nodesPanel, 980);
	await editor.addAction('Start delegated session');
	assert.equal(await editor.credentialInUse(), CREDENTIAL);
	await editor.pickFromList('delegation', 'QualityDocs – user ID 61579');
	assert.match(await editor.executeStep(), /"vault_id":\s+"1777"/);
	const session = vault.sessions().find(({ delegateUserId }) => delegateUserId !== undefined);
	assert.equal(session?.username, IAN);
	await editor.closeNode();

	await editor.addAfter('Start delegated session');
	await editor.searchNodes('Veeva', 'Veeva Vault');
	await editor.openActions();
	await editor.addAction('Keep session alive');
	await editor.choose('operation', 'Validate');
	await editor.choose('sessionSource', 'Session ID');
	await editor.setExpression('sessionId', '{{ $json.delegated_sessionid }}');
	await editor.setExpression('vaultDns', '{{ $json.vault_dns }}');
	assert.match(await editor.executeStep(), /"user_name__v":\s+"ian@veepharm\.com"/);
	assert.match(await editor.showOutputAs('JSON'), /"delegate_user_id":\s+12021/);
	await editor.closeNode();
});

test('editor: the node is found and added with the keyboard alone', async () => {
	await editor.newWorkflow();
	await editor.openNodesPanel();
	await page.keyboard.type('veeva');
	await page.getByText('Veeva Vault', { exact: true }).waitFor();
	await editor.openActions();
	await editor.addActionByKeyboard('Get many delegations');
	assert.equal(await editor.credentialInUse(), CREDENTIAL);
});

test('editor: each operation shows its own parameters, each with a description', async () => {
	for (const { resource, operation, labels, withSessionId } of NODE_PARAMETERS) {
		const name = `${resource} › ${operation}`;
		await editor.choose('resource', resource);
		await editor.choose('operation', operation);
		await expectFields(() => editor.parameters(), labels, name);
		if ((await editor.parameters()).some(({ label }) => label === 'Options')) {
			if (!(await editor.offersOptions())) withEmptyOptions.push(name);
		}
		if (withSessionId === undefined) continue;
		await editor.choose('sessionSource', 'Session ID');
		await expectFields(() => editor.parameters(), withSessionId, `${name} with Session ID`);
		await editor.choose('sessionSource', 'Credential');
	}
	await editor.choose('resource', 'Session');
	await editor.choose('operation', 'Validate');
	assert.match(await editor.help('sessionSource'), /\w+/);
	await editor.closeNode();
});

test('editor: Options is shown only when there is an option to add', () => {
	assert.deepEqual(withEmptyOptions, []);
});

test('editor: the credential form shows the fields of the chosen login method, and no others', async () => {
	const form = await editor.newCredential('Veeva Vault API');
	for (const { choices, switches = [], labels } of CREDENTIAL_FIELDS) {
		for (const [field, option] of Object.entries(choices)) await form.choose(field, option);
		for (const field of switches) await form.toggle(field);
		const name = [...Object.values(choices), ...switches].join(', ');
		await expectFields(() => form.fields(), labels, name);
	}
});

test('editor: the credential form says why a credential does not work', async () => {
	const [closedPort] = await freePorts(1);
	const form = await editor.newCredential('Veeva Vault API');
	await form.fill({ loginHost: vault.url(vault.hosts.login, '') });
	for (const [fields, message] of [
		[
			{ vaultDns: fixture.promoMats, username: IAN, password: 'not that one, surely' },
			'Authentication failed for user: user name or password incorrect. [USERNAME_OR_PASSWORD_INCORRECT]',
		],
		[
			{ vaultDns: `http://localhost:${closedPort}`, password: PASSWORD },
			`localhost:${closedPort} refused the connection`,
		],
		[{ vaultDns: 'no-such-vault.invalid' }, 'no-such-vault.invalid could not be found'],
		[{ vaultDns: 'not a host' }, 'Vault DNS is not valid: "not a host"'],
		[
			{ vaultDns: 'http://myvault.veevavault.com' },
			'Vault DNS is not valid: "http://myvault.veevavault.com"',
		],
	] as const) {
		await form.fill(fields);
		const shown = await form.saveRefused();
		assert.ok(shown.includes('Couldn’t connect with these settings'), shown);
		assert.ok(shown.includes(message), shown);
	}
	await form.close();
});

test('editor: an example is imported from its file, and every step succeeds', async () => {
	const example = readExample('delegated-session.json', vault.hosts);
	const folder = mkdtempSync(join(tmpdir(), 'veeva-vault-import-'));
	try {
		const file = join(folder, 'delegated-session.json');
		writeFileSync(file, JSON.stringify(example));
		await editor.newWorkflow();
		await editor.importFile(file);
		assert.match(await editor.executeWorkflow(), /Workflow executed successfully/);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
	const steps = example.nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote');
	const nodes = await editor.nodes();
	assert.deepEqual([...nodes.keys()].sort(), steps.map(({ name }) => name).sort());
	for (const [name, { state }] of nodes) assert.equal(state, 'success', name);
	await editor.dismissNotices();
	await editor.clearSelection();
	await page.setViewportSize({ ...VIEWPORT, height: 540 });
	await page.mouse.move(0, 0);
	await editor.fitWorkflow();
	await picture('workflow', page, 540);
});

test('editor: an example is pasted into the canvas, and finds the credential by its name', async () => {
	const example = readExample('delegated-session.json', vault.hosts);
	await editor.newWorkflow();
	await editor.paste(JSON.stringify(example));
	for (const [name, { state }] of await editor.nodes()) assert.equal(state, 'none', name);
	await editor.reopenNode('List delegations');
	assert.equal(await editor.credentialInUse(), CREDENTIAL);
	await editor.closeNode();
});

test('editor: the browser never received a session of the credential, nor the password', async () => {
	const ownSessions = new Set<string>();
	const delegated = new Set<string>();
	for (const { userId, headers } of vault.calls) {
		const { authorization } = headers;
		if (authorization === undefined) continue;
		(userId === vault.user(OLIVIA).id ? ownSessions : delegated).add(authorization);
	}
	for (const { id, delegateUserId } of vault.sessions()) {
		(delegateUserId === undefined ? ownSessions : delegated).add(id);
	}
	assert.ok(ownSessions.size > 0);
	const received = traffic.received.join('\n');
	// Those that an operation gave out are there, or the search would find nothing.
	assert.ok([...delegated].some((session) => received.includes(session)));
	for (const secret of [...ownSessions, PASSWORD]) {
		assert.equal(received.includes(secret), false, `a secret of ${secret.length} characters`);
	}
});

test('editor: n8n refused no request, and the browser reported no error', async () => {
	assert.deepEqual(traffic.refused, []);
	assert.deepEqual(traffic.errors, []);
});

/**
 * Takes a picture for the documentation.
 *
 * @param height of the window while it is taken
 */
async function picture(name: string, of: Page | Locator, height = VIEWPORT.height): Promise<void> {
	await page.setViewportSize({ ...VIEWPORT, height });
	// No button lights up, and no tooltip shows.
	await page.mouse.move(0, 0);
	await takeScreenshot(name, of);
	await page.setViewportSize(VIEWPORT);
}

/** Compares what a form shows, once it has changed, with what it is to show. */
async function expectFields(
	read: () => Promise<Field[]>,
	labels: string[],
	name: string,
): Promise<void> {
	const shown = async () => (await read()).filter(({ label }) => label !== 'Options');
	const deadline = Date.now() + 30_000;
	let fields = await shown();
	while (fields.map(({ label }) => label).join() !== labels.join() && Date.now() < deadline) {
		await page.waitForTimeout(100);
		fields = await shown();
	}
	assert.deepEqual(
		fields.map(({ label }) => label),
		labels,
		name,
	);
	// Of these n8n explains each choice instead.
	const explained = ['Credential', 'Resource', 'Operation'];
	for (const { label, help } of fields) {
		assert.ok(help || explained.includes(label), `${label} has no explanation in ${name}`);
	}
}
