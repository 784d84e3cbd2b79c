import { IAN, OLIVIA, PASSWORD, TOM } from '../fixture/data.mts';
import { startFixture, type Fixture } from '../fixture/fixture.mts';
import { ABSOLUTE_MS, IDLE_MS, SESSION_TIMEOUT_MS } from './scale.mts';

/** A user with a credential. */
export interface Login {
	username: string;
	/** Address of the user's Vault */
	origin: string;
	/** ID of the credential */
	credential: string;
	/** Whether the adversary kills this user's sessions. The others live until they expire. */
	killed: boolean;
}

/** The engine, a Vault whose sessions are short, and the users who work in it. */
export interface SoakFixture extends Fixture {
	logins: Login[];
}

export async function startSoakFixture(): Promise<SoakFixture> {
	const fixture = await startFixture({
		vault: {
			idleTimeout: IDLE_MS,
			absoluteTimeout: ABSOLUTE_MS,
			// Time is scaled down, and Vault's limits are per minute: this run is not about them.
			loginBurstLimit: Infinity,
			burstLimit: Infinity,
		},
	});
	const login = async (username: string, origin: string, killed: boolean): Promise<Login> => {
		const credential = await fixture.credential({
			vaultDns: origin,
			username,
			password: PASSWORD,
			sessionTimeout: SESSION_TIMEOUT_MS / 60_000,
		});
		return { username, origin, credential, killed };
	};
	const logins = [
		await login(OLIVIA, fixture.promoMats, true),
		await login(IAN, fixture.promoMats, true),
		await login(TOM, fixture.qualityDocs, false),
	];
	return { ...fixture, logins };
}
