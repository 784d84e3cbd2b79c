import { startCaseFixtures, type CaseFixtures } from './fixture.mts';
import type { Row } from './matrix/row.mts';
import { casesOf } from './matrix.mts';
import { runCase } from './runner.mts';

/** Makes a Jest test of every case of some faults. */
export function describeFaults(rows: readonly Row[]): void {
	let fixtures: CaseFixtures;
	beforeAll(async () => void (fixtures = await startCaseFixtures()));
	afterAll(async () => await fixtures.close());

	describe.each(rows.map((row) => [row.title, row] as const))('%s', (_title, row) => {
		const cases = casesOf([row]).map((one) => [one.entryPoint.name, one.moment, one] as const);

		test.each(cases)('%s, %s', async (_entryPoint, _moment, one) => {
			const { wrong } = await runCase(fixtures, one);
			expect(wrong).toEqual([]);
		});
	});
}
