import type { IExecuteFunctions } from 'n8n-workflow';

import { Progress } from '../progress';
import { isRecord, type VaultAnswer } from '../vault/answer';
import { nextPage, type VaultCall } from '../vault/api';
import { VaultError } from '../vault/errors';
import { nextPagePath } from '../vault/path';
import type { Connection } from '../transport';

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
	first: VaultAnswer,
	call: VaultCall,
): AsyncGenerator<VaultAnswer> {
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
