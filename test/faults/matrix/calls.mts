import { noApiAccess, redirect, stopsListening } from '../faults.mts';
import { ALL, body, fromThird, OK, PASSED_ON, third } from '../results.mts';
import * as messages from './messages.mts';
import { always, type Row } from './row.mts';

const { N8N, TEST } = messages;

/**
 * Faults of the call that a workflow wants made. Without a response it is not known whether the call was carried out, so it is
 * never repeated, and no login is tried.
 */
export const CALLS: readonly Row[] = [
	{
		title: 'slow answer',
		fault: { onCall: { with: 'slow', delay: 100 } },
		node: { 'first call': [OK, 1, 1], 'warm call': [OK, 0, 1], 'third of five': [ALL, 1, 5] },
		http: { 'first call': [OK, 1, 1], 'warm call': [OK, 0, 1], 'third of five': [ALL, 1, 5] },
		end: { 'warm call': [OK, 0, 1] },
		test: always(OK, 1, 0),
	},
	{
		title: 'throttled answer',
		fault: { throttles: true },
		node: { 'first call': [OK, 1, 1], 'warm call': [OK, 0, 1], 'third of five': [ALL, 1, 5] },
		http: { 'first call': [OK, 1, 1], 'warm call': [OK, 0, 1], 'third of five': [ALL, 1, 5] },
		end: { 'warm call': [OK, 0, 1] },
		test: always(OK, 1, 0),
	},
	{
		title: 'connection reset before the call ran',
		fault: { onCall: { with: 'reset' } },
		node: {
			'first call': [messages.RESET, 1, 0],
			'warm call': [messages.RESET, 0, 0],
			'third of five': [third(messages.RESET), 1, 4],
		},
		http: {
			'first call': [N8N.reset, 1, 0],
			'warm call': [N8N.reset, 0, 0],
			'third of five': [third(N8N.reset), 1, 4],
		},
		end: { 'warm call': [messages.RESET, 0, 0] },
		test: always(N8N.reset, 1, 0),
	},
	{
		title: 'connection reset after the call ran',
		fault: { onCall: { with: 'reset', executed: true } },
		node: {
			'first call': [messages.RESET, 1, 1],
			'warm call': [messages.RESET, 0, 1],
			'third of five': [third(messages.RESET), 1, 5],
		},
		http: {
			'first call': [N8N.reset, 1, 1],
			'warm call': [N8N.reset, 0, 1],
			'third of five': [third(N8N.reset), 1, 5],
		},
		end: { 'warm call': [messages.RESET, 0, 1] },
		test: always(N8N.reset, 1, 0),
	},
	{
		title: 'HTTP 500 before the call ran',
		fault: { onCall: { with: '500' } },
		node: {
			'first call': [messages.HTTP_500, 1, 0],
			'warm call': [messages.HTTP_500, 0, 0],
			'third of five': [third(messages.HTTP_500), 1, 4],
		},
		http: {
			'first call': [N8N.http500, 1, 0],
			'warm call': [N8N.http500, 0, 0],
			'third of five': [third(N8N.http500), 1, 4],
		},
		end: { 'warm call': [messages.HTTP_500, 0, 0] },
		test: always(N8N.http500, 1, 0),
	},
	{
		title: 'HTTP 500 after the call ran',
		fault: { onCall: { with: '500', executed: true } },
		node: {
			'first call': [messages.HTTP_500, 1, 1],
			'warm call': [messages.HTTP_500, 0, 1],
			'third of five': [third(messages.HTTP_500), 1, 5],
		},
		http: {
			'first call': [N8N.http500, 1, 1],
			'warm call': [N8N.http500, 0, 1],
			'third of five': [third(N8N.http500), 1, 5],
		},
		end: { 'warm call': [messages.HTTP_500, 0, 1] },
		test: always(N8N.http500, 1, 0),
	},
	{
		// The HTTP Request node takes any page for data.
		title: 'HTML page with status 200',
		fault: { onCall: { with: 'html' } },
		node: {
			'first call': [messages.NOT_VAULT, 1, 0],
			'warm call': [messages.NOT_VAULT, 0, 0],
			'third of five': [third(messages.NOT_VAULT), 1, 4],
		},
		http: {
			'first call': [PASSED_ON, 1, 0],
			'warm call': [PASSED_ON, 0, 0],
			'third of five': [third(PASSED_ON), 1, 4],
		},
		end: { 'warm call': [messages.NOT_VAULT, 0, 0] },
		test: always(TEST.notVault, 1, 0),
	},
	{
		// The HTTP Request node follows redirects, without what is secret: the runner looks at what arrives there.
		title: 'redirect to another host',
		fault: { onCall: redirect },
		node: {
			'first call': [messages.NOT_FOLLOWED, 1, 0],
			'warm call': [messages.NOT_FOLLOWED, 0, 0],
			'third of five': [third(messages.NOT_FOLLOWED), 1, 4],
		},
		http: {
			'first call': [PASSED_ON, 1, 0],
			'warm call': [PASSED_ON, 0, 0],
			'third of five': [third(PASSED_ON), 1, 4],
		},
		end: { 'warm call': [messages.NOT_FOLLOWED, 0, 0] },
		test: always(TEST.notVault, 1, 0),
	},
	{
		title: 'downtime',
		fault: { onCall: { with: 'downtime' } },
		node: {
			'first call': [messages.DOWN, 1, 0],
			'warm call': [messages.DOWN, 0, 0],
			'third of five': [third(messages.DOWN), 1, 4],
		},
		http: {
			'first call': [N8N.down, 1, 0],
			'warm call': [N8N.down, 0, 0],
			'third of five': [third(N8N.down), 1, 4],
		},
		end: { 'warm call': [messages.DOWN, 0, 0] },
		test: always(N8N.down, 1, 0),
	},
	{
		title: 'connection refused',
		fault: stopsListening,
		node: {
			'first call': [messages.REFUSED, 0, 0],
			'warm call': [messages.REFUSED, 0, 0],
			'third of five': [fromThird(messages.REFUSED), 1, 2],
		},
		http: {
			'first call': [messages.REFUSED, 0, 0],
			'warm call': [N8N.refused, 0, 0],
			'third of five': [fromThird(N8N.refused), 1, 2],
		},
		end: { 'warm call': [messages.REFUSED, 0, 0] },
		test: always(messages.REFUSED, 0, 0),
	},
	{
		title: 'unknown host',
		fault: { address: () => 'https://no-such-vault.invalid' },
		node: { 'first call': [messages.UNKNOWN_HOST, 0, 0] },
		http: { 'first call': [messages.UNKNOWN_HOST, 0, 0] },
		test: { 'first call': [messages.UNKNOWN_HOST, 0, 0] },
	},
	{
		title: 'bad certificate',
		fault: { address: ({ untrusted }) => untrusted.origin },
		node: { 'first call': [messages.BAD_CERTIFICATE, 0, 0] },
		http: { 'first call': [messages.BAD_CERTIFICATE, 0, 0] },
		test: { 'first call': [messages.BAD_CERTIFICATE, 0, 0] },
	},
	{
		// Such an account logs in fine; every later call is refused.
		title: 'INSUFFICIENT_ACCESS: no API access',
		fault: noApiAccess,
		node: {
			'first call': [messages.refusal('INSUFFICIENT_ACCESS'), 1, 0],
			'warm call': [messages.refusal('INSUFFICIENT_ACCESS'), 0, 0],
			'third of five': [fromThird(messages.refusal('INSUFFICIENT_ACCESS')), 1, 2],
		},
		http: {
			'first call': [body('INSUFFICIENT_ACCESS'), 1, 0],
			'warm call': [body('INSUFFICIENT_ACCESS'), 0, 0],
			'third of five': [fromThird(body('INSUFFICIENT_ACCESS')), 1, 2],
		},
		end: { 'warm call': [messages.refusal('INSUFFICIENT_ACCESS'), 0, 0] },
		test: always(TEST.noApiAccess, 1, 0),
	},
	{
		title: 'another FAILURE: INVALID_DATA',
		fault: { onCall: { with: { error: 'INVALID_DATA' } } },
		node: {
			'first call': [messages.refusal('INVALID_DATA'), 1, 0],
			'warm call': [messages.refusal('INVALID_DATA'), 0, 0],
			'third of five': [third(messages.refusal('INVALID_DATA')), 1, 4],
		},
		http: {
			'first call': [body('INVALID_DATA'), 1, 0],
			'warm call': [body('INVALID_DATA'), 0, 0],
			'third of five': [third(body('INVALID_DATA')), 1, 4],
		},
		end: { 'warm call': [messages.refusal('INVALID_DATA'), 0, 0] },
		test: always(TEST.refused, 1, 0),
	},
	{
		title: 'EXCEPTION: UNEXPECTED_ERROR',
		fault: { onCall: { with: { error: 'UNEXPECTED_ERROR' }, executed: true } },
		node: {
			'first call': [messages.refusal('UNEXPECTED_ERROR'), 1, 1],
			'warm call': [messages.refusal('UNEXPECTED_ERROR'), 0, 1],
			'third of five': [third(messages.refusal('UNEXPECTED_ERROR')), 1, 5],
		},
		http: {
			'first call': [body('UNEXPECTED_ERROR'), 1, 1],
			'warm call': [body('UNEXPECTED_ERROR'), 0, 1],
			'third of five': [third(body('UNEXPECTED_ERROR')), 1, 5],
		},
		end: { 'warm call': [messages.refusal('UNEXPECTED_ERROR'), 0, 1] },
		test: always(TEST.exception, 1, 0),
	},
];
