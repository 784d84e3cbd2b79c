/** Versions as in the example of "Retrieve API Versions": whole numbers first, then three a year. */
export const API_VERSIONS: readonly string[] = [
	...Array.from({ length: 10 }, (_, index) => `v${index + 7}.0`),
	...Array.from({ length: 9 }, (_, year) =>
		[1, 2, 3].map((part) => `v${year + 17}.${part}`),
	).flat(),
	'v26.1',
	'v26.2',
];
