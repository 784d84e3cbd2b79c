import { join } from 'node:path';

import { assertBuilt } from '../../../harness/build.mts';
import { providePackages } from '../../../harness/packages.mts';
import installNodes from '../../../test/engine/install.mts';

const folder = join(process.cwd(), 'packages/n8n-nodes-dfns');

/**
 * What the engine tests need beyond the repository's own packages: this package as built from its present sources, n8n's
 * own nodes, and Dfns's SDK.
 *
 * @throws {Failure} when `dist` does not match the sources
 */
export default async function setUp(): Promise<void> {
	assertBuilt(folder);
	await installNodes();
	await providePackages(folder);
}
