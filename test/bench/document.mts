import { readFileSync } from 'node:fs';

import { format, resolveConfig } from 'prettier';

import type { Results } from './bars.mts';
import { LOGIN_MS } from './crowds.mts';
import { barTable, crowdTable, itemTable, markdown, packageTable } from './tables.mts';
import { CONCURRENCY, DISTANCE_MS, FILE_BYTES, ITEMS, RECORDS } from './throughput.mts';

/**
 * The results as `docs/benchmarks.md`.
 *
 * @param file where it will be written; this decides how it is formatted
 */
export async function document(results: Results, file: string): Promise<string> {
	const text = `# Benchmarks

\`npm run bench\` measures these numbers in about eight minutes and writes this file. It runs n8n's own engine (n8n-core
${versionOf('n8n-core')}, Node ${process.versions.node}) against a simulated Veeva Vault on localhost. One run compares three setups:

- **Veeva Vault node**: Session › Keep Alive, with the Veeva Vault API credential.
- **HTTP Request node, our credential**: the same call, \`POST …/keep-alive\`, with the Veeva Vault API credential.
- **HTTP Request node, peer**: the same call, with a Vault credential in the style of n8n's own session credentials
  (\`test/bench/peer.mts\`, modeled on n8n's Metabase credential).

Times depend on what else the machine does. For this reason, times are ratios within one run, in which the setups
take turns. Each ratio is a median, with the lowest and highest of all rounds in brackets. Logins, failures, calls, and
sizes are counted. A run fails if a count misses its target. A time over its target is reported, but doesn't fail the run.

## The targets

${markdown(barTable(results))}

## Many executions at once

The table shows logins / failed executions. All executions start at the same moment, in one process. A login takes
${LOGIN_MS / 1000} seconds, and Vault refuses more than 20 logins per user and minute. An execution counts as failed if it ends with
an error, or if its output is a response in which Vault reports a failure. n8n shows the peer's failed executions as
successful.

${markdown(crowdTable(results))}

- Vault reports an invalid session with HTTP status 200, but n8n renews a session only after HTTP status 401. The peer
  therefore never renews. After the first expired session, every execution fails until someone edits the credential.
- The HTTP Request node doesn't show responses to the credential. With our credential, it notices an ended session only
  when the lease is over, after 5 minutes at most. The Veeva Vault node notices at once.
- Executions that all start at the same moment are the hardest case. Executions that start one after the other use the
  session that the first one opened. The further apart they start, the fewer logins the peer makes.

## Cost per item

These numbers are for a session in use. Times are ratios to the HTTP Request node with the peer. Calls per item are counted
in the Vault.

${markdown(itemTable(results))}

The Veeva Vault node works on ten items at the same time by default. The HTTP Request node starts the requests of all
items at once, and no setting makes it wait for responses. So the benchmark compares them in three ways:

- Executions with one item each, so that both nodes do the same work
- 1,000 items, with the HTTP Request node's batching set to ten items per millisecond
- 1,000 items, with the HTTP Request node's default settings

## Many items, many records, large files

- **Many items**: ${ITEMS.toLocaleString('en')} items in one execution, ${DISTANCE_MS} ms per call in Vault. The Veeva Vault node took
  ${seconds(results.throughput.distant.node)} with ${CONCURRENCY} items at a time, and ${seconds(results.throughput.distant.oneByOne)} one by one. The HTTP Request node took ${seconds(results.throughput.distant.http)} with our
  credential, and ${seconds(results.throughput.distant.peer)} with the peer. It sent a batch of ${CONCURRENCY} every ${DISTANCE_MS} ms, without waiting for the
  responses to the previous batch.
- **Many records**: ${RECORDS.toLocaleString('en')} records with _Query › Run VQL_. The time is compared with the same calls made by n8n's
  request helper alone, and the memory with that of the same records as n8n items.
- **Large files**: ${FILE_BYTES / 1e6} MB down and up with _API › Request_, with n8n's files on disk (\`filesystem\`). The number is the
  highest growth of the process.
- **A Vault that throttles**: three times as many items as the burst limit allows. The benchmark skips the time in which
  the node waits for the next window, both for the node and for Vault.

The results are in [the targets](#the-targets).

## The package

${markdown(packageTable(results))}
`;
	return await format(text, { ...(await resolveConfig(file)), parser: 'markdown' });
}

function seconds(ms: number): string {
	return `${(ms / 1000).toFixed(1)} s`;
}

function versionOf(name: string): string {
	const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as {
		version: string;
	};
	return version;
}
