import type { Readable } from 'node:stream';

/** Vault's envelope around every answer ("Response Status", "Errors" in Vault's documentation). */
export type Envelope = Record<string, unknown> & { responseStatus: string };

/** An answer that is not in Vault's envelope: a file, or the outcomes of a bulk call as CSV. */
export class OtherAnswer {
	readonly type: string;
	readonly content: string | Readable;
	readonly fileName: string | undefined;

	/**
	 * @param type its media type
	 * @param fileName goes into `Content-Disposition`
	 */
	constructor(type: string, content: string | Readable, fileName?: string) {
		this.type = type;
		this.content = content;
		this.fileName = fileName;
	}
}

export type Answer = Envelope | OtherAnswer;

/** A refusal that Vault words itself: HTTP 200, `responseStatus` FAILURE or EXCEPTION. */
export class VaultError extends Error {
	readonly type: string;

	/**
	 * @param type Vault's error type; stable, unlike the message
	 * @param message for humans
	 */
	constructor(type: string, message: string) {
		super(message);
		this.type = type;
	}
}

export function success(fields: Record<string, unknown> = {}): Envelope {
	return { responseStatus: 'SUCCESS', ...fields };
}

/**
 * @param login a login failed: Vault adds `errorType: AUTHENTICATION_FAILED`
 */
export function failure(error: VaultError, login: boolean): Envelope {
	return {
		responseStatus: error.type === 'UNEXPECTED_ERROR' ? 'EXCEPTION' : 'FAILURE',
		errors: [{ type: error.type, message: error.message }],
		...(login && { errorType: 'AUTHENTICATION_FAILED' }),
	};
}

/** The same envelope for `Accept: application/xml`. */
export function toXml(envelope: Envelope): string {
	return `<?xml version="1.0" encoding="UTF-8"?>\n${element('VaultResponse', envelope)}`;
}

function element(name: string, value: unknown): string {
	if (Array.isArray(value)) return value.map((item) => element(name, item)).join('');
	const tag = /^[A-Za-z_][\w.-]*$/.test(name) ? name : 'entry';
	if (typeof value === 'object' && value !== null) {
		const inner = Object.entries(value).map(([key, item]) => element(key, item));
		return `<${tag}>${inner.join('')}</${tag}>`;
	}
	const text = String(value).replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
	return `<${tag}>${text}</${tag}>`;
}
