import type { Engine } from '../engine/engine.mts';
import { clock } from '../fixture/clock.mts';
import { OLIVIA, PASSWORD } from '../fixture/data.mts';
import { startFixture } from '../fixture/fixture.mts';
import type { Simulator } from '../simulator/simulator.mts';
import type { Fault } from './faults.mts';
import { startRecorder, startUntrusted, type OtherServer } from './servers.mts';

/** All that one case needs. */
export interface CaseFixture {
	engine: Engine;
	/** The Vault of this case */
	vault: Simulator;
	/** A server that is not Vault's */
	recorder: OtherServer;
	/** A server with a certificate that cannot be trusted */
	untrusted: OtherServer;
	/** Address of the credential's Vault */
	origin: string;
	/** How many items the Veeva Vault node works on at the same time */
	concurrency: number;
	/** ID of this case's credential, and the password in it */
	credential: string;
	password: string;
}

/** What all cases share. Each gets its own login in it, so that nothing that an earlier case left in the process counts. */
export interface CaseFixtures {
	/** Sets up one case. */
	prepare(fault: Fault): Promise<CaseFixture>;
	close(): Promise<void>;
}

/** Starts the engine, the Vaults and the other servers of all cases. */
export async function startCaseFixtures(): Promise<CaseFixtures> {
	const [plain, throttling, recorder, untrusted] = await Promise.all([
		startFixture(),
		startFixture({ vault: { burstLimit: 0, throttleDelay: 40 } }),
		startRecorder(),
		startUntrusted(),
	]);
	let cases = 0;
	return {
		async prepare(fault) {
			cases += 1;
			const { engine, vault, promoMats, credential } = 'throttles' in fault ? throttling : plain;
			// A Vault that the case before has stopped. If it runs, this does nothing.
			await vault.start();
			vault.reset();
			for (const { received } of [recorder, untrusted]) received.length = 0;
			clock.restore();

			const password = `${PASSWORD} ${cases}`;
			vault.user(OLIVIA).password = password;
			const fixture = {
				...{ engine, vault, recorder, untrusted, origin: promoMats, password, credential: '' },
				// In turn, so that each item meets what the one before has left. But in turn, the node waits for the next
				// window of a Vault that throttles.
				concurrency: 'throttles' in fault ? 10 : 1,
			};
			if ('address' in fault) fixture.origin = fault.address(fixture);
			fixture.credential = await credential({ vaultDns: fixture.origin });
			return fixture;
		},
		async close() {
			clock.restore();
			await Promise.all([plain, throttling, recorder, untrusted].map((each) => each.close()));
		},
	};
}
