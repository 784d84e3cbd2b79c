import type { ServerResponse } from 'node:http';

import type { FastifyReply } from 'fastify';

import type { CallFilter, CallRecord, Fault } from './types.mts';

/** Whether a filter matches a call. */
export function matches(filter: CallFilter, call: CallRecord): boolean {
	return (
		(filter.method === undefined || filter.method === call.method) &&
		(filter.path === undefined || filter.path === call.path) &&
		(filter.status === undefined || filter.status === call.status)
	);
}

/** The faults that wait for their calls. */
export class Faults {
	#waiting: Array<{ fault: Fault; left: number }> = [];

	add(fault: Fault): void {
		this.#waiting.push({ fault, left: fault.times ?? 1 });
	}

	/** @returns the fault for this call, if any; counts it as used */
	take(call: CallRecord): Fault | undefined {
		const entry = this.#waiting.find(
			({ fault, left }) => left > 0 && matches(fault.on ?? {}, call),
		);
		if (entry !== undefined) entry.left -= 1;
		return entry?.fault;
	}

	reset(): void {
		this.#waiting = [];
	}
}

/** Sends a byte now and then, and never ends. */
function drip(response: ServerResponse): void {
	response.writeHead(200, { 'content-type': 'application/json' });
	const timer = setInterval(() => response.write(' '), 20);
	response.once('close', () => clearInterval(timer));
}

const PAGE = '<!doctype html><html><body>Sign in to the company network</body></html>';

/** Responds like a broken server, a proxy or a policy. */
export function injectFault(fault: Fault, reply: FastifyReply): FastifyReply {
	if (typeof fault.with === 'object') {
		if ('body' in fault.with) {
			const { body, type = 'application/json; charset=utf-8' } = fault.with;
			return reply.code(200).type(type).send(JSON.stringify(body));
		}
		const { status, message, id } = fault.with;
		return reply.code(status).send(JSON.stringify({ error: { message, id, status } }));
	}
	switch (fault.with) {
		case 'html':
			return reply.code(200).type('text/html; charset=utf-8').send(PAGE);
		case '502':
			return reply.code(502).type('text/html; charset=utf-8').send(PAGE);
		case 'halfJson':
			return reply.code(200).send('{"token": "eyJ0');
		case 'array':
			return reply.code(200).send('[1]');
		case 'empty':
			return reply.code(200).send('{}');
		case 'redirect':
			return reply.redirect(fault.to ?? '', 302);
		case 'policy':
			return reply.code(202).send(
				JSON.stringify({
					id: 'cr-6uunn-bm6ja-f6rmod5kqrk5rbel',
					status: 'Pending',
					reason: 'A policy is pending approval',
				}),
			);
		case 'hang':
			return reply.hijack();
		case 'drip':
			reply.hijack();
			drip(reply.raw);
			return reply;
		default:
			reply.hijack();
			reply.raw.socket?.resetAndDestroy();
			return reply;
	}
}
