import { startEngine, type Engine } from '../engine/engine.mts';
import { SEED_PASSWORD } from '../simulator/seed.mts';
import { startSimulator, type Simulator } from '../simulator/simulator.mts';
import { ABSOLUTE_MS, IDLE_MS, SESSION_TIMEOUT_MS } from './scale.mts';

/** A user with a credential. */
export interface Login {
	username: string;
	/** Address of the user's Vault */
	origin: string;
	/** ID of the credential */
	credential: string;
	/** Whether the adversary kills this user's sessions; the others live until they expire */
	killed: boolean;
}

export interface World {
	engine: Engine;
	vault: Simulator;
	logins: Login[];
}

export async function startWorld(): Promise<World> {
	const engine = await startEngine();
	const vault = await startSimulator({
		idleTimeout: IDLE_MS,
		absoluteTimeout: ABSOLUTE_MS,
		// Time is scaled down, and Vault's limits are per minute: here they are not what is looked at.
		loginBurstLimit: Infinity,
		burstLimit: Infinity,
	});
	const login = async (username: string, host: string, killed: boolean): Promise<Login> => {
		const origin = vault.url(host, '');
		const credential = await engine.saveCredential({
			vaultDns: origin,
			username,
			password: SEED_PASSWORD,
			loginHost: vault.url(vault.hosts.login, ''),
			sessionTimeout: SESSION_TIMEOUT_MS / 60_000,
		});
		return { username, origin, credential, killed };
	};
	const logins = [
		await login('olivia@veepharm.com', vault.hosts.promoMats, true),
		await login('ian@veepharm.com', vault.hosts.promoMats, true),
		await login('tom@veepharm.com', vault.hosts.qualityDocs, false),
	];
	return { engine, vault, logins };
}
