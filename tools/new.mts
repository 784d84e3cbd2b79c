/** Creates the files of a new operation: `npm run new -- document get`. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

import { format, resolveConfig } from 'prettier';

import { Failure, messageOf } from '../harness/failure.mts';
import { filesOf } from './operation.mts';

const USAGE = `npm run new -- <resource> <operation> [--section <section>]

Creates the files of a new operation from the templates in tools/templates.

  <resource>   value of the resource, such as document
  <operation>  value of the operation, such as get or getAll
  --section    file in nodes/VeevaVault/vault/calls, named after a section of Veeva's API reference;
               the plural of the resource when not given

Example: npm run new -- document get --section documents`;

const root = join(import.meta.dirname, '..');

try {
	await main();
} catch (error) {
	if (!(error instanceof Failure)) throw error;
	console.error(error.message);
	process.exitCode = 1;
}

async function main(): Promise<void> {
	const { values, positionals } = readArguments();
	const [resource, operation, ...rest] = positionals;
	if (values.help) {
		console.log(USAGE);
		return;
	}
	if (resource === undefined || operation === undefined || rest.length > 0) {
		throw new Failure(USAGE);
	}
	const section = values.section ?? sectionOf(resource);
	const files = filesOf(root, { resource, operation, section });
	// All of them first: a name that cannot be formatted leaves no file behind.
	const formatted = await Promise.all(
		files.map(async ({ path, content }) => {
			const place = join(root, path);
			const options = { ...(await resolveConfig(place)), filepath: place };
			return { place, text: await format(content, options) };
		}),
	);
	for (const { place, text } of formatted) {
		mkdirSync(dirname(place), { recursive: true });
		writeFileSync(place, text);
	}
	const [call, execute, list, route, table, test] = files;
	const what = ({ path, isNew }: { path: string; isNew: boolean }) =>
		`${path} (${isNew ? 'new' : 'changed'})`;
	console.log(`Now fill in each TODO, in this order:

  1. The call                ${what(call)}
  2. The operation           ${what(execute)}
  3. The list of operations  ${what(list)}
  4. The simulated Vault     ${what(route)}
                             ${what(table)}
                             If the simulator knows the call already, delete the new route in both files.
                             If you had to guess what Vault does, say so in test/simulator/README.md.
  5. The test                ${what(test)}
                             npm run build && npx jest ${test.path}
                             It fails until you fill it in.
  6. The documentation       README.md (table of operations), docs/operations.md, CHANGELOG.md

For a new list in the editor: nodes/VeevaVault/editor/<method>.ts, and \`methods\` in nodes/VeevaVault/VeevaVault.node.ts.`);
}

function readArguments() {
	try {
		return parseArgs({
			allowPositionals: true,
			options: { section: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
		});
	} catch (error) {
		throw new Failure(`${messageOf(error)}\n\n${USAGE}`);
	}
}

/** The existing file of the section, or the plural of the resource. */
function sectionOf(resource: string): string {
	const exists = (name: string) =>
		existsSync(join(root, 'nodes/VeevaVault/vault/calls', `${name}.ts`));
	return exists(resource) ? resource : `${resource.replace(/y$/, 'ie')}s`;
}
