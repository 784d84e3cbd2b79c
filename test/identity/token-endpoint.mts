import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

import type { KoaContextWithOIDC, Provider } from 'oidc-provider';

import { describe, type TokenRequest } from './token-request.mts';

/** The longest time that a timer can wait. */
const LONGEST = 2 ** 31 - 1;

const COMPANY_PAGE = '<!doctype html><title>Sign in</title><h1>Sign in to the company network</h1>';

/** What happens to a call of the token endpoint instead of being carried out or, with `executed`, afterwards. */
export interface TokenFault {
	/** Ms to wait first; alone, the call is then carried out. `Infinity`: no answer. */
	delay?: number;
	/** An OAuth error answer; status 400 unless `status` says otherwise. */
	error?: string;
	error_description?: string;
	/** A web page, as from a proxy or a broken server; status 200 unless `status` says otherwise. */
	html?: boolean;
	/** A redirect; status 302 unless `status` says otherwise. */
	redirectTo?: string;
	/** Cuts the connection. */
	reset?: boolean;
	/** Anything else: an object goes out as JSON, a string as it is, but labelled JSON. */
	body?: string | object;
	status?: number;
	headers?: Record<string, string>;
	/** The call is carried out, only its answer is lost: so is a rotated refresh token. */
	executed?: boolean;
}

/** Logs the calls of the token endpoint, makes some fail, and leaves the others to the provider. */
export class TokenEndpoint {
	readonly requests: TokenRequest[] = [];
	readonly #path: string;
	readonly #faults: Array<{ fault: TokenFault; left: number }> = [];
	readonly #entries = new WeakMap<IncomingMessage, TokenRequest>();
	readonly #closing = new AbortController();
	#last: Promise<void> = Promise.resolve();

	constructor(provider: Provider) {
		this.#path = provider.pathFor('token');
		provider.on('grant.success', (ctx) => this.#finish(ctx.req, 'SUCCESS'));
		provider.on('grant.error', (ctx, error) =>
			this.#finish(ctx.req, error.error, [error.error_description, error.error_detail]),
		);
		provider.on('server_error', (ctx, error) =>
			this.#finish(ctx.req, 'server_error', [error.message]),
		);
	}

	fail(fault: TokenFault, times: number): void {
		this.#faults.push({ fault, left: times });
	}

	clearFaults(): void {
		this.#faults.length = 0;
	}

	/** Whoever still waits for a delayed answer is cut off. */
	close(): void {
		this.#closing.abort();
	}

	/** Koa middleware before the provider's own. */
	readonly middleware = async (
		ctx: KoaContextWithOIDC,
		next: () => Promise<void>,
	): Promise<void> => {
		if (ctx.method !== 'POST' || ctx.path !== this.#path) return await next();

		const { headers } = ctx;
		const entry: TokenRequest = {
			at: Date.now(),
			...describe(headers, {}),
			headers,
			outcome: 'RUNNING',
		};
		this.requests.push(entry);
		this.#entries.set(ctx.req, entry);
		const fault = this.#takeFault();
		const name = fault && faultName(fault);

		if (fault?.delay !== undefined && !(await this.#wait(fault.delay))) {
			entry.outcome = 'no answer';
			return cut(ctx);
		}
		if (name === undefined || fault?.executed) {
			await this.#inTurn(next);
			Object.assign(entry, describe(headers, parameters(ctx)));
		} else {
			const form = new URLSearchParams(await text(ctx.req));
			Object.assign(entry, describe(headers, Object.fromEntries(form)));
		}
		if (fault && name !== undefined) {
			entry.outcome = name;
			answer(ctx, fault);
		}
	};

	/** @returns whether the time has passed: not when the provider closed meanwhile */
	async #wait(ms: number): Promise<boolean> {
		try {
			await setTimeout(Math.min(ms, LONGEST), undefined, { signal: this.#closing.signal });
			return true;
		} catch {
			return false;
		}
	}

	/** One after the other: of two calls with one refresh token, the second always finds it used. */
	#inTurn(task: () => Promise<void>): Promise<void> {
		const turn = this.#last.then(task);
		this.#last = turn.catch(() => undefined);
		return turn;
	}

	#takeFault(): TokenFault | undefined {
		const entry = this.#faults.find(({ left }) => left > 0);
		if (entry) entry.left -= 1;
		return entry?.fault;
	}

	#finish(request: IncomingMessage, outcome: string, reasons?: Array<string | undefined>): void {
		const entry = this.#entries.get(request);
		if (!entry) return;
		entry.outcome = outcome;
		if (reasons) entry.detail = reasons.filter(Boolean).join(': ');
	}
}

/** @returns what the log calls it; nothing for a fault that only delays */
function faultName(fault: TokenFault): string | undefined {
	if (fault.reset) return 'reset';
	if (fault.redirectTo !== undefined) return 'redirect';
	if (fault.html) return 'html';
	if (fault.error !== undefined) return fault.error;
	if (fault.body === undefined && fault.status === undefined) return undefined;
	return `status ${fault.status ?? 200}`;
}

function answer(ctx: KoaContextWithOIDC, fault: TokenFault): void {
	if (fault.reset) return cut(ctx);
	const { error, error_description } = fault;
	if (fault.redirectTo !== undefined) {
		ctx.redirect(fault.redirectTo);
		ctx.status = fault.status ?? 302;
	} else if (fault.html) {
		ctx.status = fault.status ?? 200;
		ctx.type = 'html';
		ctx.body = fault.body ?? COMPANY_PAGE;
	} else {
		ctx.status = fault.status ?? (error === undefined ? 200 : 400);
		ctx.type = 'json';
		ctx.body = fault.body ?? (error === undefined ? '' : { error, error_description });
	}
	ctx.set(fault.headers ?? {});
}

function cut(ctx: KoaContextWithOIDC): void {
	ctx.respond = false;
	ctx.req.socket.resetAndDestroy();
}

/** The form as oidc-provider read it; `oidc` is not there when the call did not get so far. */
function parameters(ctx: Partial<KoaContextWithOIDC>): Record<string, string> {
	const body: object = ctx.oidc?.body ?? {};
	return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]));
}
