import { assertBuilt } from '../../harness/build.mts';
import installNodes from './install.mts';

/**
 * What the engine needs, before the first of its test files: the package as built from its present sources, and n8n's
 * own nodes.
 *
 * @throws {Failure} when `dist` is not up to date
 */
export default async function setUp(): Promise<void> {
	assertBuilt(process.cwd());
	await installNodes();
}
