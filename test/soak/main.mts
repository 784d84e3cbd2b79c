/**
 * The soak: `npm run test:soak`. Thousands of executions in n8n's real engine, with time scaled down, while sessions
 * expire and are killed, and the Vault restarts and refuses. Ends with 1 when an execution failed for want of a
 * session, a login was needless, or memory grew.
 *
 *     node test/soak/main.mts [--executions 5000] [--seconds 75] [--seed 1]
 */

import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { Adversary } from './adversary.mts';
import { startSoakFixture } from './fixture.mts';
import { Judge } from './judge.mts';
import { Memory } from './memory.mts';
import { Random } from './random.mts';
import { printFigures } from './report.mts';
import { IDLE_MS } from './scale.mts';
import { Watch } from './watch.mts';
import { execute } from './workload.mts';

const { values } = parseArgs({
	options: {
		executions: { type: 'string', default: '5000' },
		/** Over at least so many seconds they are spread; a slow machine takes longer */
		seconds: { type: 'string', default: '75' },
		seed: { type: 'string', default: '1' },
	},
});
const EXECUTIONS = Number(values.executions);
const SPREAD_MS = Number(values.seconds) * 1000;
/** Then it stops, however far it has come. */
const GIVE_UP_MS = 10 * 60_000;
const PROGRESS_MS = 3_000;
/** Every so often there are no calls for longer than the idle timeout. In between, the absolute timeout is reached. */
const GAP_EVERY_MS = 24_000;

const random = new Random(Number(values.seed));
const fixture = await startSoakFixture();
const watch = new Watch(fixture.vault);
const adversary = new Adversary(fixture, watch, random);
const judge = new Judge(watch, adversary.deeds);
const memory = new Memory();

let stopped = false;
process.once('SIGINT', () => (stopped = true));

console.log(`${EXECUTIONS} executions over ${SPREAD_MS / 1000} s, seed ${values.seed}`);
const start = performance.now();
const elapsed = () => performance.now() - start;
let nextProgress = PROGRESS_MS;
let nextGap = GAP_EVERY_MS;
let gaps = 0;

while (judge.executions < EXECUTIONS && !stopped && elapsed() < GIVE_UP_MS) {
	const size = Math.min(random.between(20, 50), EXECUTIONS - judge.executions);
	const burst = Array.from({ length: size }, async () => await execute(fixture, random));
	const grace = Math.max(1_000, 2 * judge.longest);
	const [executions] = await Promise.all([Promise.all(burst), adversary.act(grace)]);
	judge.add(executions);

	if (elapsed() > nextProgress) {
		nextProgress = elapsed() + PROGRESS_MS;
		const heap = memory.sample();
		console.log(
			[
				`${Math.round(elapsed() / 1000)} s`.padStart(6),
				`${judge.executions} executions`.padStart(16),
				`${watch.logins} logins`.padStart(11),
				`${judge.unreachable} unreachable`.padStart(16),
				`${judge.wrong.length} wrong`.padStart(9),
				`heap ${(heap / 1e6).toFixed(1)} MB`.padStart(15),
			].join(' '),
		);
	}
	if (elapsed() > nextGap) {
		nextGap = elapsed() + GAP_EVERY_MS;
		gaps += 1;
		await wait(IDLE_MS + random.between(200, 800));
	} else {
		// Keeps to the pace.
		await wait(Math.max(0, (judge.executions / EXECUTIONS) * SPREAD_MS - elapsed()));
	}
}
const seconds = elapsed() / 1000;
await fixture.vault.close();

const good = printFigures({ judge, watch, memory, deeds: adversary.deeds, gaps, seconds });
process.exitCode = good ? 0 : 1;
