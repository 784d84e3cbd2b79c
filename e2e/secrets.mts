import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes sure that none of the secrets is in what an n8n has left: its database, its logs, its saved executions. n8n must
 * have ended.
 *
 * @param userFolder n8n's folder
 * @param secrets what must not be there
 * @param known what must be there, or the search would find nothing: text in the database, and text in the log
 * @throws AssertionError when one is found, telling the file and the secret's length
 */
export function assertNoneSaved(
	userFolder: string,
	secrets: ReadonlySet<string>,
	known: { database: string; log: string },
): void {
	const files = readdirSync(userFolder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name))
		.filter((file) => !file.includes('node_modules') && !file.includes(join('.cache', 'n8n')));
	const found = (text: string) =>
		files
			.filter((file) => readFileSync(file).includes(text))
			.map((file) => file.slice(userFolder.length));
	const names = found(known.database).join();
	assert.match(names, /database\.sqlite/, `"${known.database}" is in ${names}`);
	const logs = found(known.log).join();
	assert.match(logs, /\.log/, `"${known.log}" is in ${logs}`);
	for (const secret of secrets) {
		assert.deepEqual(found(secret), [], `a secret of ${secret.length} characters was saved`);
	}
}
