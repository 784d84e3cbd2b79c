import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type postgres from 'postgres';

/**
 * @param workflowId n8n's id of the workflow
 * @returns the status of each of its executions, by the execution's id
 */
export async function statusesOf(
	sql: postgres.Sql,
	workflowId: string,
): Promise<Map<string, string>> {
	const rows = await sql<Array<{ id: string; status: string }>>`
		SELECT id::text, status FROM execution_entity WHERE "workflowId" = ${workflowId}`;
	return new Map(rows.map(({ id, status }) => [id, status]));
}

/** Tells whether n8n has nothing left to do: executions of a dead worker are open until n8n notices. */
export async function isIdle(sql: postgres.Sql): Promise<boolean> {
	const open = await sql`
		SELECT FROM execution_entity WHERE status IN ('new', 'running', 'waiting') LIMIT 1`;
	return open.length === 0;
}

/**
 * Waits until n8n has nothing left to do.
 *
 * @param withinMs how long to wait, in milliseconds; what n8n has forgotten would be open for ever
 */
export async function untilIdle(sql: postgres.Sql, withinMs: number): Promise<void> {
	const deadline = Date.now() + withinMs;
	while (!(await isIdle(sql)) && Date.now() < deadline) await sleep(500);
}

/** All rows of all tables, as text. */
export async function dump(sql: postgres.Sql): Promise<string> {
	const tables = await sql<Array<{ schema: string; name: string }>>`
		SELECT schemaname AS schema, tablename AS name FROM pg_tables
		WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`;
	const texts: string[] = [];
	for (const { schema, name } of tables) {
		const rows = await sql<Array<{ row: string }>>`
			SELECT t::text AS row FROM ${sql(schema)}.${sql(name)} AS t`;
		texts.push(...rows.map(({ row }) => row));
	}
	return texts.join('\n');
}

/**
 * All files that the processes of n8n have left: logs, event logs, settings.
 *
 * @param folder the folder with all their user folders
 */
export function filesOf(folder: string): string {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name))
		.filter((file) => !file.includes('node_modules') && !file.includes(join('.cache', 'n8n')))
		.map((file) => readFileSync(file, 'latin1'))
		.join('\n');
}

/**
 * Makes sure that a text holds none of the secrets.
 *
 * @param where what the text is, for the message
 * @param known what must be in the text, or the search would find nothing
 */
export function assertNoneIn(
	where: string,
	text: string,
	secrets: Iterable<string>,
	known: string,
): void {
	assert.ok(text.includes(known), `"${known}" is not in ${where}`);
	for (const secret of secrets) {
		assert.ok(
			!text.includes(secret),
			`a secret of ${secret.length} characters is in ${where}: ${around(text, secret)}`,
		);
	}
}

/** Where it is, without telling it. */
function around(text: string, secret: string): string {
	const at = text.indexOf(secret);
	const before = text.slice(Math.max(0, at - 100), at);
	return `${before}***${text.slice(at + secret.length, at + secret.length + 100)}`;
}
