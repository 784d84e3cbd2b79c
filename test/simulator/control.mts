import type { FastifyInstance } from 'fastify';

import type { Simulator } from './simulator.mts';
import type { CallFilter, Delegation, Fault, NewUser } from './types.mts';

/** A fault as JSON carries it: a pattern as its source, Infinity as a word. */
export type WireFault = Omit<Fault, 'on' | 'times' | 'delay'> & {
	on?: Omit<CallFilter, 'path'> & { path?: string | { pattern: string; flags: string } };
	times?: number | 'Infinity';
	delay?: number | 'Infinity';
};

/** The control of a running simulator, for other processes. */
export async function control(
	app: FastifyInstance,
	{ simulator }: { simulator: Simulator },
): Promise<void> {
	const done = { ok: true };

	app.get('/', async () => ({ hosts: simulator.hosts, now: simulator.clock.now() }));
	app.get('/calls', async () => simulator.calls);
	app.get('/sessions', async () => simulator.sessions());
	app.get('/counts', async () => ({ logins: simulator.logins, changes: simulator.changes }));

	app.post('/reset', async () => {
		simulator.reset();
		return done;
	});
	app.post<{ Body: { advance: number } }>(
		'/clock',
		{ schema: body(['advance'], { advance: { type: 'number', minimum: 0 } }) },
		async ({ body: { advance } }) => {
			simulator.clock.advance(advance);
			return { now: simulator.clock.now() };
		},
	);
	app.post<{ Body: WireFault }>(
		'/faults',
		{ schema: body(['with'], {}) },
		async ({ body: fault }) => {
			simulator.fail(fromWire(fault));
			return done;
		},
	);
	app.post<{ Body: { id?: string } | undefined }>('/kill', async ({ body: kill }) => {
		if (kill?.id === undefined) simulator.killSessions();
		else simulator.killSession(kill.id);
		return done;
	});
	app.post<{ Body: NewUser }>(
		'/users',
		{ schema: body(['username'], { username: { type: 'string', minLength: 1 } }) },
		async ({ body: user }) => simulator.addUser(user),
	);
	app.post<{ Body: Delegation }>(
		'/delegations',
		{ schema: body(['delegator', 'delegate', 'vaultId'], { vaultId: { type: 'number' } }) },
		async ({ body: delegation }) => {
			simulator.addDelegation(delegation);
			return done;
		},
	);

	tokenTable(app, 'accessTokens', simulator.accessTokens);
	tokenTable(app, 'salesforceTokens', simulator.salesforceTokens);
	tokenTable(app, 'apiTokens', simulator.apiTokens);

	app.setNotFoundHandler((_request, reply) =>
		reply.code(404).send({ message: 'The simulator has no such control.' }),
	);
}

/** @returns a fault that JSON can carry */
export function toWire({ on, times, delay, ...rest }: Fault): WireFault {
	const path =
		on?.path instanceof RegExp ? { pattern: on.path.source, flags: on.path.flags } : on?.path;
	return {
		...rest,
		...(on && { on: { ...on, path } }),
		...(times !== undefined && { times: wireNumber(times) }),
		...(delay !== undefined && { delay: wireNumber(delay) }),
	};
}

function fromWire({ on, times, delay, ...rest }: WireFault): Fault {
	const path = typeof on?.path === 'object' ? new RegExp(on.path.pattern, on.path.flags) : on?.path;
	return {
		...rest,
		...(on && { on: { ...on, path } }),
		...(times !== undefined && { times: Number(times) }),
		...(delay !== undefined && { delay: Number(delay) }),
	};
}

function wireNumber(number: number): number | 'Infinity' {
	return Number.isFinite(number) ? number : 'Infinity';
}

function tokenTable<R>(app: FastifyInstance, name: string, table: Map<string, R>): void {
	app.post<{ Body: { token: string; record: R } }>(
		`/${name}`,
		{ schema: body(['token', 'record'], { token: { type: 'string' } }) },
		async ({ body: { token, record } }) => {
			table.set(token, record);
			return { ok: true };
		},
	);
}

function body(required: string[], properties: Record<string, object>): { body: object } {
	return { body: { type: 'object', required, properties } };
}
