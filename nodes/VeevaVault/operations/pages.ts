import type { IExecuteFunctions } from 'n8n-workflow';

import { Progress } from '../progress';
import { isRecord, type VaultAnswer } from '../vault/answer';
import { nextPage } from '../vault/api';
import { nextPagePath } from '../vault/path';
import type { Connection } from '../transport';

/**
 * An answer and the pages that follow it, each asked for when its turn comes.
 * VQL reference: Pagination Best Practices.
 *
 * @param first the first page
 * @param method with which pages are read
 * @throws VaultError when Vault refuses a page
 */
export async function* pages(
	context: IExecuteFunctions,
	connection: Connection,
	first: VaultAnswer,
	method: 'GET' | 'POST' = 'POST',
): AsyncGenerator<VaultAnswer> {
	const { settings } = connection;
	const { total } = isRecord(first.responseDetails) ? first.responseDetails : {};
	const progress = new Progress(
		context,
		'pages',
		typeof total === 'number' ? ` (of ${total} records)` : '',
	);
	const seen = new Set<string>();
	let page = first;
	for (;;) {
		yield page;
		progress.done();
		const next = nextPagePath(page, settings.apiVersion, connection.vault);
		// A page that leads back to an earlier one would be read for ever.
		if (next === undefined || seen.has(next.path)) return;
		seen.add(next.path);
		page = await connection.call(nextPage(next, method));
	}
}
