import { fieldErrorTexts, ServiceError } from '../../../packages/shared/serviceError';

test('an error has its texts and its type, and carries no cause', () => {
	const error = new ServiceError('What happened', 'What to do', 'SOME_TYPE');
	expect(error).toBeInstanceOf(Error);
	expect(error).toMatchObject({
		message: 'What happened',
		description: 'What to do',
		type: 'SOME_TYPE',
	});
	expect(error.cause).toBeUndefined();
});

test.each([
	['an empty text', '', 'Limit is empty'],
	['null', null, 'Limit is empty'],
	['a secret, which is not repeated', undefined, 'Limit is not valid'],
	['a text', 'ten', 'Limit is not valid: "ten"'],
	['a number', 0, 'Limit is not valid: "0"'],
	['an object', { a: [1] }, 'Limit is not valid: "{"a":[1]}"'],
	['what has no JSON', Symbol('x'), 'Limit is not valid: "Symbol(x)"'],
	['a text of 100 characters', 'x'.repeat(100), `Limit is not valid: "${'x'.repeat(100)}"`],
	['a longer text', 'x'.repeat(101), `Limit is not valid: "${'x'.repeat(100)}…"`],
])('the message about a field shows %s', (_what, given, message) => {
	expect(fieldErrorTexts('Limit', given, 'a whole number')).toEqual({
		message,
		description: 'Expected a whole number.',
	});
});
