import { startEngine, type Engine } from '../engine/engine.mts';
import { OLIVIA } from '../engine/world.mts';
import { startSimulator, type Simulator } from '../simulator/simulator.mts';
import { startRecorder, startUntrusted, type Stranger } from './servers.mts';
import type { Strike } from './strikes.mts';
import { time } from './time.mts';

/** All that a cell needs. */
export interface Bench {
	engine: Engine;
	/** The Vault of this cell */
	vault: Simulator;
	/** Somebody else's server */
	recorder: Stranger;
	/** A server with a certificate that nobody vouches for */
	untrusted: Stranger;
	/** Address of the credential's Vault */
	origin: string;
	/** How many items the Veeva Vault node works on at the same time */
	concurrency: number;
	/** ID of this cell's credential, and the password in it */
	credential: string;
	password: string;
}

/** What all cells share: each gets its own login in it, so that none meets what another has left in the process. */
export interface Benches {
	/** Sets up one cell. */
	prepare(strike: Strike): Promise<Bench>;
	close(): Promise<void>;
}

export async function startBenches(): Promise<Benches> {
	const engine = await startEngine();
	const [plain, throttling, recorder, untrusted] = await Promise.all([
		startSimulator(),
		startSimulator({ burstLimit: 0, throttleDelay: 40 }),
		startRecorder(),
		startUntrusted(),
	]);
	time.take();
	let cells = 0;
	return {
		async prepare(strike) {
			cells += 1;
			const vault = 'throttles' in strike ? throttling : plain;
			// A Vault that the cell before has stopped; it may be running, and then this does nothing.
			await vault.start();
			vault.reset();
			for (const { received } of [recorder, untrusted]) received.length = 0;

			const password = `${OLIVIA.password} ${cells}`;
			vault.user(OLIVIA.username).password = password;
			const origin = vault.url(vault.hosts.promoMats, '');
			const bench = {
				...{ engine, vault, recorder, untrusted, origin, password, credential: '' },
				// In turn, so that each item meets what the one before has left; but in turn the node waits for the next
				// window of a Vault that throttles.
				concurrency: 'throttles' in strike ? 10 : 1,
			};
			if ('address' in strike) bench.origin = strike.address(bench);
			bench.credential = await engine.saveCredential({
				vaultDns: bench.origin,
				username: OLIVIA.username,
				password,
				loginHost: vault.url(vault.hosts.login, ''),
			});
			return bench;
		},
		async close() {
			time.restore();
			await Promise.all([plain, throttling, recorder, untrusted].map((each) => each.close()));
		},
	};
}
