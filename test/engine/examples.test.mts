import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { INode } from 'n8n-workflow';

import { useFixture } from '../fixture/jest.mts';
import { textOf } from '../fixture/text.mts';
import { VEEVA_VAULT } from './engine.mts';

const fixture = useFixture();

/** The Vault steps of an example, one after the other, and its note. */
function example(file: string, credential: string): { steps: INode[]; note: string } {
	const { nodes } = JSON.parse(readFileSync(join('examples', file), 'utf8')) as { nodes: INode[] };
	const steps = nodes
		.filter(({ type }) => type === VEEVA_VAULT)
		.map(({ name, parameters }) =>
			fixture.engine.node(name, VEEVA_VAULT, parameters, { credential }),
		);
	const note = nodes.find(({ type }) => type === 'n8n-nodes-base.stickyNote')?.parameters.content;
	return { steps, note: textOf(note) };
}

test('examples/query.json reads records and looks up each of them', async () => {
	const { steps, note } = example('query.json', await fixture.credential());
	fixture.vault.user('tom@veepharm.com').username = "tom.o'hara@veepharm.com";
	fixture.vault.user("tom.o'hara@veepharm.com").vaultIds = [1776];
	const { error, json } = await fixture.engine.run(steps);
	expect(error).toBeUndefined();
	expect(json('Query users')).toHaveLength(6);
	expect(json('Look each one up').map(({ last_name__sys }) => last_name__sys)).toContain('Thorne');
	expect(json('Look each one up')).toHaveLength(6);
	expect(json('Describe the fields')[0]).toHaveProperty('queryDescribe.fields');
	expect(note).toMatch(/^## .+select your credential/s);
});

test('examples/query.json escapes values, so that none changes the query', async () => {
	const { steps } = example('query.json', await fixture.credential());
	const username = String.raw`x\' OR username__sys LIKE '%`;
	fixture.vault.user('tom@veepharm.com').username = username;
	fixture.vault.user(username).vaultIds = [1776];
	const { error, json } = await fixture.engine.run(steps);
	expect(error).toBeUndefined();
	expect(json('Look each one up')).toHaveLength(6);
	expect(json('Look each one up').map(({ last_name__sys }) => last_name__sys)).toContain('Thorne');
	expect(fixture.vault.calls.map(({ form }) => form?.q)).toContain(
		[
			'SELECT id, first_name__sys, last_name__sys, email__sys',
			'FROM user__sys',
			String.raw`WHERE username__sys = 'x\\\' OR username__sys LIKE \'%'`,
		].join('\n'),
	);
});

test('examples/api-request.json creates a document with a file and downloads it again', async () => {
	const { steps, note } = example('api-request.json', await fixture.credential());
	const data = await fixture.engine.file(Buffer.from('Read this.'), 'leaflet.txt', 'text/plain');
	const outcome = await fixture.engine.run(steps, { input: [{ json: {}, binary: { data } }] });
	expect(outcome.error).toBeUndefined();
	const [{ binary }] = outcome.items('Download its file');
	expect(binary?.data).toMatchObject({ fileName: 'leaflet.txt', mimeType: 'text/plain' });
	expect(outcome.json('Create records').map(({ responseStatus }) => responseStatus)).toEqual([
		'SUCCESS',
		'SUCCESS',
	]);
	expect(note).toMatch(/^## .+select your credential/s);
});
