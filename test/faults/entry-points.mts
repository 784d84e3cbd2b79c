import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Outcome } from '../engine/engine.mts';
import { VEEVA_VAULT } from '../engine/engine.mts';
import { textOf } from '../fixture/text.mts';
import type { CallFilter } from '../simulator/types.mts';
import type { CaseFixture } from './fixture.mts';
import type { Moment } from './matrix/row.mts';
import { OK, type Result } from './results.mts';

/** One way by which a workflow, or the editor, reaches Vault. */
export interface EntryPoint {
	name: string;
	/** Whose rules hold: the Veeva Vault node's (as for the editor's list), n8n's HTTP Request node's, … */
	rules: 'node' | 'end' | 'list' | 'http' | 'test';
	/** The call of its own that it makes for each item */
	call: CallFilter;
	/** Whether that call changes data */
	changes: boolean;
	moments: readonly Moment[];
	/** Runs it for so many items, and tells what became of each. */
	run(fixture: CaseFixture, items: number): Promise<Ran>;
}

/** What is known of a run. */
export interface Ran {
	results: Result[];
	/** All that n8n would save of it, or show */
	saved: unknown;
}

const DELEGATION = { __rl: true, mode: 'id', value: '1776:61579' };
const MOMENTS = ['first call', 'warm call', 'third of five'] as const;

export const ENTRY_POINTS: readonly EntryPoint[] = [
	{
		name: 'node: Validate',
		rules: 'node',
		call: { path: '/objects/users/me' },
		changes: false,
		moments: MOMENTS,
		run: vaultNode({ resource: 'session', operation: 'validate' }),
	},
	{
		name: 'node: Start Session',
		rules: 'node',
		call: { path: '/delegation/login' },
		changes: true,
		moments: MOMENTS,
		run: vaultNode({ resource: 'delegation', operation: 'start', delegation: DELEGATION }),
	},
	{
		name: 'node: Run VQL',
		rules: 'node',
		call: { method: 'POST', path: '/query' },
		changes: false,
		// Otherwise as Validate.
		moments: ['warm call'],
		run: vaultNode({
			resource: 'query',
			operation: 'run',
			query: 'SELECT id FROM user__sys MAXROWS 1',
		}),
	},
	{
		name: 'node: Request',
		rules: 'node',
		call: { method: 'POST', path: '/objects/documents' },
		changes: true,
		moments: ['first call', 'warm call'],
		run: vaultNode({
			resource: 'api',
			operation: 'request',
			method: 'POST',
			path: { __rl: true, mode: 'path', value: '/objects/documents' },
			contentType: 'form-urlencoded',
			bodyParameters: { parameters: [{ name: 'name__v', value: 'Leaflet' }] },
		}),
	},
	{
		name: 'node: End',
		rules: 'end',
		call: { method: 'DELETE', path: '/session' },
		changes: true,
		// Without a session there is nothing to end, nor after the first of five items.
		moments: ['warm call'],
		run: vaultNode({ resource: 'session', operation: 'end' }),
	},
	{
		name: 'HTTP Request: GET',
		rules: 'http',
		call: { method: 'GET', path: '/objects/documents' },
		changes: false,
		moments: MOMENTS,
		run: httpRequestNode({}),
	},
	{
		name: 'HTTP Request: POST',
		rules: 'http',
		call: { method: 'POST', path: '/objects/documents' },
		changes: true,
		moments: MOMENTS,
		run: httpRequestNode({
			method: 'POST',
			sendBody: true,
			contentType: 'form-urlencoded',
			bodyParameters: { parameters: [{ name: 'name__v', value: 'Leaflet' }] },
		}),
	},
	{
		name: 'list in the editor',
		rules: 'list',
		call: { path: '/delegation/vaults' },
		changes: false,
		moments: ['first call', 'warm call'],
		async run({ engine, credential }) {
			const node = engine.node('Vault', VEEVA_VAULT, {}, { credential });
			return await engine.listSearch('getDelegations', node).then(
				(saved) => ({ results: [OK], saved }),
				(error: Error) => ({ results: [failed(error.message)], saved: error }),
			);
		},
	},
	{
		name: 'credential test',
		rules: 'test',
		call: { path: '/objects/users/me' },
		changes: false,
		moments: ['first call', 'warm call'],
		async run({ engine, credential }) {
			const saved = await engine.testCredential(credential);
			return { results: [saved.status === 'OK' ? OK : failed(saved.message)], saved };
		},
	},
];

function vaultNode(parameters: INodeParameters): EntryPoint['run'] {
	return async ({ engine, credential, concurrency }, count) => {
		const given = { ...parameters, options: { concurrency } };
		const outcome = await engine.vault(given, { credential, ...several(count) });
		return readOutcome(outcome, 'Vault', () => OK);
	};
}

function httpRequestNode(parameters: INodeParameters): EntryPoint['run'] {
	return async ({ engine, credential, origin }, count) => {
		const outcome = await engine.httpRequest(`${origin}/api/v25.2/objects/documents`, credential, {
			parameters,
			...several(count),
		});
		return readOutcome(outcome, 'HTTP', readBody);
	};
}

/** With several items each is to be its own outcome. */
function several(count: number) {
	return count === 1
		? {}
		: {
				items: Array.from({ length: count }, () => ({})),
				onError: 'continueRegularOutput' as const,
			};
}

function readOutcome(
	{ error, json, run }: Outcome,
	node: string,
	read: (json: IDataObject) => Result,
): Ran {
	const results = json(node).map((item) =>
		item.error === undefined ? read(item) : failed(messageOf(item.error)),
	);
	return {
		results: error === undefined ? results : [...results, failed(error.message)],
		saved: run.data,
	};
}

function readBody({ responseStatus, errors }: IDataObject): Result {
	if (responseStatus === 'SUCCESS') return OK;
	if (responseStatus === undefined) return { is: 'passed on' };
	const [error] = Array.isArray(errors) ? (errors as IDataObject[]) : [];
	return { is: 'body', type: textOf(error?.type) };
}

function failed(message: string): Result {
	return { is: 'error', message };
}

/** The HTTP Request node gives the error as an object. */
function messageOf(error: unknown): string {
	const holder: unknown =
		typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
	return String(holder);
}
