import type { IExecuteFunctions } from 'n8n-workflow';

import { isRecord } from '../../../packages/shared/isRecord';
import type { Connection } from '../transport';
import { Progress } from '../transport/progress';
import { nextPage } from '../vault/calls/query';
import { VaultError } from '../vault/errors';
import type { VaultCall } from '../vault/http/call';
import type { VaultHost } from '../vault/http/hosts';
import type { ResponseBody } from '../vault/http/response';
import { readPath, type VaultPath } from './api/path';

/**
 * An answer and the pages that follow it, each asked for when its turn comes.
 * VQL reference: Pagination Best Practices.
 *
 * @param first the first page
 * @param call that gave it: those that follow are read with GET when it was, with its headers and its timeout
 * @throws VaultError when Vault refuses a page, or when one leads back to an earlier one
 */
export async function* pages(
	context: IExecuteFunctions,
	connection: Connection,
	first: ResponseBody,
	call: VaultCall,
): AsyncGenerator<ResponseBody> {
	const { settings } = connection;
	const { total } = isRecord(first.responseDetails) ? first.responseDetails : {};
	const progress = new Progress(
		context,
		'pages',
		typeof total === 'number' ? ` (of ${total} records)` : '',
	);
	const seen = new Set([call.path]);
	let page = first;
	for (;;) {
		yield page;
		progress.done();
		const next = nextPagePath(page, settings.apiVersion, connection.vault);
		if (next === undefined) return;
		if (seen.has(next.path)) throw inCircle(connection.vault.host);
		seen.add(next.path);
		page = await connection.call(nextPage(next, call));
	}
}

/** The error for pages that would be read for ever, or records that would come twice. */
function inCircle(host: string): VaultError {
	return new VaultError(
		`${host} gave pages that lead in a circle`,
		'Its next_page is a page that has been read already, so the records may not be complete. Check what is between n8n and the Vault.',
		'NOT_A_VAULT_ANSWER',
	);
}

/**
 * Where the next page of an answer is, in `responseDetails`: a path, or a whole address of the same Vault.
 * VQL reference: Pagination Best Practices. Some answers write it `nextpage`.
 *
 * @returns `undefined` when there is none
 * @throws VaultError when it leads anywhere else
 */
export function nextPagePath(
	{ responseDetails }: ResponseBody,
	apiVersion: string,
	{ host, origin }: VaultHost,
): VaultPath | undefined {
	const details = isRecord(responseDetails) ? responseDetails : {};
	const next = details.next_page ?? details.nextpage;
	if (next === undefined || next === null || next === '') return undefined;
	try {
		// A slash at the end is a value that a user has forgotten, but not Vault.
		const given = typeof next === 'string' ? next.replace(/\/(?=\?|$)/, '') : next;
		const page = readPath(given, apiVersion, 'next_page');
		if (page.origin === undefined || page.origin === origin) return page;
	} catch {
		// Nothing that was given by the user.
	}
	throw new VaultError(
		`${host} gave a next_page that is not in its own API`,
		'It was not called. Check what is between n8n and the Vault.',
		'NOT_A_VAULT_ANSWER',
	);
}
