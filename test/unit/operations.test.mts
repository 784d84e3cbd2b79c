import { operationsSignedBy, resources } from '../../nodes/VeevaVault/operations';

interface Signed {
	signedBy: string;
	option: { value: string };
}

/** The values under which several operations are found that are not signed by the same. */
function mixedValues(given: ReadonlyArray<{ operations: readonly Signed[] }>): string[] {
	const kinds = new Map<string, Set<string>>();
	for (const { signedBy, option } of given.flatMap(({ operations }) => operations)) {
		kinds.set(option.value, (kinds.get(option.value) ?? new Set()).add(signedBy));
	}
	return [...kinds].filter(([, signedBy]) => signedBy.size > 1).map(([value]) => value);
}

// The node asks for a credential by the value of the operation, whatever the resource is.
test('operations of the same value are signed alike in every resource', () => {
	expect(mixedValues(resources)).toEqual([]);
});

test('operations of the same value that are signed differently are found', () => {
	const operation = (value: string, signedBy: string) => ({ signedBy, option: { value } });
	expect(
		mixedValues([
			{ operations: [operation('getAll', 'session'), operation('get', 'session')] },
			{ operations: [operation('getAll', 'nothing'), operation('get', 'session')] },
		]),
	).toEqual(['getAll']);
});

test('every operation has exactly one way of signing', () => {
	const all = resources.flatMap(({ operations }) => operations);
	const kinds = [...new Set(all.map(({ signedBy }) => signedBy))];
	expect(kinds.flatMap((kind) => operationsSignedBy(kind)).sort()).toEqual(
		all.map(({ option }) => option.value).sort(),
	);
});
