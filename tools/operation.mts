import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Failure } from '../harness/failure.mts';
import { addedExport, addedImport, addedToList, inserted } from './edits.mts';

/** A new operation, as it is named on the command line. */
export interface NewOperation {
	/** Value of the `resource` drop-down: `document` */
	resource: string;
	/** Value of the `operation` drop-down: `getAll` */
	operation: string;
	/** File in `vault/calls/`, named after a section of Veeva's reference: `documents` */
	section: string;
}

/** A file that is written. */
export interface WrittenFile {
	/** In the repository */
	path: string;
	content: string;
	isNew: boolean;
}

const OPERATIONS = 'nodes/VeevaVault/operations';
const CALLS = 'nodes/VeevaVault/vault/calls';
const ROUTES = 'test/simulator/routes';

/** Names that n8n's UX guidelines give to operations. */
const NAMES: Readonly<Record<string, string>> = {
	getAll: 'Get Many',
	upsert: 'Create or Update',
};

/** What JavaScript does not accept as a name. */
const RESERVED = [
	...[
		'await',
		'break',
		'case',
		'catch',
		'class',
		'const',
		'continue',
		'debugger',
		'default',
		'delete',
		'do',
		'else',
	],
	...[
		'enum',
		'export',
		'extends',
		'false',
		'finally',
		'for',
		'function',
		'if',
		'import',
		'in',
		'instanceof',
		'let',
	],
	...[
		'new',
		'null',
		'package',
		'private',
		'protected',
		'public',
		'return',
		'static',
		'super',
		'switch',
		'this',
	],
	...['throw', 'true', 'try', 'typeof', 'var', 'void', 'while', 'with', 'yield'],
];

/**
 * The files of a new operation, from the templates: the call, the operation, the list of operations, the simulated Vault,
 * and the test.
 *
 * @param root the repository's folder, as it is now; nothing is written
 * @returns in the order in which they are best filled in
 * @throws {Failure} when a name is not valid, or the operation exists
 */
export function filesOf(
	root: string,
	{ resource, operation, section }: NewOperation,
): WrittenFile[] {
	for (const name of [resource, operation, section]) {
		if (!/^[a-z][A-Za-z0-9]*$/.test(name)) {
			throw new Failure(`"${name}" is not a name in camelCase, such as document or getAll`);
		}
	}
	const file = `${OPERATIONS}/${resource}/${operation}.ts`;
	if (existsSync(join(root, file))) throw new Failure(`${file} already exists`);

	const read = (path: string) => {
		const place = join(root, path);
		return existsSync(place) ? readFileSync(place, 'utf8') : undefined;
	};
	const words = {
		resource,
		operation,
		section,
		resourceName: titleOf(resource),
		operationName: NAMES[operation] ?? titleOf(operation),
		action: actionOf(resource, operation),
		/** Name of the call and of its route */
		call: `${operation}${capital(resource)}`,
		/** Name of the operation in its file */
		identifier: RESERVED.includes(operation) ? `${operation}Operation` : operation,
	};
	const filled = (template: string) =>
		readFileSync(join(import.meta.dirname, 'templates', template), 'utf8').replace(
			/\{\{(\w+)\}\}/g,
			(_, name: keyof typeof words) => words[name],
		);
	const added = (path: string, header: string, template: string): WrittenFile => {
		const before = read(path);
		return {
			path,
			content: addedExport(before ?? header, filled(template)),
			isNew: before === undefined,
		};
	};
	const changed = (path: string, change: (text: string) => string): WrittenFile => ({
		path,
		content: change(read(path) ?? ''),
		isNew: false,
	});
	return [
		added(
			`${CALLS}/${section}.ts`,
			"import type { CallSettings, VaultCall } from '../http/call';\n",
			'call.ts.txt',
		),
		{ path: file, content: filled('operation.ts.txt'), isNew: true },
		changed(`${OPERATIONS}/index.ts`, (text) => withOperation(text, words)),
		added(
			`${ROUTES}/${section}.mts`,
			"import { success } from '../answers.mts';\nimport type { SignedRoute } from '../call.mts';\n",
			'route.mts.txt',
		),
		changed(`${ROUTES}/table.mts`, (text) =>
			addedToList(
				addedImport(text, words.call, `./${section}.mts`),
				/export const ROUTES[^=]*= \[/,
				words.call,
			),
		),
		added(
			`test/engine/${resource}.test.mts`,
			"import { useFixture } from '../fixture/jest.mts';\n\nconst fixture = useFixture();\n",
			'test.mts.txt',
		),
	];
}

/**
 * The list of operations, with the new one at the end of its resource: the first operation is the default, which n8n does
 * not store in workflows.
 */
function withOperation(
	text: string,
	words: { resource: string; operation: string; identifier: string; resourceName: string },
): string {
	const { resource, operation, identifier, resourceName } = words;
	const isTaken = new RegExp(`^import \\{[^}]*\\b${identifier}\\b[^}]*\\}`, 'm').test(text);
	const name = isTaken ? `${resource}${capital(identifier)}` : identifier;
	const imported = isTaken ? `${identifier} as ${name}` : identifier;
	const withImport = addedImport(text, imported, `./${resource}/${operation}`);
	const entry = new RegExp(`value: '${resource}',[^\\]]*?operations: \\[`);
	if (entry.test(withImport)) return addedToList(withImport, entry, name);
	return inserted(
		withImport,
		/^\t\{\n\t\tname: '(.+)',$/gm,
		/^\];$/m,
		`\t{\n\t\tname: '${resourceName}',\n\t\tvalue: '${resource}',\n\t\tdescription: 'TODO: What the resource is',\n\t\toperations: [${name}],\n\t},\n`,
		resourceName,
	);
}

/** `runAction` → `Run Action` */
function titleOf(name: string): string {
	return capital(name.replace(/[A-Z]/g, (letter) => ` ${letter}`));
}

/** n8n's form: sentence case, without articles. */
function actionOf(resource: string, operation: string): string {
	const words = (name: string) => titleOf(name).toLowerCase();
	const verb = NAMES[operation]?.toLowerCase() ?? words(operation);
	const plural = operation === 'getAll' ? 's' : '';
	return capital(`${verb} ${words(resource)}${plural}`);
}

function capital(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
