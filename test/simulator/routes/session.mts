import { success, VaultError } from '../answers.mts';
import type { Signer, SignedRoute } from '../call.mts';
import type { SessionRecord } from '../types.mts';

/** "Session Keep Alive": the call itself is the activity. */
export const keepAlive: SignedRoute = {
	method: 'POST',
	path: '/api/:version/keep-alive',
	signed: true,
	handle(_call, signer) {
		sessionOf(signer);
		return success();
	},
};

/** "End Session": ends this session and no other. */
export const endSession: SignedRoute = {
	method: 'DELETE',
	path: '/api/:version/session',
	signed: true,
	changes: true,
	handle({ context }, signer) {
		context.state.endSession(sessionOf(signer).id);
		return success();
	},
};

/** Salesforce and API access tokens make no session that could be kept or ended. */
function sessionOf({ session }: Signer): SessionRecord {
	if (!session) throw new VaultError('OPERATION_NOT_ALLOWED', 'The call has no Vault session.');
	return session;
}
