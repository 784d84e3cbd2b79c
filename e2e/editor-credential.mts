import type { Locator, Page } from 'playwright-core';

import { fieldsIn, choose, type Field } from './editor-fields.mts';

/** The open form of a credential in n8n's editor. */
export class CredentialForm {
	readonly #page: Page;
	/** The whole form, for a picture. */
	readonly dialog: Locator;

	/** @param page an editor in which the form of a credential is open, or about to open */
	constructor(page: Page) {
		this.#page = page;
		this.dialog = page.locator('[data-test-id=editCredential-modal]:visible');
	}

	/** The visible fields, from top to bottom. */
	async fields(): Promise<Field[]> {
		return await fieldsIn(this.dialog.locator('[data-test-id=credential-connection-parameter]'));
	}

	/** Enters text into fields, by their internal names. */
	async fill(fields: Record<string, string>): Promise<void> {
		for (const [name, value] of Object.entries(fields)) {
			await this.#input(name).locator('input').fill(value);
		}
	}

	/** Picks an option of a field that has a list. */
	async choose(name: string, option: string): Promise<void> {
		await choose(this.#input(name), option);
	}

	/** Turns a switch over. */
	async toggle(name: string): Promise<void> {
		await this.#input(name).locator('.el-switch').click();
	}

	/** @returns how the field shows its value: `text`, or `password` for dots */
	async kindOf(name: string): Promise<string | null> {
		return await this.#input(name).locator('input').getAttribute('type');
	}

	/** Saves a new credential that works; n8n tests it, and closes the form. */
	async saveNew(): Promise<void> {
		await this.#save().click();
		await this.dialog.waitFor({ state: 'hidden' });
	}

	/** Waits for the form to say that the credential works, as it does when it is opened. */
	async tested(): Promise<string> {
		const banner = this.#by('credentials-config-container-test-success');
		await banner.waitFor();
		return await banner.innerText();
	}

	/**
	 * Saves a credential that does not work.
	 *
	 * @returns what the form then says, with its details
	 */
	async saveRefused(): Promise<string> {
		const tested = this.#page.waitForResponse(/\/rest\/credentials\/test$/);
		await this.#save().click();
		const { data } = (await (await tested).json()) as { data: { message: string } };
		const details = this.dialog.getByText('More details');
		// The form may still show what the test before this one found.
		const shown = this.dialog.getByText(data.message);
		await details.or(shown).first().waitFor();
		if (await details.isVisible()) await details.click();
		await shown.waitFor();
		return await this.dialog
			.locator('[data-test-id=node-credentials-config-container]')
			.innerText();
	}

	async close(): Promise<void> {
		await this.dialog.locator('.el-dialog__headerbtn').click();
		await this.dialog.waitFor({ state: 'hidden' });
	}

	#save(): Locator {
		return this.#by('credential-save-button');
	}

	#input(name: string): Locator {
		return this.#by(`parameter-input-${name}`);
	}

	#by(mark: string): Locator {
		return this.dialog.locator(`[data-test-id="${mark}"]:visible`);
	}
}
