import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';

import { CREDENTIAL, type Engine, type Outcome } from '../engine/engine.mts';
import { SEED_PASSWORD } from '../simulator/seed.mts';
import { PEER } from './peer.mts';

/** How a workflow reaches Vault. */
export interface Contender {
	label: string;
	credentialType: string;
	/** A new credential for a user of the Vault at an origin */
	credential(origin: string, username: string): ICredentialDataDecryptedObject;
	/**
	 * One execution that keeps the session alive once for each item: a call that Vault carries out, `POST …/keep-alive`.
	 */
	execute(engine: Engine, call: BenchCall): Promise<Outcome>;
}

/** What an execution is to do. */
export interface BenchCall {
	credential: string;
	origin: string;
	items: number;
	/** The HTTP Request node starts a batch only every so many ms; 0: all at once */
	pacedMs: number;
	/** How many items the Veeva Vault node works on at the same time, and the HTTP Request node has in a batch */
	concurrency: number;
}

export const CALL = '/api/v25.2/keep-alive';

/** The node whose output counts, as `Engine` names it */
const OUTPUT = { veeva: 'Vault', http: 'HTTP' };

export const contenders = {
	node: {
		label: 'Veeva Vault node',
		credentialType: CREDENTIAL,
		credential: ourCredential,
		execute: async (engine, { credential, items, concurrency }) =>
			await engine.vault(
				{ resource: 'session', operation: 'keepAlive', options: { concurrency } },
				{ credential, items: emptyItems(items) },
			),
	},
	http: {
		label: 'HTTP Request node, our credential',
		credentialType: CREDENTIAL,
		credential: ourCredential,
		execute: httpRequestWith(CREDENTIAL),
	},
	peer: {
		label: 'HTTP Request node, peer',
		credentialType: PEER,
		credential: (origin, username) => ({
			url: origin,
			username,
			password: SEED_PASSWORD,
		}),
		execute: httpRequestWith(PEER),
	},
} satisfies Record<string, Contender>;

export type ContenderName = keyof typeof contenders;
export const contenderNames = Object.keys(contenders) as ContenderName[];

/** Whether an execution did not do what it was to do: it ended in an error, or carries an answer that is one. */
export function failed(outcome: Outcome, items: number): boolean {
	const answers = Object.values(OUTPUT).flatMap((node) => outcome.json(node));
	return (
		outcome.error !== undefined ||
		answers.length !== items ||
		answers.some(({ responseStatus }) => responseStatus !== 'SUCCESS')
	);
}

function ourCredential(origin: string, username: string): ICredentialDataDecryptedObject {
	return { vaultDns: origin, loginHost: origin, username, password: SEED_PASSWORD };
}

function httpRequestWith(credentialType: string): Contender['execute'] {
	return async (engine, { credential, origin, items, pacedMs, concurrency }) =>
		await engine.httpRequest(origin + CALL, credential, {
			credentialType,
			items: emptyItems(items),
			parameters: {
				method: 'POST',
				options:
					pacedMs === 0
						? {}
						: { batching: { batch: { batchSize: concurrency, batchInterval: pacedMs } } },
			},
		});
}

function emptyItems(count: number): IDataObject[] {
	return Array.from({ length: count }, () => ({}));
}
