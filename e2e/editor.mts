import type { Locator, Page } from 'playwright-core';

import type { Owner } from '../harness/rest.mts';
import { CredentialForm } from './editor-credential.mts';
import { choose, fieldsIn, helpOf, type Field } from './editor-fields.mts';

/** Who signs in at the identity provider. */
export interface Person {
	username: string;
	password: string;
}

/** n8n's editor in a browser, by the marks that n8n's own tests go by. */
export class Editor {
	readonly #page: Page;
	readonly #url: string;

	/**
	 * @param page an empty page
	 * @param url where the editor is, e.g. `http://localhost:5678`
	 */
	constructor(page: Page, url: string) {
		this.#page = page;
		this.#url = url;
	}

	/** Signs in to n8n. */
	async signIn({ email, password }: Owner): Promise<void> {
		await this.#page.goto(`${this.#url}/signin`);
		await this.#page.locator('input[name=emailOrLdapLoginId]').fill(email);
		await this.#page.locator('input[name=password]').fill(password);
		await this.#by('form-submit-button').click();
		await this.#page.waitForURL(/\/(home|workflow)/);
	}

	/**
	 * Opens the form of a new credential and fills it in.
	 *
	 * @param type the credential type's display name
	 * @param fields values of text fields by their internal names
	 */
	async fillInCredential(type: string, fields: Record<string, string>): Promise<void> {
		await (await this.newCredential(type)).fill(fields);
	}

	/** Opens the form of a new credential, by the credential type's display name. */
	async newCredential(type: string): Promise<CredentialForm> {
		await this.#page.goto(`${this.#url}/home/credentials/create`);
		await this.#by('new-credential-type-select').locator('input').fill(type);
		await this.#by('new-credential-type-select-option').filter({ hasText: type }).click();
		await this.#by('new-credential-type-button').click();
		return await this.credentialForm();
	}

	/** Opens the form of a stored credential. */
	async openCredential(id: string): Promise<void> {
		await this.#page.goto(`${this.#url}/home/credentials/${id}`);
		await this.#by('node-credentials-config-container').waitFor();
	}

	/** The address which the form says that the provider is to send the browser back to. */
	async redirectUrl(): Promise<string> {
		return (await this.#by('copy-input').innerText()).trim();
	}

	/** In the form of a credential: presses Connect, and signs in at the identity provider. */
	async connect(person: Person): Promise<void> {
		await this.#signInBy(this.#by('quick-connect-button'), person);
	}

	/** In the form of a connected credential: lets another user sign in. */
	async switchAccount(person: Person): Promise<void> {
		await this.#signInBy(this.#by('oauth-switch-account-button'), person);
	}

	/** In the form of a connected credential: takes the sign-in back. */
	async disconnect(): Promise<void> {
		await this.#by('oauth-disconnect-button').click();
		await this.#page.getByRole('button', { name: 'Disconnect' }).last().click();
		await this.#by('quick-connect-button').waitFor();
	}

	/** Opens a node of a stored workflow. */
	async openNode(workflowId: string, name: string): Promise<void> {
		await this.#page.goto(`${this.#url}/workflow/${workflowId}`);
		await this.reopenNode(name);
	}

	/** Opens a node of the workflow on the canvas. */
	async reopenNode(name: string): Promise<void> {
		await this.#node(name).dblclick();
		await this.#by('ndv').waitFor();
	}

	// A workflow on the canvas.

	/** Opens an empty workflow. */
	async newWorkflow(): Promise<void> {
		await this.#page.goto(`${this.#url}/workflow/new`);
		await this.#by('canvas-plus-button').waitFor();
	}

	/** Opens the panel with all nodes, by its shortcut. */
	async openNodesPanel(): Promise<void> {
		await this.#page.keyboard.press('n');
		await this.#by('node-creator-search-bar').waitFor();
	}

	/**
	 * Types into the search of the open nodes panel.
	 *
	 * @param text what to search for
	 * @param expected a node that is to be found
	 * @returns the names of all that are found
	 */
	async searchNodes(text: string, expected: string): Promise<string[]> {
		await this.#by('node-creator-search-bar').fill(text);
		const names = this.#by('node-creator').locator('[data-test-id=node-creator-item-name]');
		await names.getByText(expected, { exact: true }).waitFor();
		// What the panel showed before the search goes away in the same moment.
		return (await names.allInnerTexts()).map((name) => name.trim());
	}

	/**
	 * In the nodes panel: goes on to what the first node found can do, by Enter.
	 *
	 * @returns what can be added, from top to bottom
	 */
	async openActions(): Promise<string[]> {
		await this.#page.keyboard.press('Enter');
		const names = this.#actions.locator('[data-test-id=node-creator-item-name]');
		await names.first().waitFor();
		return (await names.allInnerTexts()).map((name) => name.trim());
	}

	/** In the nodes panel: adds the node with an action. The new node is open then. */
	async addAction(action: string): Promise<void> {
		await this.#actions.getByText(action, { exact: true }).click();
		await this.#by('ndv').waitFor();
	}

	/** As {@link addAction}, with the arrow keys and Enter. */
	async addActionByKeyboard(action: string): Promise<void> {
		// Headings are stops on the way.
		const marked = this.#actions.locator(
			'[data-test-id=item-iterator-item][class*="_active_"], ' +
				'[data-test-id=node-creator-category-item] > [class*="_active_"]',
		);
		for (let text; (text = (await marked.innerText()).trim()) !== action; ) {
			await this.#page.keyboard.press('ArrowDown');
			// One step at a time, or a busy editor steps over it.
			await marked.filter({ hasNotText: text }).waitFor();
		}
		await this.#page.keyboard.press('Enter');
		await this.#by('ndv').waitFor();
	}

	/** The nodes panel, for a picture. */
	get nodesPanel(): Locator {
		return this.#by('node-creator');
	}

	/** Presses the plus behind a node that is the last one, which opens the nodes panel. */
	async addAfter(name: string): Promise<void> {
		await this.#node(name).locator('[data-test-id=canvas-handle-plus]').click();
		await this.#by('node-creator-search-bar').waitFor();
	}

	/** Every node on the canvas by its name: the line below the name, and how its last run ended. */
	async nodes(): Promise<Map<string, { subtitle: string; state: 'success' | 'error' | 'none' }>> {
		const found = new Map();
		for (const node of await this.#page.locator('[data-test-id=canvas-node]:visible').all()) {
			const name = await node.getAttribute('data-node-name');
			const [succeeded, failed, text] = await Promise.all([
				node.locator('[data-test-id=canvas-node-status-success]').count(),
				node.locator('[data-test-id=node-issues], [data-test-id*=status-error]').count(),
				node.innerText(),
			]);
			const subtitle = text.replace(name ?? '', '').trim();
			found.set(name, {
				subtitle,
				state: failed > 0 ? 'error' : succeeded > 0 ? 'success' : 'none',
			});
		}
		return found;
	}

	/** Takes a workflow file from the disk into the open, empty workflow. */
	async importFile(file: string): Promise<void> {
		await this.#by('workflow-menu').click();
		await this.#by('workflow-menu-item-import').hover();
		const asked = this.#page.waitForEvent('filechooser');
		await this.#by('workflow-menu-item-import-from-file').click();
		await (await asked).setFiles(file);
		await this.#page.locator('[data-test-id=canvas-node]').first().waitFor();
	}

	/** Pastes text into the canvas. */
	async paste(text: string): Promise<void> {
		await this.#page.context().grantPermissions(['clipboard-write']);
		await this.#page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
		await this.#page.keyboard.press('ControlOrMeta+v');
		await this.#page.locator('[data-test-id=canvas-node]').first().waitFor();
	}

	/** Executes the workflow on the canvas. @returns what n8n says about how it ended */
	async executeWorkflow(): Promise<string> {
		await this.dismissNotices();
		await this.#by('execute-workflow-button').click();
		const notice = this.#page.locator('.el-notification');
		await notice.first().waitFor();
		return await notice.first().innerText();
	}

	/** Takes away the marks of the selected nodes, such as those of a workflow that has just come in. */
	async clearSelection(): Promise<void> {
		await this.#by('canvas').click({ position: { x: 20, y: 20 } });
	}

	/** Makes the whole workflow fit into the canvas. */
	async fitWorkflow(): Promise<void> {
		// By its shortcut: a click would leave the mouse where buttons appear.
		await this.#page.keyboard.press('1');
		const place = () => this.#page.locator('.vue-flow__transformationpane').getAttribute('style');
		// It glides there.
		for (let last; last !== (last = await place()); ) await this.#page.waitForTimeout(1000);
	}

	/** Closes n8n's notices in the corner, which hide what is below them. */
	async dismissNotices(): Promise<void> {
		const notices = this.#page.locator('.el-notification');
		for (const close of await notices.locator('.el-notification__closeBtn').all()) {
			// It may have gone by itself.
			await close.click({ timeout: 5_000 }).catch(() => {});
		}
		await this.#page.waitForFunction('document.querySelector(".el-notification") === null');
	}

	// An open node.

	/** Closes the open node. */
	async closeNode(): Promise<void> {
		await this.#by('ndv-close-button').click();
		await this.#by('ndv').waitFor({ state: 'hidden' });
	}

	/** The visible parameters of the open node. */
	async parameters(): Promise<Field[]> {
		return await fieldsIn(this.#by('node-parameters').first());
	}

	/** Whether there is something to add below Options in the open node. */
	async offersOptions(): Promise<boolean> {
		return (await this.#by('collection-parameter-add').count()) > 0;
	}

	/** In an open node: picks an option of a parameter with a drop-down list. */
	async choose(parameter: string, option: string): Promise<void> {
		await choose(this.#parameter(parameter), option);
	}

	/** In an open node: the explanation of a parameter. */
	async help(parameter: string): Promise<string> {
		return await helpOf(
			this.#by('node-parameters')
				.first()
				.locator('[data-test-id=parameter-item]')
				.filter({ has: this.#parameter(parameter) }),
		);
	}

	/** In an open node: enters an expression. */
	async setExpression(parameter: string, expression: string): Promise<void> {
		const options = this.#by(`${parameter}-parameter-input-options-container`);
		await options.hover();
		await options.locator('[data-test-id=radio-button-expression]').click();
		await this.#parameter(parameter).locator('[contenteditable=true]').fill(expression);
		// The editor takes it over a moment later, and not at all if the field is left before.
		await this.#by(`parameter-expression-preview-${parameter}`)
			.filter({ hasNotText: '[empty]' })
			.waitFor();
		// The preview of the result hides what is below.
		await this.#by('tab-params').click();
	}

	/** In an open node: picks from the list of a parameter that loads it. */
	async pickFromList(parameter: string, entry: string): Promise<void> {
		await this.listOf(parameter);
		await this.#by('rlc-item').getByText(entry, { exact: true }).click();
	}

	/** In an open node without a credential: opens the form of a new one. */
	async createCredential(): Promise<CredentialForm> {
		await this.#by('node-credentials-empty-state').locator('button').first().click();
		return await this.credentialForm();
	}

	/** In an open node: opens the form of the credential that it uses. */
	async editCredential(): Promise<CredentialForm> {
		await this.#by('credential-edit-button').click();
		return await this.credentialForm();
	}

	/** The form of a credential that is open, or about to open. */
	async credentialForm(): Promise<CredentialForm> {
		const form = new CredentialForm(this.#page);
		await form.dialog.locator('[data-test-id=credential-connection-parameter]').first().waitFor();
		return form;
	}

	/** In an open node: which credential it uses. */
	async credentialInUse(): Promise<string> {
		const chosen = this.#by('node-credentials-select').locator('input');
		await chosen.waitFor();
		return await chosen.inputValue();
	}

	/** In an open node that has been executed: shows the output in another way. @returns the output */
	async showOutputAs(way: 'Schema' | 'Table' | 'JSON'): Promise<string> {
		const panel = this.#by('output-panel');
		const marks = { Schema: 'schema', Table: 'table', JSON: 'json' };
		const button = panel.locator(`[data-test-id=radio-button-${marks[way]}]`);
		await button.click();
		const shown = {
			Schema: '[data-test-id=run-data-schema-item]',
			Table: 'table',
			JSON: '.vjs-tree',
		};
		await panel.locator(shown[way]).first().waitFor();
		return await panel.innerText();
	}

	/** In an open node: picks a credential from the list of those that fit. */
	async pickCredential(name: string): Promise<void> {
		await this.#by('node-credentials-select').click();
		await this.#page
			.locator('[data-test-id^=node-credentials-select-item]')
			.filter({ hasText: name })
			.click();
	}

	/** In an open node: executes it. @returns what it put out, as the table shows it */
	async executeStep(): Promise<string> {
		const panel = this.#by('output-panel');
		await this.#by('node-execute-button').click();
		await panel
			.locator('table')
			// As it was last looked at.
			.or(panel.locator('.vjs-tree'))
			.or(panel.getByText('Error details'))
			.first()
			.waitFor();
		return await panel.innerText();
	}

	/** In an open node: what a parameter with a list offers. */
	async listOf(parameter: string): Promise<string[]> {
		await this.#by(`resource-locator-${parameter}`).locator('[data-test-id=rlc-input]').click();
		await this.#by('rlc-item').or(this.#by('rlc-error-container')).first().waitFor();
		return await this.#by('rlc-item').allInnerTexts();
	}

	async #signInBy(button: Locator, { username, password }: Person): Promise<void> {
		// The provider's: whoever signed in there before has signed out.
		await this.#page.context().clearCookies({ name: /^_(session|interaction|grant)/ });
		const opened = this.#page.waitForEvent('popup');
		await button.click();
		const popUp = await opened;
		await popUp.locator('#login').fill(username);
		await popUp.locator('#password').fill(password);
		await popUp.locator('#sign-in').click();
		const closed = popUp.waitForEvent('close');
		await popUp.locator('#allow').click();
		await closed;
		await this.#by('oauth-connect-success-banner').waitFor();
	}

	/** In the nodes panel: what a node can do. The list of nodes is still there for a moment, going away. */
	get #actions(): Locator {
		return this.#by('node-creator').locator('aside').filter({ hasText: 'Node details' });
	}

	#node(name: string): Locator {
		return this.#page.locator(`[data-test-id=canvas-node][data-node-name="${name}"]`);
	}

	#parameter(name: string): Locator {
		return this.#by(`parameter-input-${name}`);
	}

	#by(mark: string): Locator {
		// n8n keeps some of what it does not show.
		return this.#page.locator(`[data-test-id="${mark}"]:visible`);
	}
}
