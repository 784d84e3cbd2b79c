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
 * A response and the pages that follow it. Each page is read when it is needed.
 * VQL reference: Pagination Best Practices.
 *
 * @param first the first page
 * @param call the call that returned it. The other pages are read with its headers and timeout, and with GET if it was a
 *   GET.
 * @throws VaultError when Vault refuses a page, or when a page leads back to an earlier one
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
		`pages read${typeof total === 'number' ? ` (${total} records in total)` : ''}`,
	);
	const seen = new Set([call.path]);
	let page = first;
	for (;;) {
		yield page;
		progress.done();
		const next = nextPagePath(page, settings.apiVersion, connection.vault);
		if (next === undefined) return;
		if (seen.has(next.path)) throw pagesInLoop(connection.vault.host);
		seen.add(next.path);
		page = await connection.call(nextPage(next, call));
	}
}

/** The error for pages that would never end, or would return records twice. */
function pagesInLoop(host: string): VaultError {
	return new VaultError(
		`${host} returned pages in a loop`,
		'Its next_page leads back to an earlier page, so the records may be incomplete. Check for a proxy between n8n and the Vault.',
		'NOT_A_VAULT_ANSWER',
	);
}

/**
 * The URL of the next page, in `responseDetails`: a path, or a full URL in the same Vault.
 * VQL reference: Pagination Best Practices. Some responses call it `nextpage`.
 *
 * @returns `undefined` when there is no next page
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
		// A slash at the end means a missing value when a user enters it, but not when Vault sends it.
		const given = typeof next === 'string' ? next.replace(/\/(?=\?|$)/, '') : next;
		const page = readPath(given, apiVersion, 'next_page');
		if (page.origin === undefined || page.origin === origin) return page;
	} catch {
		// That error would be about a field that the user filled in.
	}
	throw new VaultError(
		`${host} returned a next_page outside its own API`,
		'The page was not read. Check for a proxy between n8n and the Vault.',
		'NOT_A_VAULT_ANSWER',
	);
}
