import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import installNodes from '../../../test/engine/install.mts';

const folder = join(process.cwd(), 'packages/n8n-nodes-dfns');

/** Installs what these tests need beyond the repository's own packages, once: n8n's nodes, and Dfns's SDK. */
export default async function install(): Promise<void> {
	await installNodes();
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
