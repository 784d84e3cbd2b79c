/** The middle one of repeated measurements, and how far they lie apart. */
export interface Summary {
	median: number;
	least: number;
	most: number;
}

export function summary(values: readonly number[]): Summary {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length / 2;
	return {
		median: (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2,
		least: sorted[0],
		most: sorted[sorted.length - 1],
	};
}
