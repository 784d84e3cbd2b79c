import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { provideCredential, type VaultHosts } from '../harness/examples.mts';
import { Failure } from '../harness/failure.mts';
import { installN8n, USER_FOLDER } from '../harness/install.mts';
import { type N8n, startN8n } from '../harness/n8n.mts';
import { OWNER, signIn } from '../harness/owner.mts';
import { providePackage } from '../harness/package.mts';
import { assertPortFree } from '../harness/ports.mts';
import { withProgress } from '../harness/progress.mts';
import { N8nRest } from '../harness/rest.mts';
import { SEED_PASSWORD, seedUsers } from '../test/simulator/seed.mts';
import { startSimulator } from '../test/simulator/simulator.mts';
import { claim, type Claim } from './claim.mts';
import { RELOAD_ENVIRONMENT, watchPackage, type Compiler } from './watch.mts';
import { provideExamples } from './workspace.mts';

/** How to serve. */
export interface ServeOptions {
	/** Where n8n and the simulated Vault listen, on this machine only. */
	ports: { n8n: number; simulator: number };
	/** Compiles the package and has n8n reload it whenever a source file changes. Otherwise n8n gets the packed package. */
	watch: boolean;
}

/**
 * Runs n8n with the package, a simulated Vault, a credential for it and the examples, until it is stopped. What was done
 * in that n8n is there again at the next start, whether it watches or not.
 *
 * @param options where, and from what
 * @param signal stops everything
 * @throws {Failure} when a port is taken, or something cannot be installed or started, or n8n or the compiler ends by
 *   itself
 * @throws {Interrupted} when stopped by the signal, after everything has ended
 */
export async function serve({ ports, watch }: ServeOptions, signal: AbortSignal): Promise<void> {
	mkdirSync(USER_FOLDER, { recursive: true });
	const claimed = claim(join(USER_FOLDER, 'running.pid'));
	try {
		await assertPortFree(ports.n8n, 'n8n', '--port');
		await assertPortFree(ports.simulator, 'the simulated Vault', '--simulator-port');
		await installN8n({ signal });
		const vault = await startSimulator({ port: ports.simulator });
		try {
			const work = { port: ports.n8n, hosts: vault.hosts, claimed, signal };
			await (watch ? serveSources(work) : servePacked(work));
		} finally {
			await vault.close();
		}
	} finally {
		claimed.release();
	}
}

/** What n8n needs besides the package. */
interface Work {
	port: number;
	hosts: VaultHosts;
	claimed: Claim;
	signal: AbortSignal;
}

async function servePacked(work: Work): Promise<void> {
	const { signal } = work;
	await withProgress('Preparing the package', () => providePackage(USER_FOLDER, { signal }));
	await serveN8n(work);
}

async function serveSources(work: Work): Promise<void> {
	const compiler = await watchPackage(USER_FOLDER, work.signal);
	work.claimed.extendTo(compiler.pid);
	try {
		await serveN8n(work, compiler);
	} finally {
		await compiler.stop();
	}
}

/** @param compiler what n8n is to reload the package from; otherwise it loads the package once */
async function serveN8n(
	{ port, hosts, claimed, signal }: Work,
	compiler?: Compiler,
): Promise<void> {
	const env = compiler && RELOAD_ENVIRONMENT;
	const n8n = await withProgress('Starting n8n', () =>
		startN8n({ userFolder: USER_FOLDER, port, env, signal }),
	);
	claimed.extendTo(n8n.pid);
	try {
		await prepare(n8n, hosts);
		console.log(welcome(n8n, hosts, compiler !== undefined));
		await untilStopped(n8n, compiler, signal);
	} finally {
		if (signal.aborted) console.log('\nStopping …');
		await n8n.stop();
	}
}

async function prepare(n8n: N8n, hosts: VaultHosts): Promise<void> {
	const rest = new N8nRest(n8n.url);
	await signIn(rest);
	const { previousVault } = await provideCredential(rest, hosts);
	await provideExamples(rest, hosts, previousVault);
}

/** Returns when asked to stop. */
async function untilStopped(
	n8n: N8n,
	compiler: Compiler | undefined,
	signal: AbortSignal,
): Promise<void> {
	const stopped = new Promise<void>((resolve) => {
		if (signal.aborted) resolve();
		signal.addEventListener('abort', () => resolve(), { once: true });
	});
	const problem = await Promise.race([
		stopped,
		n8n.exited.then(() => `n8n has ended by itself. The end of its log:\n${n8n.logTail()}`),
		compiler?.exited.then(() => 'The compiler has ended by itself.') ?? stopped,
	]);
	if (problem !== undefined && !signal.aborted) throw new Failure(problem);
}

function welcome(n8n: N8n, hosts: VaultHosts, watches: boolean): string {
	const users = seedUsers()
		.filter(({ authType }) => authType === 'password')
		.map(({ username }) => username);
	return `
n8n with Veeva Vault is running.

  Open               ${n8n.editorUrl}
  E-mail             ${OWNER.email}
  Password           ${OWNER.password}
  Then               open an example and choose "Execute workflow"

  Simulated Vaults   PromoMats http://${hosts.promoMats}, QualityDocs http://${hosts.qualityDocs}
  Users              ${users.join(', ')}
  Their password     ${SEED_PASSWORD}
${watches ? WATCHED : ''}
Press Ctrl-C to stop. Your workflows stay for the next start.
`;
}

const WATCHED = `
  Reloads the node   when you save a file in nodes/, credentials/ or packages/shared/
  Needs a new start  a change of package.json or of the simulated Vault
`;
