import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { SEED_PASSWORD } from '../test/simulator/seed.mts';
import type { Simulator } from '../test/simulator/simulator.mts';
import { PACKAGE_FOLDER } from './package.mts';
import type { N8nRest, WorkflowFile } from './rest.mts';

/** The name that the examples ask for; also n8n's own proposal for a new one. */
const CREDENTIAL_NAME = 'Veeva Vault account';
const CREDENTIAL_TYPE = 'veevaVaultApi';
/** The folder of the example workflows. */
export const EXAMPLES_FOLDER = join(PACKAGE_FOLDER, 'examples');

/** Addresses in the examples that stand for the user's own. */
const PLACEHOLDERS = {
	vault: 'https://myvault.veevavault.com',
	login: 'https://login.veevavault.com',
};

/** Where the simulated Vault is. */
export type VaultHosts = Simulator['hosts'];

/**
 * Makes sure that n8n has the examples' credential, with the simulated Vault's present addresses.
 *
 * @param rest a signed-in client
 * @param hosts where the simulated Vault is
 * @returns the credential's id, and the address that its Vault had before, if it existed
 */
export async function provideCredential(
	rest: N8nRest,
	hosts: VaultHosts,
): Promise<{ id: string; previousVault?: string }> {
	const addresses = { vaultDns: urlOf(hosts.promoMats), loginHost: urlOf(hosts.login) };
	const existing = (await rest.credentials()).find(
		({ name, type }) => name === CREDENTIAL_NAME && type === CREDENTIAL_TYPE,
	);
	if (existing !== undefined) {
		const { data } = await rest.credential(existing.id);
		await rest.updateCredential(existing.id, addresses);
		return { id: existing.id, previousVault: String(data.vaultDns) };
	}
	const { id } = await rest.createCredential({
		name: CREDENTIAL_NAME,
		type: CREDENTIAL_TYPE,
		data: {
			...addresses,
			authentication: 'password',
			username: 'olivia@veepharm.com',
			password: SEED_PASSWORD,
			apiVersion: 'v25.2',
			sessionTimeout: 20,
			vaultClientId: 'n8n-nodes-veeva-vault',
		},
	});
	return { id };
}

/**
 * Reads an example to run here: with the simulated Vault's addresses in place of the placeholders.
 *
 * @param file the file's name in `examples/`
 * @param hosts where the simulated Vault is
 */
export function readExample(file: string, hosts: VaultHosts): WorkflowFile {
	const text = readFileSync(join(EXAMPLES_FOLDER, file), 'utf8')
		.replaceAll(PLACEHOLDERS.vault, urlOf(hosts.promoMats))
		.replaceAll(PLACEHOLDERS.login, urlOf(hosts.login));
	return JSON.parse(text) as WorkflowFile;
}

/**
 * @param host a host name with a port, e.g. `127.0.0.1:9400`
 * @returns its address, without a path
 */
export function urlOf(host: string): string {
	return `http://${host}`;
}
