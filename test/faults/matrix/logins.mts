import { PASSWORD } from '../../fixture/data.mts';
import { atLogin, loginLimit, redirect, userAtLogin, type Fault } from '../faults.mts';
import { ALL, fromThird, OK, third, type Expected } from '../results.mts';
import * as messages from './messages.mts';
import { always, type Row } from './row.mts';

/**
 * Faults of the login. Where there was a session it has idled out before, so that every moment needs one.
 * Items of the HTTP Request node log in at the same time, and so share one login and what comes of it.
 */
export const LOGINS: readonly Row[] = [
	works('slow login', atLogin({ with: 'slow', delay: 100 }), { calls: 1 }),
	passes('connection reset before the login ran', atLogin({ with: 'reset' }), messages.RESET),
	passes(
		'connection reset after the login ran',
		atLogin({ with: 'reset', executed: true }),
		messages.RESET,
	),
	passes('HTTP 500 before the login ran', atLogin({ with: '500' }), messages.HTTP_500),
	passes(
		'HTTP 500 after the login ran',
		atLogin({ with: '500', executed: true }),
		messages.HTTP_500,
	),
	passes('HTML page at login', atLogin({ with: 'html' }), messages.NOT_VAULT),
	passes('redirect to another host at login', atLogin(redirect), messages.NOT_FOLLOWED),
	passes('downtime at login', atLogin({ with: 'downtime' }), messages.DOWN),
	passes(
		'EXCEPTION at login',
		atLogin({ with: { error: 'UNEXPECTED_ERROR' } }),
		messages.refusal('UNEXPECTED_ERROR'),
	),

	locks(
		'wrong password',
		userAtLogin({ password: `another ${PASSWORD}` }),
		'USERNAME_OR_PASSWORD_INCORRECT',
	),
	locks('locked account', userAtLogin({ locked: true }), 'USER_LOCKED_OUT'),
	locks('inactive user', userAtLogin({ inactive: true }), 'INACTIVE_USER'),
	locks(
		'password has to be changed',
		userAtLogin({ passwordChangeRequired: true }),
		'PASSWORD_CHANGE_REQUIRED',
	),

	lasts(
		'NO_PASSWORD_PROVIDED',
		atLogin({ with: { error: 'NO_PASSWORD_PROVIDED' }, times: Infinity }),
		messages.refusal('NO_PASSWORD_PROVIDED'),
	),
	lasts(
		'user in no active Vault',
		userAtLogin({ vaultIds: [] }),
		messages.refusal('INSUFFICIENT_ACCESS'),
	),
	// The session that Vault opened in the other Vault is ended before the error is reported.
	{
		...lasts(
			'another Vault than asked for',
			userAtLogin({ vaultIds: [1777] }),
			messages.WRONG_VAULT,
		),
		sessionsLeft: 0,
	},

	works('API_LIMIT_EXCEEDED, once', loginLimit(1), { calls: 2 }),
	{
		// One wait, one more try, then the error. The fourth item finds the limit lifted.
		title: 'API_LIMIT_EXCEEDED, in the next minute too',
		fault: loginLimit(2),
		node: {
			'first call': [messages.refusal('API_LIMIT_EXCEEDED'), 2, 0],
			'warm call': [messages.refusal('API_LIMIT_EXCEEDED'), 2, 0],
			'third of five': [third(messages.refusal('API_LIMIT_EXCEEDED')), 4, 4],
		},
		http: {
			'first call': [messages.refusal('API_LIMIT_EXCEEDED'), 2, 0],
			'warm call': [messages.refusal('API_LIMIT_EXCEEDED'), 2, 0],
			'third of five': [fromThird(messages.refusal('API_LIMIT_EXCEEDED')), 3, 2],
		},
		end: { 'warm call': [OK, 0, 0] },
		test: always(messages.refusal('API_LIMIT_EXCEEDED'), 2, 0),
	},
];

/** The login succeeds in the end, after so many calls. */
function works(title: string, fault: Fault, { calls }: { calls: number }): Row {
	const expectations = {
		'first call': [OK, calls, 1],
		'warm call': [OK, calls, 1],
		'third of five': [ALL, 1 + calls, 5],
	} as const;
	return {
		title,
		fault,
		node: expectations,
		http: expectations,
		end: { 'warm call': [OK, 0, 0] },
		test: always(OK, calls, 0),
	};
}

/** One login fails, and is not repeated for the same item; for the next item the next one succeeds. */
function passes(title: string, fault: Fault, error: Expected): Row {
	return {
		title,
		fault,
		node: {
			'first call': [error, 1, 0],
			'warm call': [error, 1, 0],
			'third of five': [third(error), 3, 4],
		},
		http: {
			'first call': [error, 1, 0],
			'warm call': [error, 1, 0],
			'third of five': [fromThird(error), 2, 2],
		},
		end: { 'warm call': [OK, 0, 0] },
		test: always(error, 1, 0),
	};
}

/** Vault refuses the login, and does so for each further item, for nothing says that it would be tried in vain. */
function lasts(title: string, fault: Fault, error: Expected): Row {
	return {
		...passes(title, fault, error),
		node: {
			'first call': [error, 1, 0],
			'warm call': [error, 1, 0],
			'third of five': [fromThird(error), 4, 2],
		},
	};
}

/** Vault refuses the login in a way that can lock the account: the same fields are not tried again. */
function locks(title: string, fault: Fault, type: string): Row {
	const error = messages.refusal(type);
	const expectations = {
		'first call': [error, 1, 0],
		'warm call': [error, 1, 0],
		'third of five': [fromThird(error), 2, 2],
	} as const;
	return {
		title,
		fault,
		node: expectations,
		http: expectations,
		end: { 'warm call': [OK, 0, 0] },
		test: always(error, 1, 0),
	};
}
