import type { INodeProperties } from 'n8n-workflow';

import { DEFAULT_SETTINGS } from '../vault/http/call';
import type { Operation } from './operation';
import { wholeNumber } from './parameters';

const { apiVersion, clientId } = DEFAULT_SETTINGS;

const CONCURRENCY = 10;
const MAX_CONCURRENCY = 100;

/** For every operation that can work on several items at the same time. */
const concurrency: INodeProperties = {
	displayName: 'Concurrent Items',
	name: 'concurrency',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: MAX_CONCURRENCY, numberPrecision: 0 },
	default: CONCURRENCY,
	description:
		'How many items to work on at the same time. The output always keeps the order of the input. When Vault has few calls left, the node slows down automatically.',
};

/** For a session given by its ID: the settings that otherwise come from the credential. */
const withSessionId: INodeProperties[] = [
	{
		displayName: 'API Version',
		name: 'apiVersion',
		type: 'string',
		displayOptions: { show: { '/sessionSource': ['sessionId'] } },
		default: apiVersion,
		placeholder: 'e.g. v25.2',
		description: 'Enter the version of the Vault API to call',
	},
	{
		displayName: 'Client ID',
		name: 'clientId',
		type: 'string',
		displayOptions: { show: { '/sessionSource': ['sessionId'] } },
		default: clientId,
		placeholder: 'e.g. mycompany-clinical-n8n-server-nightlysync',
		description:
			"Enter a name for the caller in Vault's API usage log. If the Vault filters client IDs, it must allow this one.",
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
 * @param given the option, as the user set it
 * @throws VaultFieldError
 */
export function concurrencyOf({ inTurn }: Operation, given: unknown): number {
	if (inTurn) return 1;
	return wholeNumber(given ?? CONCURRENCY, concurrency.displayName, { max: MAX_CONCURRENCY });
}
