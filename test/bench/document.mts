import { readFileSync } from 'node:fs';

import { format, resolveConfig } from 'prettier';

import type { Results } from './bars.mts';
import { LOGIN_MS } from './crowds.mts';
import { CONCURRENCY, DISTANCE_MS, FILE_BYTES, ITEMS, RECORDS } from './throughput.mts';
import { barTable, crowdTable, itemTable, markdown, packageTable } from './tables.mts';

/**
 * The results as `docs/benchmarks.md`.
 *
 * @param file where it is to be: how it is formatted depends on that
 */
export async function document(results: Results, file: string): Promise<string> {
	const text = `# Benchmarks

\`npm run bench\` measures this, in about eight minutes, and writes this file. It runs n8n's own engine (n8n-core
${versionOf('n8n-core')}, Node ${process.versions.node}) against a Veeva Vault on localhost, and puts three contenders side by side in one run:

- the **Veeva Vault node**, Session › Keep Alive, with the Veeva Vault API credential;
- the **HTTP Request node with our credential**, making the same call, \`POST …/keep-alive\`;
- the **HTTP Request node with the peer**, a Vault credential written in the pattern of n8n's own session credentials
  (\`test/bench/peer.mts\`, after n8n's Metabase credential).

Other programs on the machine change every time that is measured. So times are ratios within one run, of contenders
that take turns; they are medians, with the least and the most of all rounds in brackets. Logins, failures, calls and
size are counted, and a run ends with an error when one of them misses its bar; a time over its bar is only shown.

## The bars

${markdown(barTable(results))}

## Many executions at once

Logins / failed executions. All executions start in the same moment, in one process; a login takes
${LOGIN_MS / 1000} seconds, and Vault refuses more than 20 logins of a user in a minute. An execution has failed when it ends in
an error, or carries an answer in which Vault says that the call failed: the peer's executions succeed in n8n's eyes.

${markdown(crowdTable(results))}

- Vault says with HTTP status 200 that a session is dead. n8n renews on 401 only, so the peer never does: from the
  first expiry on, every execution carries a failure until somebody edits the credential.
- With our credential the HTTP Request node does not see either that Vault has ended a session before its time: n8n
  shows the credential no answers. It notices when the lease is over, after 5 minutes at the most. The Veeva Vault
  node notices at once.
- A crowd in the same moment is the hardest case. Executions that come one after the other find the session that the
  first one has opened, so that the peer logs in less often the longer they take to come.

## Cost per item

On a session that is in use. Ratios to the HTTP Request node with the peer; calls per item are counted at the Vault.

${markdown(itemTable(results))}

The Veeva Vault node works on ten items at the same time, its default. The HTTP Request node starts a request for every
item at once, and has no setting that waits for the answers. So it is measured in three ways: with executions of one
item in turn, where both do the same; with its batching set to ten items each millisecond; and as it is.

## Many items, many records, large files

- **Many items**: ${ITEMS.toLocaleString('en')} items in one execution, Vault takes ${DISTANCE_MS} ms for each call. ${CONCURRENCY} at a time took
  ${seconds(results.throughput.distant.node)}, one by one ${seconds(results.throughput.distant.oneByOne)}; the HTTP Request node with a batch of ${CONCURRENCY} every ${DISTANCE_MS} ms, which it
  sends whether or not the batch before was answered, ${seconds(results.throughput.distant.http)} with our credential and ${seconds(results.throughput.distant.peer)} with the peer.
- **Many records**: ${RECORDS.toLocaleString('en')} records by _Query › Run VQL_, against the same calls made with n8n's request helper and
  nothing else, and against the memory of the same records as n8n's items.
- **Large files**: ${FILE_BYTES / 1e6} MB down and up again by _API › Request_, with n8n's files on disk (\`filesystem\`); the most by which
  the process grew.
- **A Vault that throttles**: three times as many items as the burst limit allows; the time in which the node waits for
  the next window passes at once, for both.

The bars above show what came of it.

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
