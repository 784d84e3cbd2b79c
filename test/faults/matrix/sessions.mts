import * as faults from '../faults.mts';
import { ALL, body, fromThird, OK, third } from '../results.mts';
import * as messages from './messages.mts';
import type { Expectations, Row } from './row.mts';

/** One more login, and nothing else. */
const REPLACED: Expectations = { 'warm call': [OK, 1, 1], 'third of five': [ALL, 2, 5] };

/** Ending a session that is not there any more is a success without a change. */
const NOTHING_TO_END: Expectations = { 'warm call': [OK, 0, 0] };

const TESTED: Expectations = { 'warm call': [OK, 1, 0] };

/** Ends of a session, and faults while Vault is asked whether it lives. All need that there was one. */
export const SESSIONS: readonly Row[] = [
	{
		title: 'session idled out',
		fault: faults.idledOut,
		node: REPLACED,
		http: REPLACED,
		end: NOTHING_TO_END,
		test: TESTED,
		sessionsLeft: 1,
	},
	{
		title: 'session past its 48 hours',
		fault: faults.over48Hours,
		node: REPLACED,
		http: REPLACED,
		end: NOTHING_TO_END,
		test: TESTED,
		sessionsLeft: 1,
	},
	{
		title: 'session ended by another workflow',
		fault: faults.endedElsewhere,
		node: REPLACED,
		http: REPLACED,
		end: NOTHING_TO_END,
		test: TESTED,
		sessionsLeft: 1,
	},
	{
		// The node repeats the call, for Vault has said that it did not run. The HTTP Request node is n8n's: it does
		// not look into the answer, and its session is asked about only when the lease is over.
		title: 'session killed at Vault',
		fault: faults.killed,
		node: REPLACED,
		http: {
			'warm call': [body('INVALID_SESSION_ID'), 0, 0],
			'third of five': [fromThird(body('INVALID_SESSION_ID')), 1, 2],
		},
		end: NOTHING_TO_END,
		test: TESTED,
	},
	{
		title: 'session killed at Vault, lease over',
		fault: faults.killedAndLeaseOver,
		node: REPLACED,
		http: REPLACED,
		end: NOTHING_TO_END,
		test: TESTED,
		sessionsLeft: 1,
	},
	{
		// Renewed once for each item, then believed.
		title: 'Vault calls every session dead',
		fault: { onCall: { with: { error: 'INVALID_SESSION_ID' }, times: Infinity } },
		node: {
			'first call': [messages.refusal('INVALID_SESSION_ID'), 2, 0],
			'warm call': [messages.refusal('INVALID_SESSION_ID'), 1, 0],
			'third of five': [fromThird(messages.refusal('INVALID_SESSION_ID')), 4, 2],
		},
		http: {
			'first call': [body('INVALID_SESSION_ID'), 1, 0],
			'warm call': [body('INVALID_SESSION_ID'), 0, 0],
			'third of five': [fromThird(body('INVALID_SESSION_ID')), 1, 2],
		},
		end: NOTHING_TO_END,
		test: {
			'first call': [messages.TEST.deadSession, 1, 0],
			'warm call': [messages.TEST.deadSession, 1, 0],
		},
	},
	{
		title: 'lease over, session lives',
		fault: faults.leaseOver,
		node: { 'warm call': [OK, 0, 1], 'third of five': [ALL, 1, 5] },
		http: { 'warm call': [OK, 0, 1], 'third of five': [ALL, 1, 5] },
		end: { 'warm call': [OK, 0, 1] },
		test: TESTED,
	},
	{
		// Whether the session lives stays open, so no login; the next item asks again. The HTTP Request node's items
		// ask at the same time, and share what is answered.
		title: 'HTTP 500 at the keep-alive',
		fault: faults.atKeepAlive({ with: '500' }),
		node: {
			'warm call': [messages.HTTP_500, 0, 0],
			'third of five': [third(messages.HTTP_500), 1, 4],
		},
		http: {
			'warm call': [messages.HTTP_500, 0, 0],
			'third of five': [fromThird(messages.HTTP_500), 1, 2],
		},
		end: { 'warm call': [OK, 0, 1] },
		test: TESTED,
	},
	{
		title: 'connection reset at the keep-alive',
		fault: faults.atKeepAlive({ with: 'reset' }),
		node: { 'warm call': [messages.RESET, 0, 0], 'third of five': [third(messages.RESET), 1, 4] },
		http: {
			'warm call': [messages.RESET, 0, 0],
			'third of five': [fromThird(messages.RESET), 1, 2],
		},
		end: { 'warm call': [OK, 0, 1] },
		test: TESTED,
	},
	{
		title: 'HTML page at the keep-alive',
		fault: faults.atKeepAlive({ with: 'html' }),
		node: {
			'warm call': [messages.NOT_VAULT, 0, 0],
			'third of five': [third(messages.NOT_VAULT), 1, 4],
		},
		http: {
			'warm call': [messages.NOT_VAULT, 0, 0],
			'third of five': [fromThird(messages.NOT_VAULT), 1, 2],
		},
		end: { 'warm call': [OK, 0, 1] },
		test: TESTED,
	},
];
