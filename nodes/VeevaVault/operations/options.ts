import type { INodeProperties } from 'n8n-workflow';

import { DEFAULT_SETTINGS } from '../vault/http/call';
import type { Operation } from './operation';
import { wholeNumber } from './parameters';

const { apiVersion, clientId } = DEFAULT_SETTINGS;

const CONCURRENCY = 10;
const MAX_CONCURRENCY = 100;

/** For every operation but those that take the items in turn. */
const concurrency: INodeProperties = {
	displayName: 'Concurrent Items',
	name: 'concurrency',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: MAX_CONCURRENCY, numberPrecision: 0 },
	default: CONCURRENCY,
	description:
		'How many items to work on at the same time; 1 is one after the other. The results have the order of the items in any case, and when Vault has few calls left, the step slows down by itself.',
};

/** For a session that is given by its ID: what else the credential says. */
const withSessionId: INodeProperties[] = [
	{
		displayName: 'API Version',
		name: 'apiVersion',
		type: 'string',
		displayOptions: { show: { '/sessionSource': ['sessionId'] } },
		default: apiVersion,
		placeholder: 'e.g. v25.2',
		description: 'Version of the Vault API to call',
	},
	{
		displayName: 'Client ID',
		name: 'clientId',
		type: 'string',
		displayOptions: { show: { '/sessionSource': ['sessionId'] } },
		default: clientId,
		placeholder: 'e.g. mycompany-clinical-n8n-server-nightlysync',
		description:
			"Names the caller in Vault's API usage log; a Vault that filters client IDs has to allow it",
	},
];

/** All options of an operation, by name. */
export function optionsOf({ options = [], signedBy, inTurn }: Operation): INodeProperties[] {
	return [
		...options,
		...(signedBy === 'credentialOrSessionId' ? withSessionId : []),
		...(inTurn ? [] : [concurrency]),
	].sort((a, b) => a.displayName.localeCompare(b.displayName));
}

/**
 * How many items an operation works on at the same time.
 *
 * @param given the option, as the user has set it
 * @throws VaultFieldError
 */
export function concurrencyOf({ inTurn }: Operation, given: unknown): number {
	if (inTurn) return 1;
	return wholeNumber(given ?? CONCURRENCY, concurrency.displayName, { max: MAX_CONCURRENCY });
}
