import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { assertBuilt } from '../../../harness/build.mts';
import installNodes from '../../../test/engine/install.mts';

const folder = join(process.cwd(), 'packages/n8n-nodes-dfns');

/**
 * What the engine tests need beyond the repository's own packages: this package as built from its present sources, n8n's
 * own nodes, and Dfns's SDK.
 *
 * @throws {Failure} when `dist` is not up to date
 */
export default async function setUp(): Promise<void> {
	assertBuilt(folder);
	await Promise.all([installNodes(), installSdk()]);
}

async function installSdk(): Promise<void> {
	if (existsSync(join(folder, 'node_modules/@dfns/sdk-keysigner'))) return;
	await new Promise<void>((resolve, reject) => {
		const npm = spawn('npm', ['ci', '--no-audit', '--no-fund'], {
			cwd: folder,
			stdio: ['ignore', 'inherit', 'inherit'],
			shell: process.platform === 'win32',
		});
		npm.once('error', reject);
		npm.once('exit', (code) => {
			if (code === 0) resolve();
			else reject(new Error(`npm ci in packages/n8n-nodes-dfns ended with code ${code}`));
		});
	});
}
