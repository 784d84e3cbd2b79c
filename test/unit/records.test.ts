import fc from 'fast-check';

import {
	assertAllDone,
	bulkRecords,
	bulkRecordsInCsv,
	simplified,
} from '../../nodes/VeevaVault/vault/records';

const success = (fields: Record<string, unknown>) => ({
	responseStatus: 'SUCCESS' as const,
	...fields,
});

test.each([
	['a list', { data: [{ id: 1 }, { id: 2 }] }, [{ id: 1 }, { id: 2 }]],
	[
		'a list with numbers beside it',
		{ size: 1, documents: [{ id: 1, name: 'a' }] },
		[{ id: 1, name: 'a' }],
	],
	['wrapped elements', { documents: [{ document: { id: 1 } }] }, [{ id: 1 }]],
	['no elements', { data: [] }, []],
	['one object', { document: { id: 1 } }, [{ id: 1 }]],
	['fields', { id: 1, responseMessage: 'done' }, [{ id: 1, responseMessage: 'done' }]],
	['nothing', {}, [{ responseStatus: 'SUCCESS' }]],
	[
		'several things',
		{ document: { id: 1 }, versions: [{ n: 1 }] },
		[{ document: { id: 1 }, versions: [{ n: 1 }] }],
	],
	['texts', { types: ['a', 'b'] }, [{ types: ['a', 'b'] }]],
	[
		'outcomes',
		{ data: [{ responseStatus: 'FAILURE', errors: [] }] },
		[{ responseStatus: 'FAILURE', errors: [] }],
	],
])('%s', (_name, fields, expected) => {
	expect(simplified(success({ responseDetails: { total: 1 }, ...fields }))).toEqual(expected);
});

test('outcomes in CSV are read as they were written', () => {
	const field = fc.string();
	const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
	fc.assert(
		fc.property(fc.array(fc.tuple(fc.boolean(), field)), (outcomes) => {
			const lines = outcomes.map(([done, message]) =>
				done
					? `SUCCESS,${quoted(message)},`
					: `FAILURE,,${quoted(quoted(`INVALID_DATA|${message}`))}`,
			);
			const records = bulkRecordsInCsv(['responseStatus,id,errors', ...lines].join('\r\n'));
			expect(
				records?.map(({ responseStatus, id, errors }) => [responseStatus, id, errors]),
			).toEqual(
				outcomes.map(([done, message]) =>
					done ? ['SUCCESS', message, []] : ['FAILURE', '', [{ type: 'INVALID_DATA', message }]],
				),
			);
		}),
	);
});

test('other texts are no outcomes', () => {
	for (const text of ['', 'id,name\n1,A', '{"responseStatus":"SUCCESS"}', '<xml/>']) {
		expect(bulkRecordsInCsv(text)).toBeUndefined();
	}
	expect(bulkRecords(success({ data: [{ id: 1 }] }))).toBeUndefined();
	expect(bulkRecords(success({ data: [] }))).toBeUndefined();
});

test('an error tells of the first refusals, and hides what is secret', () => {
	const refused = {
		responseStatus: 'FAILURE',
		errors: [{ type: 'INVALID_DATA', message: 'Not SECRET.' }],
	};
	expect(() =>
		assertAllDone([{ responseStatus: 'SUCCESS' }, ...Array(7).fill(refused)], ['SECRET']),
	).toThrow(
		/^Vault refused 7 of 8 records: record 2: Not \*\*\*\. \[INVALID_DATA\]; .+; and 2 more$/,
	);
	expect(() => assertAllDone([{ responseStatus: 'WARNING' }])).not.toThrow();
});
