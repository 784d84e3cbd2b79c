import { readFileSync } from 'node:fs';

import { format, resolveConfig } from 'prettier';

import type { Results } from './bars.mts';
import { LOGIN_MS } from './crowds.mts';
import { barTable, crowdTable, itemTable, markdown, packageTable } from './tables.mts';

/**
 * The results as `docs/benchmarks.md`.
 *
 * @param file where it is to be: how it is formatted depends on that
 */
export async function document(results: Results, file: string): Promise<string> {
	const text = `# Benchmarks

\`npm run bench\` measures this, in about four minutes, and writes this file. It runs n8n's own engine (n8n-core
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

The Veeva Vault node makes one call after the other. The HTTP Request node starts a request for every item at once,
and has no setting that waits for the answers. So it is measured in three ways: with executions of one item in turn,
where both do the same; with its batching set to one item each millisecond, the least it can; and as it is. As it is,
it works while Vault does, where one call after the other waits for each answer: which of the two is faster then
depends on how many processors are free, and on how far away Vault is. The last rows show that with a Vault that takes
20 ms: there one call after the other takes as long as all answers together, and all at once hardly longer than one.

## The package

${markdown(packageTable(results))}
`;
	return await format(text, { ...(await resolveConfig(file)), parser: 'markdown' });
}

function versionOf(name: string): string {
	const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as {
		version: string;
	};
	return version;
}
