import type { ContenderName } from './contenders.mts';
import type { Case, CrowdResult } from './crowds.mts';
import type { ItemResult } from './items.mts';
import type { PackageResult } from './package.mts';
import { summary } from './summary.mts';
import {
	CONCURRENCY,
	DISTANCE_MS,
	FILE_BYTES,
	ITEMS,
	RECORDS,
	type ThroughputResult,
} from './throughput.mts';

/** Everything that one run has measured. */
export interface Results {
	crowds: CrowdResult[];
	items: ItemResult[];
	throughput: ThroughputResult;
	package: PackageResult;
}

/** A number that this project holds. */
export interface Bar {
	what: string;
	bar: string;
	measured: string;
	met: boolean;
	/** Times depend on what else the machine does: only counts fail a run. */
	kind: 'count' | 'time';
}

const MAX_RATIO = 1.1;
const MAX_PACKED_BYTES = 150_000;
const MAX_LOAD_MS = 40;
const CROWD = 200;
const MIN_FASTER = 8;
const MAX_PAGE_RATIO = 1.2;
const MAX_FILE_MEMORY = 100_000_000;

/** Holds the results against the bars. */
export function bars({ crowds, items, throughput, package: weight }: Results): Bar[] {
	const crowd = (contender: ContenderName, state: Case, what: string): Bar => {
		const found = pick(
			crowds,
			(result) =>
				result.contender === contender && result.case === state && result.executions === CROWD,
		);
		const { logins, failed } = found;
		return {
			what: `${CROWD} executions at once, ${what}`,
			bar: '1 login, 0 failed',
			measured: `${logins} ${logins === 1 ? 'login' : 'logins'}, ${failed} failed`,
			met: logins === 1 && failed === 0,
			kind: 'count',
		};
	};
	const item = (contender: ContenderName, mode: ItemResult['mode']) =>
		pick(items, (result) => result.contender === contender && result.mode === mode);
	const wall = (mode: ItemResult['mode'], rival: ContenderName, what: string): Bar => {
		const rivals = item(rival, mode).wallMs;
		const ratios = item('node', mode).wallMs.map((ms, round) => ms / rivals[round]);
		const ratio = summary(ratios).median;
		return {
			what: `wall time per item, ${what}`,
			bar: `≤ ${MAX_RATIO} ×`,
			measured: `${ratio.toFixed(2)} ×`,
			met: ratio <= MAX_RATIO,
			kind: 'time',
		};
	};
	const own = items.filter(({ contender }) => contender === 'node');
	const calls = Math.max(...own.map(({ callsPerItem }) => callsPerItem));
	const failures = own.reduce((sum, { failed }) => sum + failed, 0);
	return [
		crowd('node', 'none', 'no session'),
		crowd('node', 'stale', 'stale session'),
		crowd('node', 'killed', 'ended session'),
		crowd('http', 'none', 'no session, HTTP Request node, our credential'),
		crowd('http', 'stale', 'stale session, HTTP Request node, our credential'),
		crowd('http', 'later', 'ended session after the lease, HTTP Request node, our credential'),
		{
			what: 'calls to Vault per item, warm session',
			bar: '1, 0 failed',
			measured: `${calls}, ${failures} failed`,
			met: calls === 1 && failures === 0,
			kind: 'count',
		},
		wall('turn', 'peer', 'compared with HTTP Request node, peer: one item per execution'),
		wall('turn', 'http', 'compared with HTTP Request node, our credential: one item per execution'),
		wall('paced', 'peer', 'compared with HTTP Request node, peer: 1,000 items, in batches'),
		wall('once', 'peer', 'compared with HTTP Request node, peer: 1,000 items, all at once'),
		...throughputBars(throughput),
		{
			what: 'packed size',
			bar: `≤ ${MAX_PACKED_BYTES / 1000} kB`,
			measured: `${(weight.packedBytes / 1000).toFixed(1)} kB`,
			met: weight.packedBytes <= MAX_PACKED_BYTES,
			kind: 'count',
		},
		{
			what: 'load time in addition to n8n-workflow',
			bar: `≤ ${MAX_LOAD_MS} ms`,
			measured: `${weight.load.median.toFixed(1)} ms`,
			met: weight.load.median <= MAX_LOAD_MS,
			kind: 'time',
		},
	];
}

function throughputBars({ distant, query, files, throttled }: ThroughputResult): Bar[] {
	const times = (value: number) => `${value.toFixed(2)} ×`;
	const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
	const title = `${ITEMS.toLocaleString('en')} items at ${DISTANCE_MS} ms per call, ${CONCURRENCY} at a time`;
	const faster = distant.oneByOne / distant.node;
	const batches = (rival: 'http' | 'peer', what: string): Bar => ({
		what: `${title}: time compared with HTTP Request node, ${what}, ${CONCURRENCY} items every ${DISTANCE_MS} ms`,
		bar: '≤ 1 ×',
		measured: times(distant.node / distant[rival]),
		met: distant.node <= distant[rival],
		kind: 'time',
	});
	const records = RECORDS.toLocaleString('en');
	const file = (mode: string, bytes: number, whole: boolean): Bar => ({
		what: `memory to ${mode} a file of ${megabytes(FILE_BYTES)}`,
		bar: `< ${MAX_FILE_MEMORY / 1e6} MB growth`,
		measured: whole ? megabytes(bytes) : 'not the whole file',
		met: whole && bytes < MAX_FILE_MEMORY,
		kind: 'count',
	});
	return [
		{
			what: `${title}: speed compared with one by one`,
			bar: `≥ ${MIN_FASTER} ×`,
			measured: times(faster),
			met: faster >= MIN_FASTER,
			kind: 'time',
		},
		batches('http', 'our credential'),
		batches('peer', 'peer'),
		{
			what: `${records} records by VQL: time per page compared with the calls alone`,
			bar: `≤ ${MAX_PAGE_RATIO} ×`,
			measured: times(query.time),
			met: query.time <= MAX_PAGE_RATIO && query.records === RECORDS,
			kind: 'time',
		},
		{
			what: `${records} records by VQL: memory compared with the items alone`,
			bar: `≤ ${MAX_PAGE_RATIO} ×`,
			measured: times(query.memory),
			met: query.memory <= MAX_PAGE_RATIO,
			kind: 'count',
		},
		file('download', files.down, files.size === FILE_BYTES),
		file('upload', files.up, files.arrived === FILE_BYTES),
		{
			what: `calls over the burst limit in a window, ${throttled.concurrency} items at a time`,
			bar: `≤ ${throttled.concurrency}`,
			measured: String(Math.max(0, throttled.over)),
			met: throttled.over <= throttled.concurrency,
			kind: 'count',
		},
	];
}

/** What a bar came to, in words. */
export function verdict({ met, kind }: Bar): string {
	if (met) return 'holds';
	return kind === 'count' ? 'MISSED' : 'over the target';
}

function pick<T>(results: readonly T[], wanted: (result: T) => boolean): T {
	const found = results.find(wanted);
	if (found === undefined) throw new Error('A target was not measured');
	return found;
}
