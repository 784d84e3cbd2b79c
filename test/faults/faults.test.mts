import { startBenches, type Benches } from './bench.mts';
import { MATRIX } from './matrix.mts';
import { runCell } from './runner.mts';

let benches: Benches;

beforeAll(async () => {
	benches = await startBenches();
});
afterAll(async () => await benches.close());

describe.each([...new Set(MATRIX.map(({ row }) => row.fault))])('%s', (fault) => {
	const cells = MATRIX.filter(({ row }) => row.fault === fault).map(
		(cell) => [cell.way.name, cell.moment, cell] as const,
	);

	test.each(cells)('%s, %s', async (_way, _moment, cell) => {
		const { wrong } = await runCell(benches, cell);
		expect(wrong).toEqual([]);
	});
});
