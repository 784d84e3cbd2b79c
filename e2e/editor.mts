import type { Locator, Page } from 'playwright-core';

import type { Owner } from '../demo/rest.mts';

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
		await this.#page.goto(`${this.#url}/home/credentials/create`);
		await this.#by('new-credential-type-select').locator('input').fill(type);
		await this.#by('new-credential-type-select-option').filter({ hasText: type }).click();
		await this.#by('new-credential-type-button').click();
		for (const [name, value] of Object.entries(fields)) {
			await this.#by(`parameter-input-${name}`).locator('input').fill(value);
		}
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

	/** In the form of a connected credential: has somebody else sign in. */
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
		const node = this.#page.locator(`[data-test-id=canvas-node][data-node-name="${name}"]`);
		await node.dblclick();
		await this.#by('ndv').waitFor();
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
		await panel.locator('table').or(panel.getByText('Error details')).first().waitFor();
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

	#by(mark: string): Locator {
		// n8n keeps some of what it does not show.
		return this.#page.locator(`[data-test-id="${mark}"]:visible`);
	}
}
