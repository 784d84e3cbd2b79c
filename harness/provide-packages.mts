/**
 * Installs the development dependencies of folders, where they are missing:
 *
 *     node harness/provide-packages.mts e2e packages/n8n-nodes-dfns
 */
import { resolve } from 'node:path';

import { providePackages } from './packages.mts';

for (const folder of process.argv.slice(2)) await providePackages(resolve(folder));
