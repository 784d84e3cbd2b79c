import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { provideCredential, readExample, type VaultHosts } from '../harness/examples.mts';
import { Failure } from '../harness/failure.mts';
import { installN8n } from '../harness/install.mts';
import { startN8n } from '../harness/n8n.mts';
import { signIn } from '../harness/owner.mts';
import { providePackage } from '../harness/package.mts';
import { freePorts } from '../harness/ports.mts';
import { withProgress } from '../harness/progress.mts';
import { N8nRest } from '../harness/rest.mts';
import { startSimulator } from '../test/simulator/simulator.mts';
import { problemOf, stepsOf, table } from './steps.mts';

const MAIN_EXAMPLE = 'delegated-session.json';

/**
 * Runs the main example once in a real n8n of its own, and prints what each step gave. Nothing of it stays, and an n8n
 * that is running already is not touched.
 *
 * @param signal stops it
 * @throws {Failure} when a step failed, naming it, or when something could not be started
 * @throws {Interrupted} when stopped by the signal
 */
export async function runOnce(signal: AbortSignal): Promise<void> {
	await installN8n({ signal });
	const vault = await startSimulator();
	const userFolder = mkdtempSync(join(tmpdir(), 'veeva-vault-demo-'));
	try {
		await withProgress('Preparing the package', () => providePackage(userFolder, { signal }));
		const [port] = await freePorts(1);
		const n8n = await withProgress('Starting n8n', () => startN8n({ userFolder, port, signal }));
		try {
			await runMainExample(new N8nRest(n8n.url), vault.hosts, signal);
		} finally {
			await n8n.stop();
		}
	} finally {
		await vault.close();
		rmSync(userFolder, { recursive: true, force: true });
	}
}

async function runMainExample(
	rest: N8nRest,
	hosts: VaultHosts,
	signal: AbortSignal,
): Promise<void> {
	await signIn(rest);
	const credential = await provideCredential(rest, hosts);
	const test = await rest.testCredential(credential.id);
	if (test.status !== 'OK') throw new Failure(`The credential test failed: ${test.message}`);

	const workflow = await rest.importWorkflow(readExample(MAIN_EXAMPLE, hosts));
	const trigger = workflow.nodes.find(({ type }) => type === 'n8n-nodes-base.manualTrigger');
	if (trigger === undefined) throw new Error(`examples/${MAIN_EXAMPLE} has no manual trigger`);
	const execution = await withProgress(`Running examples/${MAIN_EXAMPLE}`, async () =>
		rest.waitForExecution(await rest.runWorkflow(workflow.id, trigger.name), { signal }),
	);

	const steps = stepsOf(workflow, execution);
	console.log(`\n${table(steps)}\n`);
	const problem = problemOf(steps, execution);
	if (problem !== undefined) throw new Failure(problem);
	console.log(`All ${steps.length} steps succeeded.`);
}
