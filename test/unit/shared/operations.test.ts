import type { INodeProperties } from 'n8n-workflow';

import {
	findOperation,
	operationProperties,
	parameterProperties,
	resourceOptions,
	type ListedOperation,
	type Resource,
} from '../../../packages/shared/operations';

interface Operation extends ListedOperation {
	properties: INodeProperties[];
}

const text = (name: string, more: Partial<INodeProperties> = {}): INodeProperties => ({
	displayName: name,
	name,
	type: 'string',
	default: '',
	...more,
});

const operation = (value: string, properties: INodeProperties[] = []): Operation => ({
	option: { name: value, value, action: `${value} it`, description: '' },
	properties,
});

const get = operation('get', [text('id')]);
const create = operation('create', [
	text('name'),
	text('color', { displayOptions: { show: { painted: [true] }, hide: { plain: [true] } } }),
]);
const getOther = operation('get');

const resources: ReadonlyArray<Resource<Operation>> = [
	{ name: 'Car', value: 'car', description: 'Cars', operations: [get, create] },
	{ name: 'Bike', value: 'bike', operations: [getOther] },
];

test('an operation is found by its resource and its own value', () => {
	expect(findOperation(resources, 'car', 'get')).toBe(get);
	expect(findOperation(resources, 'bike', 'get')).toBe(getOther);
});

test.each([
	['car', 'drive'],
	['bike', 'create'],
	['plane', 'get'],
])('an operation of another version is reported by name: %s %s', (resource, name) => {
	expect(() => findOperation(resources, resource, name)).toThrow(
		`This version of the node has no operation "${name}" of "${resource}"`,
	);
});

test('the list of resources does not contain their operations', () => {
	expect(resourceOptions(resources)).toEqual([
		{ name: 'Car', value: 'car', description: 'Cars' },
		{ name: 'Bike', value: 'bike', description: undefined },
	]);
});

test('each resource has its own list of operations, and begins with the first', () => {
	const lists = operationProperties(resources);
	expect(lists.map(({ name }) => name)).toEqual(['operation', 'operation']);
	expect(lists.map(({ displayOptions }) => displayOptions)).toEqual([
		{ show: { resource: ['car'] } },
		{ show: { resource: ['bike'] } },
	]);
	expect(lists.map(({ options }) => options)).toEqual([
		[get.option, create.option],
		[getOther.option],
	]);
	expect(lists.map(({ default: first }) => first)).toEqual(['get', 'get']);
});

test("a parameter is shown only for its own operation, and keeps the operation's own conditions", () => {
	const shown = parameterProperties(resources, ({ properties }) => properties);
	expect(shown.map(({ name, displayOptions }) => [name, displayOptions])).toEqual([
		['id', { show: { resource: ['car'], operation: ['get'] } }],
		['name', { show: { resource: ['car'], operation: ['create'] } }],
		[
			'color',
			{
				show: { resource: ['car'], operation: ['create'], painted: [true] },
				hide: { plain: [true] },
			},
		],
	]);
});

test('showing parameters does not change the operations', () => {
	parameterProperties(resources, ({ properties }) => properties);
	expect(get.properties[0].displayOptions).toBeUndefined();
});
