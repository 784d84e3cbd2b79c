import { setTimeout as wait } from 'node:timers/promises';

import type { SessionView } from '../simulator/types.mts';
import type { SoakFixture } from './fixture.mts';
import type { Random } from './random.mts';
import type { Watch } from './watch.mts';

/** What the adversary did. */
export interface Deeds {
	kills: number;
	restarts: number;
	/** Of the restarts, those in which all sessions were lost */
	forgetful: number;
	refusals: number;
	/** When no server listened, from and to in ms since 1970 */
	outages: Array<readonly [from: number, to: number]>;
}

/** Makes life hard for sessions, at random. */
export class Adversary {
	readonly deeds: Deeds = { kills: 0, restarts: 0, forgetful: 0, refusals: 0, outages: [] };

	readonly #fixture: SoakFixture;

	readonly #watch: Watch;

	readonly #random: Random;

	constructor(fixture: SoakFixture, watch: Watch, random: Random) {
		this.#fixture = fixture;
		this.#watch = watch;
		this.#random = random;
	}

	/**
	 * Does one thing at the most.
	 *
	 * @param grace so many ms a new session is left alone, longer than any execution takes: one whose call loses two
	 *   sessions one after the other fails by design, for it is repeated once
	 */
	async act(grace: number): Promise<void> {
		await wait(this.#random.between(0, 150));
		const dice = this.#random.next();
		if (dice < 0.25) this.#kill(grace);
		else if (dice < 0.31) await this.#restart();
		else if (dice < 0.33) await this.#forgetfulRestart(grace);
		else if (dice < 0.4) await this.#refuse(this.#random.between(50, 300));
	}

	/** An administrator ends the session of a user. */
	#kill(grace: number): void {
		const { vault, logins } = this.#fixture;
		const { username } = this.#random.pick(logins.filter(({ killed }) => killed));
		const ids = vault
			.sessions()
			.filter((session) => session.username === username && !this.#isYoung(session, grace))
			.map(({ id }) => id);
		this.#watch.end('killed', ids);
		for (const id of ids) vault.killSession(id);
		this.deeds.kills += ids.length;
	}

	/** All sessions live on. */
	async #restart(): Promise<void> {
		this.deeds.restarts += 1;
		await this.#outage(async () => await this.#fixture.vault.stop());
	}

	/** All sessions are lost, if all are old enough. */
	async #forgetfulRestart(grace: number): Promise<void> {
		const { vault } = this.#fixture;
		await this.#outage(async () => {
			await vault.stop();
			const sessions = vault.sessions();
			if (sessions.some((session) => this.#isYoung(session, grace))) return;
			this.#watch.end(
				'forgotten in a restart',
				sessions.map(({ id }) => id),
			);
			vault.killSessions();
			this.deeds.forgetful += 1;
		});
		this.deeds.restarts += 1;
	}

	#isYoung({ createdAt }: SessionView, grace: number): boolean {
		return this.#fixture.vault.clock.now() - createdAt < grace;
	}

	async #refuse(ms: number): Promise<void> {
		this.deeds.refusals += 1;
		await this.#outage(async () => {
			await this.#fixture.vault.stop();
			await wait(ms);
		});
	}

	async #outage(happens: () => Promise<void>): Promise<void> {
		const from = Date.now();
		await happens();
		await this.#fixture.vault.start();
		this.deeds.outages.push([from, Date.now()]);
	}
}
