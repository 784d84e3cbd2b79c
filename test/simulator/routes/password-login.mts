import { VaultError, type Envelope } from '../answers.mts';
import type { Call, OpenRoute } from '../call.mts';
import { land } from './landing.mts';

/** Wrong passwords in a row that lock an account. */
const PASSWORD_ATTEMPTS = 5;

/** "User Name and Password". */
export const passwordLogin: OpenRoute = {
	method: 'POST',
	path: '/api/:version/auth',
	signed: false,
	login: 'password',
	form: 'any form',
	changes: true,
	async handle(call) {
		await call.context.pause(call.context.settings.loginDelay);
		return logIn(call);
	},
};

function logIn(call: Call): Envelope {
	const { username, password, vaultDNS } = call.fields;
	if (!username) throw new VaultError('PARAMETER_REQUIRED', 'username is missing.');
	if (!password) throw new VaultError('NO_PASSWORD_PROVIDED', 'No password was provided.');

	const user = call.context.state.findUser(username);
	// An SSO user has no Vault password that could be right.
	if (!user || user.authType !== 'password') throw incorrect();
	if (user.locked) throw lockedOut();
	if (user.password !== password) {
		user.wrongPasswords += 1;
		user.locked = user.wrongPasswords >= PASSWORD_ATTEMPTS;
		throw user.locked ? lockedOut() : incorrect();
	}
	user.wrongPasswords = 0;
	if (user.inactive) throw new VaultError('INACTIVE_USER', 'The user is inactive.');
	if (user.passwordChangeRequired) {
		throw new VaultError('PASSWORD_CHANGE_REQUIRED', 'The password must be changed.');
	}
	return land(call, user, vaultDNS || call.record.host);
}

function incorrect(): VaultError {
	return new VaultError(
		'USERNAME_OR_PASSWORD_INCORRECT',
		'Authentication failed for user: user name or password incorrect.',
	);
}

function lockedOut(): VaultError {
	return new VaultError('USER_LOCKED_OUT', 'The account is locked.');
}
