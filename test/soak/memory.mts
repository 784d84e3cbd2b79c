import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Heap in use after a garbage collection, sampled over a run. All in bytes. */
export class Memory {
	readonly samples: number[] = [];

	sample(): number {
		collect();
		const { heapUsed } = process.memoryUsage();
		this.samples.push(heapUsed);
		return heapUsed;
	}

	/** The middle sample of each half of the run, without its first fifth, in which V8 still compiles what runs often. */
	halves(): { first: number; second: number } {
		const warm = this.samples.slice(Math.floor(this.samples.length / 5));
		const middle = Math.floor(warm.length / 2);
		return { first: median(warm.slice(0, middle)), second: median(warm.slice(middle)) };
	}
}

function median(numbers: readonly number[]): number {
	return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}
