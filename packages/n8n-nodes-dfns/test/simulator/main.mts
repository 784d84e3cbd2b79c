/** The local Dfns on its own: `npm run simulator -- --port 9500`. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { startDfns } from './dfns.mts';

const { values } = parseArgs({
	options: { port: { type: 'string', default: '9500' }, credential: { type: 'string' } },
});

const dfns = await startDfns({ port: Number(values.port) });
const data = dfns.credentialData();
console.log(`Dfns on this machine: ${dfns.url}
  users          ${[...dfns.users.keys()].join(', ')}
  Credential ID  ${data.credentialId}
  Auth Token     ${data.authToken}

${data.privateKey}`);
if (values.credential !== undefined) {
	writeFileSync(values.credential, JSON.stringify(data, null, '\t'));
	console.log(`The credential's data is in ${values.credential}`);
}
console.log('Ctrl-C stops it.');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void dfns.close());
