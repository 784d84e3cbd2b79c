import type { IDataObject } from 'n8n-workflow';

import type { Outcome } from '../engine/engine.mts';
import { textOf } from '../fixture/text.mts';
import type { Login, SoakFixture } from './fixture.mts';
import type { Random } from './random.mts';

export const DOCUMENTS = '/api/v25.2/objects/documents';

/** One execution, and how it ended. */
export interface Execution {
	by: 'Veeva Vault node' | 'HTTP Request node';
	/** In ms since 1970 */
	from: number;
	to: number;
	/** `ok`, the message of the error, or the type of a refusal that came as data */
	end: { is: 'ok' } | { is: 'error'; message: string } | { is: 'body'; type: string };
}

const OPERATIONS = [
	{ resource: 'session', operation: 'keepAlive' },
	{ resource: 'session', operation: 'validate' },
	{ resource: 'delegation', operation: 'getAll' },
] as const;

/** Runs a workflow of one node, at random one of four. */
export async function execute({ engine, logins }: SoakFixture, random: Random): Promise<Execution> {
	const login = random.pick(logins);
	const operation = random.pick([...OPERATIONS, undefined]);
	const from = Date.now();
	if (operation !== undefined) {
		const { error } = await engine.vault({ ...operation }, { credential: login.credential });
		return { by: 'Veeva Vault node', from, to: Date.now(), end: endOf(error) };
	}
	const outcome = await httpRequest(engine, login);
	return { by: 'HTTP Request node', from, to: Date.now(), end: bodyOf(outcome) };
}

async function httpRequest(engine: SoakFixture['engine'], login: Login): Promise<Outcome> {
	return await engine.httpRequest(login.origin + DOCUMENTS, login.credential);
}

function bodyOf({ error, json }: Outcome): Execution['end'] {
	const [body] = json('HTTP');
	if (error !== undefined || body?.responseStatus === 'SUCCESS') return endOf(error);
	const [refusal] = Array.isArray(body?.errors) ? (body.errors as IDataObject[]) : [];
	return {
		is: 'body',
		type: refusal === undefined ? 'none' : textOf(refusal.type),
	};
}

function endOf(error: Outcome['error']): Execution['end'] {
	return error === undefined ? { is: 'ok' } : { is: 'error', message: error.message };
}
