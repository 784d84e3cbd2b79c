/** What became of one item. */
export type Result =
	| { is: 'ok' }
	/** The item, or the execution, failed with this message */
	| { is: 'error'; message: string }
	/** The HTTP Request node passed on a refusal of Vault as if it were data */
	| { is: 'body'; type: string }
	/** The HTTP Request node passed on an answer that was not Vault's */
	| { is: 'passed on' };

/** What must become of it: messages by pattern. */
export type Expected = Exclude<Result, { is: 'error' }> | { is: 'error'; says: RegExp };

export const OK = { is: 'ok' } as const;
export const PASSED_ON = { is: 'passed on' } as const;

export function says(pattern: RegExp): Expected {
	return { is: 'error', says: pattern };
}

export function body(type: string): Expected {
	return { is: 'body', type };
}

/** Of five items all are done. */
export const ALL: Expected[] = [OK, OK, OK, OK, OK];

/** Of five items only the third meets the fault. */
export function third(result: Expected): Expected[] {
	return [OK, OK, result, OK, OK];
}

/** Of five items the third and all after it meet the fault. */
export function fromThird(result: Expected): Expected[] {
	return [OK, OK, result, result, result];
}

export function fits(expected: Expected, result: Result): boolean {
	if (expected.is === 'error') return result.is === 'error' && expected.says.test(result.message);
	if (expected.is === 'body') return result.is === 'body' && result.type === expected.type;
	return result.is === expected.is;
}

/**
 * Whether results are what they must be.
 *
 * @param inOrder false where the items are sent at once, so that it is open which of them is the third to arrive
 */
export function allFit(
	expected: readonly Expected[],
	results: readonly Result[],
	inOrder: boolean,
): boolean {
	if (expected.length !== results.length) return false;
	if (inOrder) return expected.every((each, index) => fits(each, results[index]));
	const left = [...results];
	return expected.every((each) => {
		const index = left.findIndex((result) => fits(each, result));
		if (index >= 0) left.splice(index, 1);
		return index >= 0;
	});
}

/** `2 ok · error: … · 2 ok` */
export function describeAll(results: ReadonlyArray<Result | Expected>): string {
	const groups: Array<{ text: string; count: number }> = [];
	for (const text of results.map(describe)) {
		const last = groups.at(-1);
		if (last?.text === text) last.count += 1;
		else groups.push({ text, count: 1 });
	}
	return groups
		.map(({ text, count }) => (results.length === 1 ? text : `${count} ${text}`))
		.join(' · ');
}

function describe(result: Result | Expected): string {
	switch (result.is) {
		case 'error':
			return `error: ${'says' in result ? result.says.source : result.message}`;
		case 'body':
			return `body: ${result.type}`;
		default:
			return result.is;
	}
}
