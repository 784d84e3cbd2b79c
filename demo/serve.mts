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
import { claim } from './claim.mts';
import { provideExamples } from './workspace.mts';

/**
 * Runs n8n with the package, a simulated Vault, a credential for it and the examples, until it is stopped. What was done
 * in that n8n is there again at the next start.
 *
 * @param ports where n8n and the simulated Vault are to listen, on this machine only
 * @param signal stops everything
 * @throws {Failure} when a port is taken, or something cannot be installed or started, or n8n ends by itself
 * @throws {Interrupted} when stopped by the signal, after everything has ended
 */
export async function serve(
	ports: { n8n: number; simulator: number },
	signal: AbortSignal,
): Promise<void> {
	mkdirSync(USER_FOLDER, { recursive: true });
	const claimed = claim(join(USER_FOLDER, 'running.pid'));
	try {
		await assertPortFree(ports.n8n, 'n8n', '--port');
		await assertPortFree(ports.simulator, 'the simulated Vault', '--simulator-port');
		await installN8n({ signal });
		const vault = await startSimulator({ port: ports.simulator });
		try {
			await withProgress('Preparing the package', () => providePackage(USER_FOLDER, { signal }));
			const n8n = await withProgress('Starting n8n', () =>
				startN8n({ userFolder: USER_FOLDER, port: ports.n8n, signal }),
			);
			claimed.extendTo(n8n.pid);
			try {
				await prepare(n8n, vault.hosts);
				console.log(welcome(n8n, vault.hosts));
				await untilStopped(n8n, signal);
			} finally {
				if (signal.aborted) console.log('\nStopping …');
				await n8n.stop();
			}
		} finally {
			await vault.close();
		}
	} finally {
		claimed.release();
	}
}

async function prepare(n8n: N8n, hosts: VaultHosts): Promise<void> {
	const rest = new N8nRest(n8n.url);
	await signIn(rest);
	const { previousVault } = await provideCredential(rest, hosts);
	await provideExamples(rest, hosts, previousVault);
}

/** Returns when asked to stop. */
async function untilStopped(n8n: N8n, signal: AbortSignal): Promise<void> {
	const stopped = new Promise<void>((resolve) => {
		if (signal.aborted) resolve();
		signal.addEventListener('abort', () => resolve(), { once: true });
	});
	await Promise.race([stopped, n8n.exited]);
	if (signal.aborted) return;
	throw new Failure(`n8n has ended by itself. The end of its log:\n${n8n.logTail()}`);
}

function welcome(n8n: N8n, hosts: VaultHosts): string {
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

Press Ctrl-C to stop. Your workflows stay for the next start.
`;
}
