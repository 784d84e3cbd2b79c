import { toWire } from './control.mts';
import type {
	AccessToken,
	ApiToken,
	CallRecord,
	Delegation,
	Fault,
	NewUser,
	SalesforceToken,
	SessionView,
	UserRecord,
} from './types.mts';

/** The same names as on `Simulator`, for a simulator in another process. */
export interface ControlClient {
	reset(): Promise<void>;
	clock: { advance(ms: number): Promise<void> };
	fail(fault: Fault): Promise<void>;
	killSession(id: string): Promise<void>;
	killSessions(): Promise<void>;
	calls(): Promise<CallRecord[]>;
	sessions(): Promise<SessionView[]>;
	logins(): Promise<number>;
	changes(): Promise<number>;
	addUser(user: NewUser): Promise<UserRecord>;
	addDelegation(delegation: Delegation): Promise<void>;
	accessTokens: { set(token: string, record: AccessToken): Promise<void> };
	salesforceTokens: { set(token: string, record: SalesforceToken): Promise<void> };
	apiTokens: { set(token: string, record: ApiToken): Promise<void> };
}

/**
 * @param origin where the simulator runs, e.g. `http://localhost:9400`
 * @returns its control; each method throws when the simulator refuses or does not answer
 */
export function controlClient(origin: string): ControlClient {
	async function ask<T>(path: string, payload?: object): Promise<T> {
		const response = await fetch(new URL(`/simulator${path}`, origin), {
			...(payload && {
				method: 'POST',
				headers: { 'Content-Type': 'application/json' },
				body: JSON.stringify(payload),
			}),
		});
		if (!response.ok) throw new Error(`Simulator control ${path}: ${await response.text()}`);
		return (await response.json()) as T;
	}

	return {
		reset: () => ask('/reset', {}),
		clock: { advance: (ms) => ask('/clock', { advance: ms }) },
		fail: (fault) => ask('/faults', toWire(fault)),
		killSession: (id) => ask('/kill', { id }),
		killSessions: () => ask('/kill', {}),
		calls: () => ask('/calls'),
		sessions: () => ask('/sessions'),
		logins: async () => (await ask<{ logins: number }>('/counts')).logins,
		changes: async () => (await ask<{ changes: number }>('/counts')).changes,
		addUser: (user) => ask('/users', user),
		addDelegation: (delegation) => ask('/delegations', delegation),
		accessTokens: { set: (token, record) => ask('/accessTokens', { token, record }) },
		salesforceTokens: { set: (token, record) => ask('/salesforceTokens', { token, record }) },
		apiTokens: { set: (token, record) => ask('/apiTokens', { token, record }) },
	};
}
