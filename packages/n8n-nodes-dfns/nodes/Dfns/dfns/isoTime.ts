/**
 * A time in ISO 8601, for people.
 *
 * @param ms the time, in ms since 1970
 * @returns `an impossible time` for a number that no calendar has
 */
export function isoTime(ms: number): string {
	const date = new Date(ms);
	return Number.isNaN(date.getTime()) ? 'an impossible time' : date.toISOString();
}
