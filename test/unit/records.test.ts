import {
	assertAllDone,
	bulkRecords,
	bulkRecordsInCsv,
	bulkRecordsInText,
	simplified,
} from '../../nodes/VeevaVault/operations/api/records';
import { fc } from '../fc.mts';

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
		'a list with what Vault says about it',
		{
			responseMessage: 'done',
			warnings: [{ type: 'W' }],
			queryDescribe: { fields: [] },
			data: [{ id: 1 }, { id: 2 }],
		},
		[{ id: 1 }, { id: 2 }],
	],
	['an object with warnings', { warnings: [{ type: 'W' }], data: { id: 1 } }, [{ id: 1 }]],
	['no elements, with warnings', { warnings: [{ type: 'W' }], data: [] }, []],
	[
		'fields with warnings',
		{ id: 1, warnings: [{ type: 'W' }] },
		[{ id: 1, warnings: [{ type: 'W' }] }],
	],
	['warnings only', { warnings: [{ type: 'W' }] }, [{ warnings: [{ type: 'W' }] }]],
	['a message only', { responseMessage: 'done' }, [{ responseMessage: 'done' }]],
	['a description only', { queryDescribe: { fields: [] } }, [{ queryDescribe: { fields: [] } }]],
	[
		'several things',
		{ document: { id: 1 }, versions: [{ n: 1 }] },
		[{ document: { id: 1 }, versions: [{ n: 1 }] }],
	],
	['texts', { types: ['a', 'b'] }, [{ types: ['a', 'b'] }]],
	[
		'a list that belongs to something',
		{ url: '/api/v25.2/services/jobs/61907', job_id: 61907, tasks: [{ id: 1 }] },
		[{ url: '/api/v25.2/services/jobs/61907', job_id: 61907, tasks: [{ id: 1 }] }],
	],
	['no elements of something', { job_id: 61907, tasks: [] }, [{ job_id: 61907, tasks: [] }]],
	[
		'an object with fields beside it',
		{ job_id: 5, url: '/jobs/5', vaultPackage: { id: 'V1' } },
		[{ job_id: 5, url: '/jobs/5', vaultPackage: { id: 'V1' } }],
	],
	[
		'a page of wrapped elements',
		{
			size: 2,
			start: 0,
			limit: 200,
			sort: 'id asc',
			users: [{ user: { id: 1 } }, { user: { id: 2 } }],
		},
		[{ id: 1 }, { id: 2 }],
	],
	[
		'elements of a list that is called otherwise',
		{ data: [{ group: { id: 1 } }, { group: { id: 2 } }] },
		[{ id: 1 }, { id: 2 }],
	],
	[
		'wrapped elements with empty fields beside them',
		{ errorCodes: null, errorType: null, relationships: [{ relationship: { id: 1 } }] },
		[{ id: 1 }],
	],
	[
		'a list with its own address',
		{ responseMessage: 'OK', url: '/api/v25.2/services/jobs/histories', jobs: [{ job_id: 1 }] },
		[{ job_id: 1 }],
	],
	[
		'an object with an address',
		{ url: '/api/v25.2/x', vaultPackage: { id: 'V1' } },
		[{ url: '/api/v25.2/x', vaultPackage: { id: 'V1' } }],
	],
	[
		'elements of one object field',
		{ data: [{ type__v: { id: 'a' } }] },
		[{ type__v: { id: 'a' } }],
	],
	[
		'elements of which one has one object field',
		{ data: [{ document_properties__vr: { id: 1 } }, { id: 2 }] },
		[{ document_properties__vr: { id: 1 } }, { id: 2 }],
	],
	[
		'elements of which not all are wrapped',
		{ documents: [{ document: { id: 1 } }, { document: { id: 2 }, note: 'x' }] },
		[{ document: { id: 1 } }, { document: { id: 2 }, note: 'x' }],
	],
	[
		'outcomes',
		{ data: [{ responseStatus: 'FAILURE', errors: [] }] },
		[{ responseStatus: 'FAILURE', errors: [] }],
	],
])('%s', (_name, fields, expected) => {
	expect(simplified(success({ responseDetails: { total: 1 }, ...fields }))).toEqual(expected);
});

test('outcomes in CSV are read as Vault wrote them', () => {
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

test('outcomes in CSV may be of any length', () => {
	const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
	for (const message of ['a'.repeat(30_000_000), '"a",'.repeat(500_000)]) {
		const error = quoted(quoted(`INVALID_DATA|${message}`));
		const csv = `responseStatus,id,errors\nFAILURE,${quoted(message)},${error}\nSUCCESS,1,\n`;
		const records = bulkRecordsInCsv(csv) ?? [];
		expect(records.map(({ responseStatus }) => responseStatus)).toEqual(['FAILURE', 'SUCCESS']);
		const [{ id, errors }] = records;
		// As texts they would be printed where they differ.
		expect(id === message).toBe(true);
		expect(JSON.stringify(errors) === JSON.stringify([{ type: 'INVALID_DATA', message }])).toBe(
			true,
		);
	}
});

test('other texts are not read as outcomes', () => {
	for (const text of ['', 'id,name\n1,A', '{"responseStatus":"SUCCESS"}', '<xml/>']) {
		expect(bulkRecordsInCsv(text)).toBeUndefined();
	}
	expect(bulkRecords(success({ data: [{ id: 1 }] }))).toBeUndefined();
	expect(bulkRecords(success({ data: [] }))).toBeUndefined();
});

describe('outcomes are found in a text', () => {
	const refusal = (message: string) => ({
		responseStatus: 'FAILURE',
		errors: [{ type: 'INVALID_DATA', message }],
	});

	test('in JSON', () => {
		const data = [{ responseStatus: 'SUCCESS', data: { id: 1 } }, refusal('No.')];
		expect(bulkRecordsInText(JSON.stringify(success({ data })))).toEqual(data);
		expect(bulkRecordsInText(`\n${JSON.stringify(success({ data }), null, 2)}`)).toEqual(data);
	});

	test('in CSV', () => {
		expect(bulkRecordsInText('responseStatus,id,errors\nFAILURE,,INVALID_DATA|No.\n')).toEqual([
			{ id: '', ...refusal('No.') },
		]);
	});

	test('in XML', () => {
		const xml = `<?xml version="1.0"?>
			<VaultResponse>
				<responseStatus>SUCCESS</responseStatus>
				<data><responseStatus>SUCCESS</responseStatus><data><id>1</id></data></data>
				<data>
					<responseStatus> FAILURE </responseStatus>
					<errors><type>INVALID_DATA</type><message>&lt;a&gt; &#38; &#x22;b&quot; &amp;amp; &apos; &constructor; &#9999999;</message></errors>
				</data>
				<data><responseStatus>EXCEPTION</responseStatus></data>
			</VaultResponse>`;
		expect(bulkRecordsInText(xml)).toEqual([
			{ responseStatus: 'SUCCESS', errors: [] },
			refusal('<a> & "b" &amp; \' &constructor; &#9999999;'),
			{ responseStatus: 'EXCEPTION', errors: [] },
		]);
	});

	test.each([
		'',
		'text',
		'id,name\n1,A',
		'{"responseStatus":"SUCCESS"}',
		'{"responseStatus":"SUCCESS","data":[{"id":1}]}',
		'{"data":[{"responseStatus":"FAILURE"}]}',
		'{"responseStatus":',
		'[{"responseStatus":"FAILURE"}]',
		'<xml/>',
		'<VaultResponse><responseStatus>SUCCESS</responseStatus><data><id>1</id></data></VaultResponse>',
		'SUCCESS <responseStatus>FAILURE</responseStatus><responseStatus>FAILURE</responseStatus>',
	])('not in %j', (text) => expect(bulkRecordsInText(text)).toBeUndefined());
});

test('an error shows the first refusals and the execution ID for support', () => {
	const refused = {
		responseStatus: 'FAILURE',
		errors: [{ type: 'INVALID_DATA', message: 'Not so.' }],
	};
	const records = [{ responseStatus: 'SUCCESS' }, ...Array<typeof refused>(7).fill(refused)];
	const thrown = (executionId?: string) => {
		try {
			assertAllDone(records, executionId, (text) => text);
		} catch (error) {
			return error;
		}
		return undefined;
	};
	expect(thrown('e-1')).toMatchObject({
		message: expect.stringMatching(
			/^Vault refused 7 of 8 records: record 2: Not so\. \[INVALID_DATA\]; .+; and 2 more$/,
		),
		description: expect.stringMatching(/ Vault's execution ID: e-1\.$/),
		type: 'INVALID_DATA',
		executionId: 'e-1',
	});
	expect(thrown()).toMatchObject({ description: expect.not.stringContaining('execution ID') });
	expect(() =>
		assertAllDone([{ responseStatus: 'WARNING' }], undefined, (text) => text),
	).not.toThrow();
});
