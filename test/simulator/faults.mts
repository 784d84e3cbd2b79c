import type { FastifyReply } from 'fastify';

import { matches } from './journal.mts';
import type { CallRecord, Fault } from './types.mts';

const DEFAULT_DELAY = 1000;

/** The name under which a fault stands in the call log. */
export function faultName(fault: Fault): string {
	return typeof fault.with === 'string' ? fault.with : fault.with.error;
}

/** How long a fault waits, in ms. */
export function faultDelay(fault: Fault): number {
	const lasting = fault.with === 'slow' || fault.with === 'refuse';
	return fault.delay ?? (lasting ? DEFAULT_DELAY : 0);
}

/** Faults that wait for their call. */
export class Faults {
	readonly #waiting: Array<{ fault: Fault; skip: number; left: number }> = [];

	add(fault: Fault): void {
		if (fault.with === 'redirect' && !fault.to) throw new Error('A redirect fault needs `to`.');
		this.#waiting.push({ fault, skip: fault.after ?? 0, left: fault.times ?? 1 });
	}

	/** @returns the fault of this call, if any; counts it as used */
	take(call: Pick<CallRecord, 'method' | 'path'>): Fault | undefined {
		for (const entry of this.#waiting) {
			if (entry.left <= 0 || !matches(entry.fault.on ?? {}, call)) continue;
			if (entry.skip > 0) {
				entry.skip -= 1;
				continue;
			}
			entry.left -= 1;
			return entry.fault;
		}
		return undefined;
	}

	reset(): void {
		this.#waiting.length = 0;
	}
}

/** Answers that are not Vault's, and so without its headers: from a broken server, a proxy, a downtime page. */
export function sendFault(fault: Fault, reply: FastifyReply): FastifyReply {
	for (const name of Object.keys(reply.getHeaders())) {
		if (name.startsWith('x-vaultapi-')) reply.removeHeader(name);
	}
	switch (fault.with) {
		case '500':
			return page(reply.code(500), 'Internal Server Error');
		case 'html':
			return page(reply, 'Sign in to the company network');
		case 'redirect':
			return reply.redirect(fault.to ?? '', 302);
		case 'downtime':
			reply.header('X-VaultAPI-DowntimeExpectedDurationMinutes', String(fault.minutes ?? 30));
			return page(reply.code(503), 'Vault is being upgraded');
		default:
			reply.hijack();
			reply.raw.socket?.resetAndDestroy();
			return reply;
	}
}

function page(reply: FastifyReply, title: string): FastifyReply {
	return reply
		.type('text/html; charset=utf-8')
		.send(`<!doctype html><html><head><title>${title}</title></head><body>${title}</body></html>`);
}
