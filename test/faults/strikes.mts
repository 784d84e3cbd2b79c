import type { Fault } from '../simulator/types.mts';
import { OLIVIA } from '../engine/world.mts';
import type { Bench } from './bench.mts';
import { time } from './time.mts';

/** How a fault comes about. */
export type Strike =
	/** It befalls the way's own call: the only one, or the third of five */
	| { befalls: Omit<Fault, 'on' | 'after'> | ((bench: Bench) => Omit<Fault, 'on' | 'after'>) }
	/** It happens to the session, the user or the Vault: just before the only call, or before the third of five */
	| { happens: (bench: Bench) => void | Promise<void> }
	/** It is in the address of the Vault, and so there from the first call on */
	| { address: (bench: Bench) => string }
	/** The Vault is one that throttles every answer */
	| { throttles: true };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const IDLE_MS = 21 * MINUTE;
const LEASE_OVER_MS = 6 * MINUTE;

/** Long enough for all items that are sent at once to have asked for the session. */
const MEANWHILE_MS = 40;

/** The session idles out, so that a login is needed; that one meets the fault. */
export function atLogin(fault: Omit<Fault, 'on'> | ((bench: Bench) => Omit<Fault, 'on'>)): Strike {
	return {
		happens: (bench) => {
			time.advance(IDLE_MS);
			const given = typeof fault === 'function' ? fault(bench) : fault;
			bench.vault.fail({ delay: MEANWHILE_MS, ...given, on: { method: 'POST', path: '/auth' } });
		},
	};
}

/** The session idles out, so that a login is needed; the user is no longer one who can log in. */
export function userAtLogin(change: Partial<ReturnType<Bench['vault']['user']>>): Strike {
	return {
		happens: ({ vault }) => {
			time.advance(IDLE_MS);
			Object.assign(vault.user(OLIVIA.username), change);
		},
	};
}

/** The login burst limit is exceeded so many times, always at the end of a minute. */
export function loginLimit(times: number): Strike {
	return {
		happens: ({ vault }) => {
			time.advance(IDLE_MS);
			time.freezeBeforeMinute();
			vault.fail({
				on: { path: '/auth' },
				with: { error: 'API_LIMIT_EXCEEDED' },
				times,
				delay: 50,
			});
		},
	};
}

/** The lease is over, so that Vault is asked whether the session lives; that call meets the fault. */
export function atKeepAlive(fault: Omit<Fault, 'on'>): Strike {
	return {
		happens: ({ vault }) => {
			time.advance(LEASE_OVER_MS);
			vault.fail({ delay: MEANWHILE_MS, ...fault, on: { path: '/keep-alive' } });
		},
	};
}

export const redirect = ({ recorder }: Bench) =>
	({ with: 'redirect', to: `${recorder.origin}/take` }) as const;

export const leaseOver: Strike = { happens: () => time.advance(LEASE_OVER_MS) };

export const idledOut: Strike = { happens: () => time.advance(IDLE_MS) };

export const over48Hours: Strike = { happens: () => time.advance(48 * HOUR) };

export const killed: Strike = { happens: ({ vault }) => vault.killSessions() };

export const killedAndLeaseOver: Strike = {
	happens: ({ vault }) => {
		vault.killSessions();
		time.advance(LEASE_OVER_MS);
	},
};

export const endedElsewhere: Strike = {
	happens: async ({ engine, credential }) => {
		const { error } = await engine.vault({ resource: 'session', operation: 'end' }, { credential });
		if (error !== undefined) throw error;
	},
};

export const noApiAccess: Strike = {
	happens: ({ vault }) => void (vault.user(OLIVIA.username).apiAccess = false),
};

export const stopsListening: Strike = { happens: async ({ vault }) => await vault.stop() };
