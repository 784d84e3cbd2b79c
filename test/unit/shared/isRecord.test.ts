import { isRecord } from '../../../packages/shared/isRecord';

test.each([[{}], [{ a: 1 }], [Object.create(null)], [new Date()]])('%p has fields', (value) =>
	expect(isRecord(value)).toBe(true),
);

test.each([[undefined], [null], [[]], [[{}]], [''], ['{}'], [0], [true], [() => {}]])(
	'%p is no object with fields',
	(value) => expect(isRecord(value)).toBe(false),
);
