import { ALL, body, fromThird, OK, third } from '../results.mts';
import * as strikes from '../strikes.mts';
import type { Cells, Row } from './row.mts';
import * as words from './words.mts';

/** One more login, and nobody notices. */
const REPLACED: Cells = { 'warm call': [OK, 1, 1], 'third of five': [ALL, 2, 5] };

/** Ending a session that is not there any more is a success without a change. */
const NOTHING_TO_END: Cells = { 'warm call': [OK, 0, 0] };

const TESTED: Cells = { 'warm call': [OK, 1, 0] };

/** Ends of a session, and faults while Vault is asked whether it lives. All need that there was one. */
export const SESSIONS: readonly Row[] = [
	{
		fault: 'session idled out',
		strike: strikes.idledOut,
		node: REPLACED,
		http: REPLACED,
		end: NOTHING_TO_END,
		test: TESTED,
		sessionsLeft: 1,
	},
	{
		fault: 'session past its 48 hours',
		strike: strikes.over48Hours,
		node: REPLACED,
		http: REPLACED,
		end: NOTHING_TO_END,
		test: TESTED,
		sessionsLeft: 1,
	},
	{
		fault: 'session ended by another workflow',
		strike: strikes.endedElsewhere,
		node: REPLACED,
		http: REPLACED,
		end: NOTHING_TO_END,
		test: TESTED,
		sessionsLeft: 1,
	},
	{
		// The node repeats the call, for Vault has said that it did not run. The HTTP Request node is n8n's: it does
		// not look into the answer, and its session is asked about only when the lease is over.
		fault: 'session killed at Vault',
		strike: strikes.killed,
		node: REPLACED,
		http: {
			'warm call': [body('INVALID_SESSION_ID'), 0, 0],
			'third of five': [fromThird(body('INVALID_SESSION_ID')), 1, 2],
		},
		end: NOTHING_TO_END,
		test: TESTED,
	},
	{
		fault: 'session killed at Vault, lease over',
		strike: strikes.killedAndLeaseOver,
		node: REPLACED,
		http: REPLACED,
		end: NOTHING_TO_END,
		test: TESTED,
		sessionsLeft: 1,
	},
	{
		// Renewed once for each item, then believed.
		fault: 'Vault calls every session dead',
		strike: { befalls: { with: { error: 'INVALID_SESSION_ID' }, times: Infinity } },
		node: {
			'first call': [words.refusal('INVALID_SESSION_ID'), 2, 0],
			'warm call': [words.refusal('INVALID_SESSION_ID'), 1, 0],
			'third of five': [fromThird(words.refusal('INVALID_SESSION_ID')), 4, 2],
		},
		http: {
			'first call': [body('INVALID_SESSION_ID'), 1, 0],
			'warm call': [body('INVALID_SESSION_ID'), 0, 0],
			'third of five': [fromThird(body('INVALID_SESSION_ID')), 1, 2],
		},
		end: NOTHING_TO_END,
		test: {
			'first call': [words.TEST.deadSession, 1, 0],
			'warm call': [words.TEST.deadSession, 1, 0],
		},
	},
	{
		fault: 'lease over, session lives',
		strike: strikes.leaseOver,
		node: { 'warm call': [OK, 0, 1], 'third of five': [ALL, 1, 5] },
		http: { 'warm call': [OK, 0, 1], 'third of five': [ALL, 1, 5] },
		end: { 'warm call': [OK, 0, 1] },
		test: TESTED,
	},
	{
		// Whether the session lives stays open, so no login; the next item asks again. The HTTP Request node's items
		// ask at the same time, and share what is answered.
		fault: 'HTTP 500 at the keep-alive',
		strike: strikes.atKeepAlive({ with: '500' }),
		node: {
			'warm call': [words.HTTP_500, 0, 0],
			'third of five': [third(words.HTTP_500), 1, 4],
		},
		http: {
			'warm call': [words.HTTP_500, 0, 0],
			'third of five': [fromThird(words.HTTP_500), 1, 2],
		},
		end: { 'warm call': [OK, 0, 1] },
		test: TESTED,
	},
	{
		fault: 'connection reset at the keep-alive',
		strike: strikes.atKeepAlive({ with: 'reset' }),
		node: { 'warm call': [words.RESET, 0, 0], 'third of five': [third(words.RESET), 1, 4] },
		http: { 'warm call': [words.RESET, 0, 0], 'third of five': [fromThird(words.RESET), 1, 2] },
		end: { 'warm call': [OK, 0, 1] },
		test: TESTED,
	},
	{
		fault: 'HTML page at the keep-alive',
		strike: strikes.atKeepAlive({ with: 'html' }),
		node: {
			'warm call': [words.NOT_VAULT, 0, 0],
			'third of five': [third(words.NOT_VAULT), 1, 4],
		},
		http: {
			'warm call': [words.NOT_VAULT, 0, 0],
			'third of five': [fromThird(words.NOT_VAULT), 1, 2],
		},
		end: { 'warm call': [OK, 0, 1] },
		test: TESTED,
	},
];
