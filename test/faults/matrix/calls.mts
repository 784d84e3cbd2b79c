import { ALL, body, fromThird, OK, PASSED_ON, third } from '../results.mts';
import { noApiAccess, redirect, stopsListening } from '../strikes.mts';
import { always, type Row } from './row.mts';
import * as words from './words.mts';

const { N8N, TEST } = words;

/**
 * Faults of the call that a workflow wants made. Without an answer nobody knows whether it was carried out, so it is
 * never repeated; and no login is worth trying.
 */
export const CALLS: readonly Row[] = [
	{
		fault: 'slow answer',
		strike: { befalls: { with: 'slow', delay: 100 } },
		node: { 'first call': [OK, 1, 1], 'warm call': [OK, 0, 1], 'third of five': [ALL, 1, 5] },
		http: { 'first call': [OK, 1, 1], 'warm call': [OK, 0, 1], 'third of five': [ALL, 1, 5] },
		end: { 'warm call': [OK, 0, 1] },
		test: always(OK, 1, 0),
	},
	{
		fault: 'throttled answer',
		strike: { throttles: true },
		node: { 'first call': [OK, 1, 1], 'warm call': [OK, 0, 1], 'third of five': [ALL, 1, 5] },
		http: { 'first call': [OK, 1, 1], 'warm call': [OK, 0, 1], 'third of five': [ALL, 1, 5] },
		end: { 'warm call': [OK, 0, 1] },
		test: always(OK, 1, 0),
	},
	{
		fault: 'connection reset before the call ran',
		strike: { befalls: { with: 'reset' } },
		node: {
			'first call': [words.RESET, 1, 0],
			'warm call': [words.RESET, 0, 0],
			'third of five': [third(words.RESET), 1, 4],
		},
		http: {
			'first call': [N8N.reset, 1, 0],
			'warm call': [N8N.reset, 0, 0],
			'third of five': [third(N8N.reset), 1, 4],
		},
		end: { 'warm call': [words.RESET, 0, 0] },
		test: always(N8N.reset, 1, 0),
	},
	{
		fault: 'connection reset after the call ran',
		strike: { befalls: { with: 'reset', executed: true } },
		node: {
			'first call': [words.RESET, 1, 1],
			'warm call': [words.RESET, 0, 1],
			'third of five': [third(words.RESET), 1, 5],
		},
		http: {
			'first call': [N8N.reset, 1, 1],
			'warm call': [N8N.reset, 0, 1],
			'third of five': [third(N8N.reset), 1, 5],
		},
		end: { 'warm call': [words.RESET, 0, 1] },
		test: always(N8N.reset, 1, 0),
	},
	{
		fault: 'HTTP 500 before the call ran',
		strike: { befalls: { with: '500' } },
		node: {
			'first call': [words.HTTP_500, 1, 0],
			'warm call': [words.HTTP_500, 0, 0],
			'third of five': [third(words.HTTP_500), 1, 4],
		},
		http: {
			'first call': [N8N.http500, 1, 0],
			'warm call': [N8N.http500, 0, 0],
			'third of five': [third(N8N.http500), 1, 4],
		},
		end: { 'warm call': [words.HTTP_500, 0, 0] },
		test: always(N8N.http500, 1, 0),
	},
	{
		fault: 'HTTP 500 after the call ran',
		strike: { befalls: { with: '500', executed: true } },
		node: {
			'first call': [words.HTTP_500, 1, 1],
			'warm call': [words.HTTP_500, 0, 1],
			'third of five': [third(words.HTTP_500), 1, 5],
		},
		http: {
			'first call': [N8N.http500, 1, 1],
			'warm call': [N8N.http500, 0, 1],
			'third of five': [third(N8N.http500), 1, 5],
		},
		end: { 'warm call': [words.HTTP_500, 0, 1] },
		test: always(N8N.http500, 1, 0),
	},
	{
		// The HTTP Request node takes any page for data.
		fault: 'HTML page with status 200',
		strike: { befalls: { with: 'html' } },
		node: {
			'first call': [words.NOT_VAULT, 1, 0],
			'warm call': [words.NOT_VAULT, 0, 0],
			'third of five': [third(words.NOT_VAULT), 1, 4],
		},
		http: {
			'first call': [PASSED_ON, 1, 0],
			'warm call': [PASSED_ON, 0, 0],
			'third of five': [third(PASSED_ON), 1, 4],
		},
		end: { 'warm call': [words.NOT_VAULT, 0, 0] },
		test: always(TEST.notVault, 1, 0),
	},
	{
		// The HTTP Request node follows redirects, without what is secret: the runner looks at what arrives there.
		fault: 'redirect to another host',
		strike: { befalls: redirect },
		node: {
			'first call': [words.NOT_FOLLOWED, 1, 0],
			'warm call': [words.NOT_FOLLOWED, 0, 0],
			'third of five': [third(words.NOT_FOLLOWED), 1, 4],
		},
		http: {
			'first call': [PASSED_ON, 1, 0],
			'warm call': [PASSED_ON, 0, 0],
			'third of five': [third(PASSED_ON), 1, 4],
		},
		end: { 'warm call': [words.NOT_FOLLOWED, 0, 0] },
		test: always(TEST.notVault, 1, 0),
	},
	{
		fault: 'downtime',
		strike: { befalls: { with: 'downtime' } },
		node: {
			'first call': [words.DOWN, 1, 0],
			'warm call': [words.DOWN, 0, 0],
			'third of five': [third(words.DOWN), 1, 4],
		},
		http: {
			'first call': [N8N.down, 1, 0],
			'warm call': [N8N.down, 0, 0],
			'third of five': [third(N8N.down), 1, 4],
		},
		end: { 'warm call': [words.DOWN, 0, 0] },
		test: always(N8N.down, 1, 0),
	},
	{
		fault: 'connection refused',
		strike: stopsListening,
		node: {
			'first call': [words.REFUSED, 0, 0],
			'warm call': [words.REFUSED, 0, 0],
			'third of five': [fromThird(words.REFUSED), 1, 2],
		},
		http: {
			'first call': [words.REFUSED, 0, 0],
			'warm call': [N8N.refused, 0, 0],
			'third of five': [fromThird(N8N.refused), 1, 2],
		},
		end: { 'warm call': [words.REFUSED, 0, 0] },
		test: always(words.REFUSED, 0, 0),
	},
	{
		fault: 'unknown host',
		strike: { address: () => 'https://no-such-vault.invalid' },
		node: { 'first call': [words.UNKNOWN_HOST, 0, 0] },
		http: { 'first call': [words.UNKNOWN_HOST, 0, 0] },
		test: { 'first call': [words.UNKNOWN_HOST, 0, 0] },
	},
	{
		fault: 'bad certificate',
		strike: { address: ({ untrusted }) => untrusted.origin },
		node: { 'first call': [words.BAD_CERTIFICATE, 0, 0] },
		http: { 'first call': [words.BAD_CERTIFICATE, 0, 0] },
		test: { 'first call': [words.BAD_CERTIFICATE, 0, 0] },
	},
	{
		// Such an account logs in fine; every later call is refused.
		fault: 'INSUFFICIENT_ACCESS: no API access',
		strike: noApiAccess,
		node: {
			'first call': [words.refusal('INSUFFICIENT_ACCESS'), 1, 0],
			'warm call': [words.refusal('INSUFFICIENT_ACCESS'), 0, 0],
			'third of five': [fromThird(words.refusal('INSUFFICIENT_ACCESS')), 1, 2],
		},
		http: {
			'first call': [body('INSUFFICIENT_ACCESS'), 1, 0],
			'warm call': [body('INSUFFICIENT_ACCESS'), 0, 0],
			'third of five': [fromThird(body('INSUFFICIENT_ACCESS')), 1, 2],
		},
		end: { 'warm call': [words.refusal('INSUFFICIENT_ACCESS'), 0, 0] },
		test: always(TEST.noApiAccess, 1, 0),
	},
	{
		fault: 'another FAILURE: INVALID_DATA',
		strike: { befalls: { with: { error: 'INVALID_DATA' } } },
		node: {
			'first call': [words.refusal('INVALID_DATA'), 1, 0],
			'warm call': [words.refusal('INVALID_DATA'), 0, 0],
			'third of five': [third(words.refusal('INVALID_DATA')), 1, 4],
		},
		http: {
			'first call': [body('INVALID_DATA'), 1, 0],
			'warm call': [body('INVALID_DATA'), 0, 0],
			'third of five': [third(body('INVALID_DATA')), 1, 4],
		},
		end: { 'warm call': [words.refusal('INVALID_DATA'), 0, 0] },
		test: always(TEST.refused, 1, 0),
	},
	{
		fault: 'EXCEPTION: UNEXPECTED_ERROR',
		strike: { befalls: { with: { error: 'UNEXPECTED_ERROR' }, executed: true } },
		node: {
			'first call': [words.refusal('UNEXPECTED_ERROR'), 1, 1],
			'warm call': [words.refusal('UNEXPECTED_ERROR'), 0, 1],
			'third of five': [third(words.refusal('UNEXPECTED_ERROR')), 1, 5],
		},
		http: {
			'first call': [body('UNEXPECTED_ERROR'), 1, 1],
			'warm call': [body('UNEXPECTED_ERROR'), 0, 1],
			'third of five': [third(body('UNEXPECTED_ERROR')), 1, 5],
		},
		end: { 'warm call': [words.refusal('UNEXPECTED_ERROR'), 0, 1] },
		test: always(TEST.exception, 1, 0),
	},
];
