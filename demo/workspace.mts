import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Simulator } from '../test/simulator/simulator.mts';
import { SEED_PASSWORD } from '../test/simulator/seed.mts';
import { Failure } from './failure.mts';
import { USER_FOLDER } from './install.mts';
import { PACKAGE_FOLDER } from './package.mts';
import type { N8nRest, Owner, StoredWorkflow, WorkflowFile } from './rest.mts';
import { RestError } from './rest.mts';

/** The account of the demo's n8n. No secret: that n8n is reachable from this machine only. */
export const OWNER: Owner = {
	email: 'demo@example.com',
	password: 'Veeva-Vault-1',
	firstName: 'Demo',
	lastName: 'User',
};

/** The name that the examples ask for; also n8n's own proposal for a new one. */
const CREDENTIAL_NAME = 'Veeva Vault account';
const CREDENTIAL_TYPE = 'veevaVaultApi';
const EXAMPLES_FOLDER = join(PACKAGE_FOLDER, 'examples');

/** Addresses in the examples that stand for the user's own. */
const PLACEHOLDERS = {
	vault: 'https://myvault.veevavault.com',
	login: 'https://login.veevavault.com',
};

/** Where the simulated Vault is. */
export type VaultHosts = Simulator['hosts'];

/**
 * Signs in as the demo's owner, whose account is created the first time.
 *
 * @throws {Failure} when the account has another password by now
 */
export async function signIn(rest: N8nRest): Promise<void> {
	if (await rest.needsOwner()) return await rest.setUpOwner(OWNER);
	try {
		await rest.logIn(OWNER.email, OWNER.password);
	} catch (error) {
		if (!(error instanceof RestError) || error.status !== 401) throw error;
		throw new Failure(
			`n8n does not let ${OWNER.email} in with the demo's password: ${error.message}.\n` +
				'If it was changed in the editor, change it back, or delete ' +
				`${USER_FOLDER} to start afresh.`,
		);
	}
}

/**
 * Makes n8n have the demo's credential for the simulated Vault, with its present addresses.
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
 * Reads an example as it is to run in the demo: with the simulated Vault's addresses in place of the placeholders.
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
 * Makes n8n have all examples. Those that it has stay as they are, apart from the simulated Vault's address.
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

function urlOf(host: string): string {
	return `http://${host}`;
}
