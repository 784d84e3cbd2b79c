import { randomBytes } from 'node:crypto';

import type { Clock } from './clock.mts';
import { seedDelegations, seedUsers, seedVaults, userDefaults } from './seed.mts';
import type {
	AccessToken,
	ApiToken,
	Delegation,
	DocumentRecord,
	NewDocument,
	NewUser,
	ObjectRecord,
	QueryRecord,
	SalesforceToken,
	SessionRecord,
	SessionView,
	Settings,
	UserRecord,
	VaultRecord,
} from './types.mts';

/** Everything the Vaults remember: users, sessions, delegations, tokens, documents. */
export class State {
	readonly vaults: VaultRecord[] = [];
	readonly users: UserRecord[] = [];
	readonly delegations: Delegation[] = [];
	readonly documents: DocumentRecord[] = [];
	/** Records of Vault objects, by object name. */
	readonly records = new Map<string, ObjectRecord[]>();
	readonly queries = new Map<string, QueryRecord>();
	readonly accessTokens = new Map<string, AccessToken>();
	readonly salesforceTokens = new Map<string, SalesforceToken>();
	readonly apiTokens = new Map<string, ApiToken>();
	/** Expiry of access tokens that an introspection endpoint once called active. */
	readonly seenTokens = new Map<string, number>();
	readonly #sessions = new Map<string, SessionRecord>();
	readonly #clock: Clock;
	readonly #settings: Settings;

	constructor(clock: Clock, settings: Settings) {
		this.#clock = clock;
		this.#settings = settings;
		this.reset();
	}

	/** Back to the seed data. */
	reset(): void {
		this.vaults.splice(0, Infinity, ...seedVaults());
		this.users.splice(0, Infinity, ...seedUsers());
		this.delegations.splice(0, Infinity, ...seedDelegations());
		this.documents.length = 0;
		for (const table of [this.accessTokens, this.salesforceTokens, this.apiTokens]) table.clear();
		this.seenTokens.clear();
		this.queries.clear();
		this.records.clear();
		this.#sessions.clear();
	}

	/** @param host a Vault DNS, with or without port */
	vaultAt(host: string): VaultRecord | undefined {
		const hostName = host.toLowerCase().replace(/:\d+$/, '');
		return this.vaults.find((vault) => vault.hostName === hostName);
	}

	vault(id: number): VaultRecord | undefined {
		return this.vaults.find((vault) => vault.id === id);
	}

	/** The active Vaults a user is a member of, oldest first. */
	vaultsOf(user: UserRecord): VaultRecord[] {
		return this.vaults.filter((vault) => vault.active && user.vaultIds.includes(vault.id));
	}

	findUser(username: string): UserRecord | undefined {
		const wanted = username.toLowerCase();
		return this.users.find((user) => user.username.toLowerCase() === wanted);
	}

	userById(id: number): UserRecord | undefined {
		return this.users.find((user) => user.id === id);
	}

	/** Adds a user, or changes the one who has this user name. */
	addUser(user: NewUser): UserRecord {
		const existing = this.findUser(user.username);
		if (existing) return Object.assign(existing, user);
		const record: UserRecord = {
			...userDefaults(),
			id: Math.max(...this.users.map(({ id }) => id)) + 1,
			email: user.username,
			...user,
		};
		this.users.push(record);
		return record;
	}

	addDocument(document: NewDocument): DocumentRecord {
		const id = this.documents.length + 1;
		const record: DocumentRecord = {
			vaultId: this.vaults[0]?.id ?? 0,
			name: `Document ${id}`,
			createdBy: this.users[0]?.id ?? 0,
			...document,
			id,
		};
		this.documents.push(record);
		return record;
	}

	findDelegation(wanted: Delegation): Delegation | undefined {
		return this.delegations.find(
			(delegation) =>
				delegation.vaultId === wanted.vaultId &&
				delegation.delegator === wanted.delegator &&
				delegation.delegate === wanted.delegate,
		);
	}

	addDelegation(delegation: Delegation): void {
		if (!this.findDelegation(delegation)) this.delegations.push({ ...delegation });
	}

	removeDelegation(delegation: Delegation): void {
		const found = this.findDelegation(delegation);
		if (found) this.delegations.splice(this.delegations.indexOf(found), 1);
	}

	openSession(user: UserRecord, vaultId: number, delegate?: UserRecord): SessionRecord {
		const now = this.#clock.now();
		const session: SessionRecord = {
			id: randomBytes(64).toString('hex').toUpperCase(),
			userId: user.id,
			username: user.username,
			vaultId,
			...(delegate && { delegateUserId: delegate.id }),
			createdAt: now,
			lastActivity: now,
			running: 0,
		};
		this.#sessions.set(session.id, session);
		return session;
	}

	/** @returns the session if it lives; a dead one is forgotten on the way */
	livingSession(id: string): SessionRecord | undefined {
		const session = this.#sessions.get(id);
		if (session && !this.#lives(session)) {
			this.#sessions.delete(id);
			return undefined;
		}
		return session;
	}

	endSession(id: string): void {
		this.#sessions.delete(id);
	}

	endAllSessions(): void {
		this.#sessions.clear();
	}

	sessions(): SessionView[] {
		return [...this.#sessions.values()]
			.filter((session) => this.livingSession(session.id))
			.map(({ running: _, ...view }) => view);
	}

	/** The life of a session as in Vault's "Session Management". */
	#lives(session: SessionRecord): boolean {
		const now = this.#clock.now();
		if (now - session.createdAt >= this.#settings.absoluteTimeout) return false;
		if (session.running === 0 && now - session.lastActivity >= this.#settings.idleTimeout) {
			return false;
		}
		const user = this.userById(session.userId);
		if (!user || user.inactive) return false;
		if (session.delegateUserId === undefined) return true;
		const delegate = this.userById(session.delegateUserId);
		return (
			delegate !== undefined &&
			!delegate.inactive &&
			this.findDelegation({
				delegator: user.username,
				delegate: delegate.username,
				vaultId: session.vaultId,
			}) !== undefined
		);
	}
}
