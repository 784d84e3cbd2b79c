import { spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(process.cwd(), 'test/engine/n8n-nodes-base');
const stamp = join(folder, 'node_modules/.complete');

/**
 * Installs n8n's own nodes for the engine tests, once. They have a folder and a lock file of their own, for the
 * install scripts of their native dependencies are not run: the HTTP Request node needs none of them.
 */
export default async function install(): Promise<void> {
	if (existsSync(stamp)) return;
	console.log("Installing n8n's own nodes for the engine tests (once, about a minute)…");
	await new Promise<void>((resolve, reject) => {
		const npm = spawn('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
			cwd: folder,
			stdio: ['ignore', 'inherit', 'inherit'],
			shell: process.platform === 'win32',
		});
		npm.once('error', reject);
		npm.once('exit', (code) => {
			if (code === 0) resolve();
			else reject(new Error(`npm ci in test/engine/n8n-nodes-base ended with code ${code}`));
		});
	});
	// Without copies of their own they use the ones of the engine: its classes have to be the same.
	for (const name of ['n8n-workflow', 'n8n-core']) {
		rmSync(join(folder, 'node_modules', name), { recursive: true, force: true });
	}
	writeFileSync(stamp, '');
}
