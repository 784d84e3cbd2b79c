import Fastify from 'fastify';

import type { Context } from './call.mts';
import { Clock } from './clock.mts';
import { control } from './control.mts';
import { faultDelay, Faults } from './faults.mts';
import { Journal } from './journal.mts';
import { Limits } from './limits.mts';
import { Listener } from './listener.mts';
import { Pauses } from './pauses.mts';
import { sendMalformedUrl, vaultServer } from './server.mts';
import { State } from './state.mts';
import type {
	AccessToken,
	ApiToken,
	CallFilter,
	CallRecord,
	Delegation,
	DocumentRecord,
	Fault,
	NewDocument,
	NewUser,
	SalesforceToken,
	SessionView,
	SimulatorOptions,
	Settings,
	UserRecord,
	VaultRecord,
} from './types.mts';

const MINUTE = 60_000;

/** A running Veeva Vault on this machine. */
export interface Simulator {
	readonly port: number;
	/** Host and port of each Vault, and of the login service. */
	readonly hosts: { promoMats: string; qualityDocs: string; login: string };
	url(host: string, path: string): string;
	readonly clock: { now(): number; advance(ms: number): void };

	/** @returns the live record of the new user */
	addUser(user: NewUser): UserRecord;
	/** @returns the live record; throws when there is none */
	user(username: string): UserRecord;
	/** The live records of the Vaults. */
	readonly vaults: VaultRecord[];
	addDelegation(delegation: Delegation): void;
	/** Takes delegated access away; sessions opened by it die. */
	removeDelegation(delegation: Delegation): void;
	readonly accessTokens: Map<string, AccessToken>;
	readonly salesforceTokens: Map<string, SalesforceToken>;
	readonly apiTokens: Map<string, ApiToken>;

	/** The living sessions. */
	sessions(): SessionView[];
	/** Ends a session as an administrator would. */
	killSession(id: string): void;
	killSessions(): void;

	/** Vault calls in order of arrival. */
	readonly calls: CallRecord[];
	/** Calls of `POST …/auth` that reached the server. */
	readonly logins: number;
	/** Calls that changed data and were carried out. */
	readonly changes: number;
	/** The most calls that were carried out at the same time. */
	readonly mostAtOnce: number;
	/** Adds a document; what it holds is made up when it is downloaded. */
	addDocument(document: NewDocument): DocumentRecord;
	count(filter: CallFilter & { outcome?: string }): number;

	/** Makes the next matching calls fail. */
	fail(fault: Fault): void;
	/** Seed data, no faults, no sessions, empty log, clock as the machine's. */
	reset(): void;

	/** Stops listening and cuts open connections; sessions and data stay. */
	stop(): Promise<void>;
	/** Listens again on the same port. */
	start(): Promise<void>;
	/** @param options.forget end all sessions, as after a crash */
	restart(options?: { forget?: boolean }): Promise<void>;
	/** Ends the simulator for good. */
	close(): Promise<void>;
}

/**
 * Starts two Vaults, their login service and the HTTP control on one loopback port.
 * @returns the running simulator
 * @throws the socket's error when the port is taken
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const settings: Settings = {
		port: 0,
		idleTimeout: 20 * MINUTE,
		absoluteTimeout: 48 * 60 * MINUTE,
		loginBurstLimit: 20,
		burstLimit: 2000,
		throttleDelay: 500,
		loginDelay: 0,
		requireClientId: true,
		queryRecords: 0,
		...options,
	};
	const clock = new Clock();
	const state = new State(clock, settings);
	const journal = new Journal();
	const limits = new Limits(clock, settings);
	const faults = new Faults();
	const pauses = new Pauses();
	const app = Fastify({ frameworkErrors: (_error, _request, reply) => sendMalformedUrl(reply) });
	const listener = new Listener(settings.port, (request, response) =>
		app.routing(request, response),
	);
	let reopening: NodeJS.Timeout | undefined;

	const dnsOf = (vault: VaultRecord) => `${vault.hostName}:${listener.port}`;
	const context: Context = {
		state,
		clock,
		settings,
		address: (vault) => ({ dns: dnsOf(vault), url: `http://${dnsOf(vault)}` }),
		loginHost: () => `localhost:${listener.port}`,
		pause: (ms) => pauses.wait(ms),
	};

	function cancelReopening(): void {
		clearTimeout(reopening);
		reopening = undefined;
	}

	function refuse(ms: number): void {
		cancelReopening();
		void listener.close();
		if (Number.isFinite(ms)) reopening = setTimeout(() => void listener.open(), ms);
	}

	const simulator: Simulator = {
		get port() {
			return listener.port;
		},
		get hosts() {
			const { port } = listener;
			return {
				promoMats: `localhost:${port}`,
				qualityDocs: `127.0.0.1:${port}`,
				login: context.loginHost(),
			};
		},
		url: (host, path) => `http://${host}${path}`,
		clock,
		addUser: (user) => state.addUser(user),
		user(username) {
			const user = state.findUser(username);
			if (!user) throw new Error(`The simulator has no user ${username}.`);
			return user;
		},
		vaults: state.vaults,
		addDelegation: (delegation) => state.addDelegation(delegation),
		removeDelegation: (delegation) => state.removeDelegation(delegation),
		accessTokens: state.accessTokens,
		salesforceTokens: state.salesforceTokens,
		apiTokens: state.apiTokens,
		sessions: () => state.sessions(),
		killSession: (id) => state.endSession(id),
		killSessions: () => state.endAllSessions(),
		calls: journal.calls,
		get logins() {
			return journal.logins;
		},
		get changes() {
			return journal.changes;
		},
		get mostAtOnce() {
			return journal.mostAtOnce;
		},
		addDocument: (document) => state.addDocument(document),
		count: (filter) => journal.count(filter),
		fail(fault) {
			// No call can be waited for when every connection is to be refused from now on.
			if (fault.with === 'refuse' && !fault.on && !fault.after) refuse(faultDelay(fault));
			else faults.add(fault);
		},
		reset() {
			for (const part of [clock, state, journal, limits, faults]) part.reset();
			// A pending `refuse` is a fault too: its end comes now.
			if (reopening) void simulator.start();
		},
		async stop() {
			cancelReopening();
			await listener.close();
		},
		async start() {
			cancelReopening();
			await listener.open();
		},
		async restart({ forget = false } = {}) {
			await simulator.stop();
			if (forget) state.endAllSessions();
			await simulator.start();
		},
		async close() {
			await simulator.stop();
			pauses.cut();
			await app.close();
		},
	};

	await app.register(control, { prefix: '/simulator', simulator });
	await app.register(vaultServer, { context, journal, limits, faults, refuse });
	await app.ready();
	await listener.open();
	return simulator;
}
