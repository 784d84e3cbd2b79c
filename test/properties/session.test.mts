import { VaultError } from '../../nodes/VeevaVault/vault/errors';
import { bindingOf } from '../../nodes/VeevaVault/vault/session/binding';
import { Sessions } from '../../nodes/VeevaVault/vault/session/sessions';
import type {
	LoginIdentity,
	OpenedSession,
	SessionCalls,
	StoredSession,
	VaultSession,
} from '../../nodes/VeevaVault/vault/session/types';
import { fc } from '../fc.mts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const IDLE = 20 * MINUTE;

/** What can happen to one credential, in any order. */
type Event =
	| { does: 'call'; process: number; test: boolean }
	| { does: 'many'; process: number; times: number }
	| { does: 'pass'; ms: number }
	| { does: 'kill' }
	| { does: 'end'; process: number }
	| { does: 'edit'; fields: number }
	| { does: 'refuse'; logins: number };

const events: fc.Arbitrary<Event> = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.record({
			does: fc.constant('call' as const),
			process: fc.nat(1),
			test: fc.boolean(),
		}),
	},
	{
		weight: 3,
		arbitrary: fc.record({
			does: fc.constant('many' as const),
			process: fc.nat(1),
			times: fc.integer({ min: 2, max: 8 }),
		}),
	},
	{
		weight: 3,
		arbitrary: fc.record({
			does: fc.constant('pass' as const),
			ms: fc.oneof(fc.nat(10 * MINUTE), fc.nat(50 * HOUR)),
		}),
	},
	{ weight: 2, arbitrary: fc.constant({ does: 'kill' as const }) },
	{ weight: 1, arbitrary: fc.record({ does: fc.constant('end' as const), process: fc.nat(1) }) },
	{ weight: 2, arbitrary: fc.record({ does: fc.constant('edit' as const), fields: fc.nat(2) }) },
	{
		weight: 1,
		arbitrary: fc.record({
			does: fc.constant('refuse' as const),
			logins: fc.integer({ min: 1, max: 2 }),
		}),
	},
);

/**
 * A Vault, a credential and two n8n processes that share it, with the rules as checks at the moments at which they
 * could be broken.
 */
class Fixture {
	now = Date.UTC(2026, 0, 1);

	private readonly clock = {
		now: () => this.now,
		sleep: async (ms: number) => void (this.now += ms),
	};

	private readonly processes = [new Sessions(this.clock), new Sessions(this.clock)];

	/** Vault's own record */
	private readonly vault = new Map<string, { user: string; startedAt: number; usedAt: number }>();

	/** What n8n has stored */
	private stored: StoredSession | undefined;

	private fields = 0;

	private refusals = 0;

	private opened = 0;

	/** How often time has passed, or sessions have ended without the doing of a call */
	private upheavals = 0;

	/** @param pause what every call to Vault, and every save, takes: nothing, or until the scheduler lets it go on */
	constructor(private readonly pause: () => Promise<void>) {}

	/** Logins under way, by process and login fields */
	private readonly underWay = new Map<string, number>();

	/** The moment from which a refused login must not be sent, by process and login fields */
	private readonly refusedAt = new Map<string, number>();

	private get login(): LoginIdentity {
		const identity = `user ${this.fields}`;
		return { identity, boundTo: identity, sessionTimeoutMs: IDLE };
	}

	private lives(id: string): boolean {
		const session = this.vault.get(id);
		return (
			session !== undefined &&
			this.now - session.usedAt < IDLE &&
			this.now - session.startedAt < 48 * HOUR
		);
	}

	private calls(
		process: number,
		login: LoginIdentity,
		stored: StoredSession | undefined,
		test: boolean,
	): SessionCalls {
		const key = `${process} ${login.identity}`;
		return {
			keepAlive: async ({ id }) => {
				this.checkOwner(id, login);
				await this.pause();
				if (!this.lives(id)) return false;
				this.vault.get(id)!.usedAt = this.now;
				return true;
			},
			logIn: async (): Promise<OpenedSession> => {
				const newer = this.processes[process].usable(login, stored);
				if (newer !== undefined && !test) throw new Error(`Logged in while ${newer.id} was known`);
				const at = this.refusedAt.get(key);
				if (at !== undefined && this.now - at < 5 * MINUTE && !test) {
					throw new Error('Sent a login that was refused less than five minutes ago');
				}
				const logins = (this.underWay.get(key) ?? 0) + 1;
				if (logins > 1) throw new Error('Two logins at once');
				this.underWay.set(key, logins);
				await this.pause();
				this.underWay.set(key, 0);
				if (this.refusals > 0) {
					this.refusals -= 1;
					this.refusedAt.set(key, this.now);
					throw new VaultError('Refused [USER_LOCKED_OUT]', '', 'USER_LOCKED_OUT');
				}
				this.refusedAt.delete(key);
				const id = `session ${++this.opened}`;
				this.vault.set(id, { user: login.identity, startedAt: this.now, usedAt: this.now });
				return { id, userId: '1', vaultId: '1', vaultIds: [] };
			},
		};
	}

	private checkOwner(id: string, login: LoginIdentity): void {
		const owner = this.vault.get(id)?.user;
		if (owner !== undefined && owner !== login.identity) {
			throw new Error(`Used a session of ${owner} for ${login.identity}`);
		}
	}

	/** One call as the Veeva Vault node makes it: signed, and once more if Vault says that the session has ended. */
	private async call(process: number, test: boolean): Promise<void> {
		const sessions = this.processes[process];
		const { login } = this;
		const { upheavals } = this;
		for (const attempt of [1, 2]) {
			// As n8n reads it for this request; what another process saves meanwhile is not known here.
			const { stored } = this;
			const usable = test && attempt === 1 ? undefined : sessions.usable(login, stored);
			const session =
				usable ??
				(await sessions.renew(login, stored, this.calls(process, login, stored, test), {
					forceLogin: test,
				}));
			if (usable === undefined) await this.save(session, login);
			this.checkOwner(session.id, login);
			await this.pause();
			if (this.lives(session.id)) {
				this.vault.get(session.id)!.usedAt = this.now;
				sessions.seenAlive(login, session.id);
				return;
			}
			sessions.seenDead(login, session.id);
		}
		// Twice is all that is tried. Where nothing has happened meanwhile, the second must have done.
		if (this.upheavals === upheavals) throw new Error('Failed for want of a session');
	}

	/** n8n saves what came of a renewal, unless the credential was edited meanwhile. */
	private async save(session: VaultSession, { identity, boundTo }: LoginIdentity): Promise<void> {
		await this.pause();
		if (this.login.identity !== identity) return;
		this.stored = { ...session, binding: bindingOf(session.id, boundTo) };
	}

	async happen(event: Event): Promise<void> {
		switch (event.does) {
			case 'call':
				return await this.tolerateRefusal(this.call(event.process, event.test));
			case 'many':
				await Promise.all(
					Array.from({ length: event.times }, async () => {
						await this.tolerateRefusal(this.call(event.process, false));
					}),
				);
				return;
			case 'pass':
				this.now += event.ms;
				this.upheavals += 1;
				return;
			case 'kill':
				this.vault.clear();
				this.upheavals += 1;
				return;
			case 'end': {
				const session = this.processes[event.process].newest(this.login, this.stored);
				if (session === undefined) return;
				this.processes[event.process].forget(session.id);
				this.stored = undefined;
				this.vault.delete(session.id);
				this.upheavals += 1;
				return;
			}
			case 'edit':
				this.fields = event.fields;
				return;
			case 'refuse':
				this.refusals = event.logins;
		}
	}

	private async tolerateRefusal(call: Promise<void>): Promise<void> {
		await call.catch((error: unknown) => {
			if (!(error instanceof VaultError)) throw error;
		});
	}
}

test('whatever happens in whatever order, calls use the right session, with one login at a time and none without need', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(events, { minLength: 1, maxLength: 40 }), async (story) => {
			const fixture = new Fixture(async () => await Promise.resolve());
			for (const event of story) await fixture.happen(event);
		}),
		{ numRuns: 2000 },
	);
});

test('the same holds when events happen at the same time, in the middle of calls, logins and saves', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.array(events, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 }),
			fc.scheduler(),
			async (story, scheduler) => {
				const fixture = new Fixture(async () => await scheduler.schedule(Promise.resolve()));
				for (const atOnce of story) {
					const all = atOnce.map(async (event) => {
						await scheduler.schedule(Promise.resolve());
						await fixture.happen(event);
					});
					await scheduler.waitFor(Promise.all(all));
				}
			},
		),
		{ numRuns: 1500 },
	);
});
