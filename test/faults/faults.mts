import { clock } from '../fixture/clock.mts';
import { end, MINUTE, OLIVIA } from '../fixture/data.mts';
import type { Fault as CallFault } from '../simulator/types.mts';
import type { CaseFixture } from './fixture.mts';

/** What goes wrong in a case, and how it comes about. */
export type Fault =
	/** It happens to the entry point's own call: the only one, or the third of five */
	| {
			onCall:
				| Omit<CallFault, 'on' | 'after'>
				| ((fixture: CaseFixture) => Omit<CallFault, 'on' | 'after'>);
	  }
	/** It happens to the session, the user or the Vault: just before the only call, or before the third of five */
	| { happens: (fixture: CaseFixture) => void | Promise<void> }
	/** It is in the address of the Vault, and so there from the first call on */
	| { address: (fixture: CaseFixture) => string }
	/** The Vault is one that throttles every response */
	| { throttles: true };

const HOUR = 60 * MINUTE;
const IDLE_MS = 21 * MINUTE;
const LEASE_OVER_MS = 6 * MINUTE;

/** Long enough for all items that are sent at once to have asked for the session. */
const MEANWHILE_MS = 40;

/** The session idles out, so that a login is needed. That login meets the fault. */
export function atLogin(
	fault: Omit<CallFault, 'on'> | ((fixture: CaseFixture) => Omit<CallFault, 'on'>),
): Fault {
	return {
		happens: (fixture) => {
			clock.advance(IDLE_MS);
			const given = typeof fault === 'function' ? fault(fixture) : fault;
			fixture.vault.fail({ delay: MEANWHILE_MS, ...given, on: { method: 'POST', path: '/auth' } });
		},
	};
}

/** The session idles out, so that a login is needed. The user is no longer one who can log in. */
export function userAtLogin(change: Partial<ReturnType<CaseFixture['vault']['user']>>): Fault {
	return {
		happens: ({ vault }) => {
			clock.advance(IDLE_MS);
			Object.assign(vault.user(OLIVIA), change);
		},
	};
}

/** The login burst limit is exceeded so many times. Waiting for the next minute takes no time. */
export function loginLimit(times: number): Fault {
	return {
		happens: ({ vault }) => {
			clock.advance(IDLE_MS);
			clock.skipSleeps();
			vault.fail({
				on: { path: '/auth' },
				with: { error: 'API_LIMIT_EXCEEDED' },
				times,
				delay: 50,
			});
		},
	};
}

/** The lease is over, so that Vault is asked whether the session lives. That call meets the fault. */
export function atKeepAlive(fault: Omit<CallFault, 'on'>): Fault {
	return {
		happens: ({ vault }) => {
			clock.advance(LEASE_OVER_MS);
			vault.fail({ delay: MEANWHILE_MS, ...fault, on: { path: '/keep-alive' } });
		},
	};
}

export const redirect = ({ recorder }: CaseFixture) =>
	({ with: 'redirect', to: `${recorder.origin}/take` }) as const;

export const leaseOver: Fault = { happens: () => clock.advance(LEASE_OVER_MS) };

export const idledOut: Fault = { happens: () => clock.advance(IDLE_MS) };

export const over48Hours: Fault = { happens: () => clock.advance(48 * HOUR) };

export const killed: Fault = { happens: ({ vault }) => vault.killSessions() };

export const killedAndLeaseOver: Fault = {
	happens: ({ vault }) => {
		vault.killSessions();
		clock.advance(LEASE_OVER_MS);
	},
};

export const endedElsewhere: Fault = {
	happens: async ({ engine, credential }) => {
		const { error } = await engine.vault(end, { credential });
		if (error !== undefined) throw error;
	},
};

export const noApiAccess: Fault = {
	happens: ({ vault }) => void (vault.user(OLIVIA).apiAccess = false),
};

export const stopsListening: Fault = { happens: async ({ vault }) => await vault.stop() };
