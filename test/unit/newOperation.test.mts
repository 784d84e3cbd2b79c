import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import ts from 'typescript';

import { filesOf, type NewOperation } from '../../tools/operation.mts';

const INDEX = 'nodes/VeevaVault/operations/index.ts';
const TABLE = 'test/simulator/routes/table.mts';

let root: string;

function write(path: string, content: string): void {
	const place = join(root, path);
	mkdirSync(dirname(place), { recursive: true });
	writeFileSync(place, content);
}

/** Creates the files of an operation in a small repository, and says what is in each. */
function create(operation: NewOperation): Map<string, string> {
	const files = filesOf(root, operation);
	for (const { path, content } of files) write(path, content);
	return new Map(files.map(({ path, content }) => [path, content]));
}

beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'new-operation-'));
	write(
		INDEX,
		`import { getAll } from './delegation/getAll';
import { optionsOf } from './options';
import { run } from './query/run';

export const resources = [
	{
		name: 'Delegation',
		value: 'delegation',
		operations: [getAll],
	},
	{
		name: 'Query',
		value: 'query',
		operations: [run],
	},
];
`,
	);
	write(
		TABLE,
		`import {
	createDocument,
	readDocument,
} from './documents.mts';
import { submitQuery } from './query.mts';

export const ROUTES: readonly Route[] = [createDocument, readDocument, submitQuery];
`,
	);
	write('test/simulator/routes/documents.mts', 'export const readDocument = 1;\n');
});
afterEach(() => rmSync(root, { recursive: true }));

const get = { resource: 'document', operation: 'get', section: 'documents' };

test('a new operation is called, listed, simulated and tested under the same names', () => {
	const files = create(get);
	expect([...files.keys()]).toEqual([
		'nodes/VeevaVault/vault/calls/documents.ts',
		'nodes/VeevaVault/operations/document/get.ts',
		INDEX,
		'test/simulator/routes/documents.mts',
		TABLE,
		'test/engine/document.test.mts',
	]);
	const text = (path: string) => files.get(path) ?? '';
	expect(text('nodes/VeevaVault/vault/calls/documents.ts')).toContain('function getDocument(');
	expect(text('nodes/VeevaVault/operations/document/get.ts')).toContain('export const get:');
	expect(text('test/simulator/routes/documents.mts')).toMatch(
		/^export const readDocument = 1;\n[\s\S]*export const getDocument:/,
	);
	expect(text('test/engine/document.test.mts')).toContain("describe('Document › Get'");
});

test('a new resource is listed in alphabetical order', () => {
	const index = create(get).get(INDEX) ?? '';
	expect([...index.matchAll(/value: '(\w+)'/g)].map(([, value]) => value)).toEqual([
		'delegation',
		'document',
		'query',
	]);
	expect([...index.matchAll(/from '(.*)'/g)].map(([, from]) => from)).toEqual([
		'./delegation/getAll',
		'./document/get',
		'./options',
		'./query/run',
	]);
});

test('an operation of an existing resource comes last, because the first one is the default', () => {
	const index = create({ resource: 'query', operation: 'explain', section: 'query' }).get(INDEX);
	expect(index).toContain('operations: [run, explain]');
});

test('an operation with the name of another one is imported under a name of its own', () => {
	const index = create({ ...get, operation: 'getAll' }).get(INDEX);
	expect(index).toContain("import { getAll as documentGetAll } from './document/getAll';");
	expect(index).toContain('operations: [documentGetAll]');
});

test('an operation whose name JavaScript reserves has another name in its file', () => {
	const files = create({ ...get, operation: 'delete' });
	const operation = files.get('nodes/VeevaVault/operations/document/delete.ts') ?? '';
	expect(operation).toContain('export const deleteOperation:');
	expect(operation).toContain("value: 'delete'");
	expect(files.get(INDEX)).toContain("import { deleteOperation } from './document/delete';");
});

test('the route joins the other routes of its file', () => {
	const table = create(get).get(TABLE) ?? '';
	expect(table.match(/documents\.mts/g)).toHaveLength(1);
	expect(table).toContain('[createDocument, readDocument, submitQuery, getDocument]');
});

test('a second operation is added to the same files', () => {
	create(get);
	const files = create({ ...get, operation: 'getAll' });
	const tests = files.get('test/engine/document.test.mts') ?? '';
	expect(tests).toMatch(/Document › Get'[\s\S]*Document › Get Many'/);
	expect(tests.match(/useFixture\(\)/g)).toHaveLength(1);
	expect(files.get(INDEX)).toContain('operations: [get, documentGetAll]');
});

test.each([
	[{ ...get, resource: 'Document' }, '"Document" is not a name in camelCase'],
	[{ ...get, operation: '../get' }, '"../get" is not a name in camelCase'],
	[{ ...get, section: '' }, '"" is not a name in camelCase'],
])('a name that is not valid is refused: %j', (operation, message) => {
	expect(() => filesOf(root, operation)).toThrow(message);
});

test('an operation that exists is not overwritten', () => {
	create(get);
	expect(() => filesOf(root, get)).toThrow(
		'nodes/VeevaVault/operations/document/get.ts already exists',
	);
});

test('a call that exists is not created again', () => {
	write('nodes/VeevaVault/vault/calls/documents.ts', 'export function getDocument() {}\n');
	expect(() => filesOf(root, get)).toThrow('getDocument already exists');
});

test('the templates fit this repository, and are valid TypeScript', () => {
	const files = filesOf(process.cwd(), {
		resource: 'zebra',
		operation: 'gallop',
		section: 'zebras',
	});
	for (const { path, content } of files) {
		const { diagnostics } = ts.transpileModule(content, { reportDiagnostics: true });
		expect([path, diagnostics]).toEqual([path, []]);
		expect(content).not.toContain('{{');
		expect(content).toMatch(/gallop/);
	}
});
