import { readdirSync } from 'node:fs';

import { EXAMPLES_FOLDER, readExample, urlOf, type VaultHosts } from '../harness/examples.mts';
import type { N8nRest, StoredWorkflow } from '../harness/rest.mts';

/**
 * Makes sure that n8n has all examples. Existing ones stay as they are, apart from the simulated Vault's address.
 *
 * @param rest a signed-in client, in whose n8n the credential exists
 * @param hosts where the simulated Vault is
 * @param previousVault its address at the last start
 */
export async function provideExamples(
	rest: N8nRest,
	hosts: VaultHosts,
	previousVault: string | undefined,
): Promise<void> {
	const stored = await rest.workflows();
	const files = readdirSync(EXAMPLES_FOLDER).filter((name) => name.endsWith('.json'));
	for (const file of files.sort()) {
		const example = readExample(file, hosts);
		const existing = stored.find(({ name }) => name === example.name);
		if (existing === undefined) await rest.importWorkflow(example);
		else if (!existing.isArchived && previousVault !== undefined) {
			await moveTo(rest, existing, previousVault, urlOf(hosts.promoMats));
		}
	}
}

/** The login service has the first Vault's address, so one replacement covers both. */
async function moveTo(
	rest: N8nRest,
	{ id }: Pick<StoredWorkflow, 'id'>,
	from: string,
	to: string,
): Promise<void> {
	if (from === to) return;
	const { nodes } = await rest.workflow(id);
	const moved = JSON.parse(JSON.stringify(nodes).replaceAll(from, to)) as StoredWorkflow['nodes'];
	await rest.updateWorkflow(id, { nodes: moved });
}
