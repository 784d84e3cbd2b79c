/** Time, scaled down: what takes 20 minutes and 48 hours at a real Vault. All in ms. */
export const IDLE_MS = 2_000;
export const ABSOLUTE_MS = 20_000;

/** The credential's Session Timeout, in ms; half of it is the lease. */
export const SESSION_TIMEOUT_MS = 1_000;
export const LEASE_MS = SESSION_TIMEOUT_MS / 2;
