import {
	ExpressionError,
	NodeApiError,
	NodeOperationError,
	type IExecuteFunctions,
	type INode,
} from 'n8n-workflow';

import { causes } from '../../../packages/shared/connectionFailure';
import { errorOutput, nodeError } from '../../../packages/shared/itemOutcome';
import { ServiceError } from '../../../packages/shared/serviceError';

const node: INode = {
	id: 'n',
	name: 'Acme',
	type: 'acme',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};
const context = { getNode: () => node } as Partial<IExecuteFunctions> as IExecuteFunctions;
const refused = new ServiceError('Acme refused the call', 'Ask again.', 'REFUSED');

describe('as n8n shows it', () => {
	test('an error of the service is a NodeApiError with our texts and type', () => {
		const error = nodeError(context, refused, 3, false) as NodeApiError;
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error).toMatchObject({
			message: 'Acme refused the call',
			description: 'Ask again.',
			context: { itemIndex: 3 },
		});
	});

	test('wrong input is a NodeOperationError, because nothing was called', () => {
		const error = nodeError(context, refused, 3, true) as NodeOperationError;
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error).toMatchObject({
			message: 'Acme refused the call',
			description: 'Ask again.',
			type: 'REFUSED',
			context: { itemIndex: 3 },
		});
	});

	test('the cause of our own error is left out: it can contain the request', () => {
		const error = new ServiceError('Acme refused the call', '', 'REFUSED');
		error.cause = new Error('secret');
		for (const isInput of [false, true]) {
			const messages = causes(nodeError(context, error, 0, isInput)).map(({ message }) => message);
			expect(messages).toContain('Acme refused the call');
			expect(messages).not.toContain('secret');
		}
	});

	test.each([
		['an error of someone else', new TypeError('x is undefined'), 'x is undefined'],
		['a thrown text', 'oh', 'oh'],
	])('%s keeps its message', (_what, thrown, message) => {
		const error = nodeError(context, thrown, 0, false);
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error.message).toBe(message);
	});
});

describe('as an output item', () => {
	test('an error of the service has its texts and type, and nothing beside `error`', () => {
		expect(errorOutput(refused)).toEqual({
			error: { message: 'Acme refused the call', description: 'Ask again.', type: 'REFUSED' },
		});
	});

	test("what the service's support asks for has the name that is given", () => {
		expect(errorOutput(refused, { acme_id: '17' })).toEqual({
			error: {
				message: 'Acme refused the call',
				description: 'Ask again.',
				type: 'REFUSED',
				acme_id: '17',
			},
		});
	});

	test('an expression without a value counts as wrong input', () => {
		const error = new ExpressionError('No data', { description: 'Run the step before.' });
		expect(errorOutput(error)).toEqual({
			error: { message: 'No data', description: 'Run the step before.', type: 'INVALID_FIELD' },
		});
	});

	test.each([
		[new TypeError('x is undefined'), 'x is undefined'],
		['oh', 'oh'],
	])('anything else has the same fields: %s', (thrown, message) => {
		expect(errorOutput(thrown)).toEqual({
			error: { message, description: '', type: 'CALL_NOT_COMPLETED' },
		});
	});
});
