/** How long a process takes to load this package, once. */
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { serve } from './rpc.mts';

/** Milliseconds */
export interface LoadTimes {
	/** n8n-workflow, which n8n has loaded in any case */
	workflow: number;
	/** This package's credential and node after that, with an instance of each */
	package: number;
}

const tasks = {
	async load(): Promise<LoadTimes> {
		const require = createRequire(join(process.cwd(), 'package.json'));
		const workflow = timed(() => void require('n8n-workflow'));
		const files = [
			'credentials/VeevaVaultApi.credentials.js',
			'nodes/VeevaVault/VeevaVault.node.js',
		];
		const ours = timed(() => {
			for (const file of files) {
				const module = require(`./dist/${file}`) as Record<string, new () => object>;
				for (const Class of Object.values(module)) new Class();
			}
		});
		return { workflow, package: ours };
	},
};
export type LoadTasks = typeof tasks;

function timed(work: () => void): number {
	const before = performance.now();
	work();
	return performance.now() - before;
}

serve(tasks);
