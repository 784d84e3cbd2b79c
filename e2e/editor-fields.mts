import type { Locator } from 'playwright-core';

/** A field of a form in n8n's editor, as a person sees it. */
export interface Field {
	label: string;
	/** Whether there is a question mark beside the label, which shows an explanation. */
	help: boolean;
}

/**
 * Reads the labels in a part of a form.
 *
 * @param part the elements that hold the fields
 * @returns the visible ones, from top to bottom
 */
export async function fieldsIn(part: Locator): Promise<Field[]> {
	const labels = await part.locator('label.n8n-input-label:visible').all();
	return await Promise.all(
		labels.map(async (label) => ({
			// Below it there is the switch between a fixed value and an expression; the asterisk is for required ones.
			label: (await label.innerText()).split('\n')[0].replace(/\s*\*?\s*$/, ''),
			help: (await label.locator(HELP).count()) > 0,
		})),
	);
}

/**
 * Shows the explanation of a field, as by pointing at the question mark beside its label.
 *
 * @param part an element with the field, and no other
 */
export async function helpOf(part: Locator): Promise<string> {
	const mark = part.locator(`label.n8n-input-label ${HELP}`).first();
	await part.locator('label.n8n-input-label').first().hover();
	await mark.hover();
	const tooltip = part.page().locator('.n8n-tooltip:visible, [role=tooltip]:visible').first();
	await tooltip.waitFor({ state: 'attached' });
	return await tooltip.innerText();
}

/**
 * Picks from a drop-down list.
 *
 * @param input the field
 * @param option the option's name, without the explanation below it
 */
export async function choose(input: Locator, option: string): Promise<void> {
	await input.click();
	await (
		await listOf(input)
	)
		.locator('[role=option]')
		.filter({ has: input.page().locator('.option-headline').getByText(option, { exact: true }) })
		.click();
}

/** The field's own list: one that closes is still visible for a moment. */
async function listOf(input: Locator): Promise<Locator> {
	const id = await input.locator('[role=combobox]').getAttribute('aria-controls');
	return input.page().locator(`[id="${id}"]`);
}

const HELP = '[data-icon="circle-help"]';
