import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { SimulatorOptions } from '../simulator/types.mts';
import { startSimulator, type Simulator } from '../simulator/simulator.mts';
import { startEngine, type Engine } from './engine.mts';

export const OLIVIA = { username: 'olivia@veepharm.com', password: 'correct horse battery' };

/** A real engine and a Vault on localhost, for one test file. */
export interface World {
	engine: Engine;
	vault: Simulator;
	/** Addresses of the two Vaults, as origins */
	promoMats: string;
	qualityDocs: string;
	/** Saves a credential for Olivia in PromoMats, with other fields where they are given. */
	credential(fields?: ICredentialDataDecryptedObject): Promise<string>;
}

/**
 * Starts both. Each test gets a Vault as seeded and at another time, so that nothing that a test before it has left
 * in the process (sessions, refused logins) holds any more.
 */
export function useWorld(options: SimulatorOptions = {}): World {
	const world = {} as World;
	beforeAll(async () => {
		world.engine = await startEngine();
		world.vault = await startSimulator(options);
		world.promoMats = world.vault.url(world.vault.hosts.promoMats, '');
		world.qualityDocs = world.vault.url(world.vault.hosts.qualityDocs, '');
	});
	afterAll(async () => await world.vault.close());
	beforeEach(() => world.vault.reset());

	let tests = 0;
	beforeEach(() => {
		// Another timeout makes no difference to Vault; another password makes it another login.
		tests += 1;
		world.vault.user(OLIVIA.username).password = `${OLIVIA.password} ${tests}`;
	});
	world.credential = async (fields = {}) =>
		await world.engine.saveCredential({
			vaultDns: world.promoMats,
			username: OLIVIA.username,
			password: world.vault.user(OLIVIA.username).password,
			loginHost: world.vault.url(world.vault.hosts.login, ''),
			...fields,
		});
	return world;
}
