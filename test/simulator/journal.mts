import { randomUUID } from 'node:crypto';

import type { FastifyRequest } from 'fastify';

import type { CallFilter, CallRecord } from './types.mts';

/** @returns whether a call is one of those the filter names */
export function matches(filter: CallFilter, call: Pick<CallRecord, 'method' | 'path'>): boolean {
	if (filter.method !== undefined && filter.method.toUpperCase() !== call.method) return false;
	if (filter.path === undefined) return true;
	if (typeof filter.path === 'string') return call.path.endsWith(filter.path);
	// search() ignores lastIndex, which test() would carry from call to call with the flag g.
	return call.path.search(filter.path) >= 0;
}

/** The log of Vault calls, in order of arrival. */
export class Journal {
	readonly calls: CallRecord[] = [];
	/** Calls that changed data and were carried out. */
	changes = 0;

	/** The most calls that were carried out at the same time. */
	mostAtOnce = 0;
	#running = 0;

	/** Counts a call while it is carried out. */
	async atOnce<T>(work: () => Promise<T>): Promise<T> {
		this.#running += 1;
		this.mostAtOnce = Math.max(this.mostAtOnce, this.#running);
		try {
			return await work();
		} finally {
			this.#running -= 1;
		}
	}

	get logins(): number {
		return this.count({ method: 'POST', path: /^\/api\/[^/]+\/auth$/ });
	}

	count(filter: CallFilter & { outcome?: string }): number {
		return this.calls.filter(
			(call) =>
				matches(filter, call) && (filter.outcome === undefined || filter.outcome === call.outcome),
		).length;
	}

	reset(): void {
		this.calls.length = 0;
		this.changes = 0;
		this.mostAtOnce = 0;
	}
}

/** @returns the log's record of a call that has just arrived */
export function recordOf(request: FastifyRequest, at: number): CallRecord {
	return {
		method: request.method,
		host: request.headers.host ?? '',
		path: request.url.split('?', 1)[0] ?? '',
		query: texts(request.query),
		headers: texts(request.headers),
		at,
		outcome: 'RUNNING',
		executionId: randomUUID(),
	};
}

/** Headers, query and path parameters as plain text; what is given twice is joined by commas. */
export function texts(values: unknown): Record<string, string> {
	if (typeof values !== 'object' || values === null) return {};
	return Object.fromEntries(
		Object.entries(values)
			.filter(([, value]) => value !== undefined)
			.map(([name, value]) => [name, String(value)]),
	);
}
