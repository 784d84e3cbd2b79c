import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { INode, IWorkflowBase } from 'n8n-workflow';

import { JDOE, useFixture } from './engine.mts';

const fixture = useFixture();

const file = join(process.cwd(), 'packages/n8n-nodes-dfns/examples/read-as-user.json');

test('the example runs after its credentials and address are filled in', async () => {
	const { engine, dfns } = fixture;
	const ids: Record<string, string> = {
		dfnsServiceAccountApi: await fixture.serviceAccount(),
		dfnsDelegatedUserApi: await fixture.delegatedUser(),
	};
	const text = readFileSync(file, 'utf8').replaceAll('https://api.dfns.io', dfns.url);
	const { nodes, connections } = JSON.parse(text) as IWorkflowBase;
	const chosen = nodes
		.filter(({ type }) => !/manualTrigger|stickyNote/.test(type))
		.map(
			(node): INode => ({
				...node,
				credentials: Object.fromEntries(
					Object.entries(node.credentials ?? {}).map(([type, { name }]) => [
						type,
						{ id: ids[type], name },
					]),
				),
			}),
		);
	const outcome = await engine.run(chosen, {
		connections: {
			...connections,
			Trigger: { main: [[{ node: 'User', type: 'main', index: 0 }]] },
		},
	});
	expect(outcome.error).toBeUndefined();
	expect(outcome.json('Log in the user')).toEqual([expect.objectContaining({ username: JDOE })]);
	for (const node of ['List wallets with the token', 'List wallets']) {
		expect(outcome.json(node)).toEqual([expect.objectContaining({ readBy: JDOE })]);
	}
	expect(dfns.logins).toBe(2);
});
