import { parameter, type Connection, type Context } from './connection';
import { credentialSession } from './credential';
import { givenSession } from './givenSession';
import { interactiveSession } from './interactive';

export { sender, type Connection } from './connection';
export { CallDropped, cancelled, cancelSignal, dropWaiting } from './shared';

/**
 * The connection that the item's "Session to Use" and "Authentication" ask for.
 *
 * @throws VaultFieldError when a field of the credential or of the node is wrong
 */
export async function connect(context: Context, itemIndex: number): Promise<Connection> {
	if (parameter(context, 'sessionSource', itemIndex) === 'sessionId') {
		return givenSession(context, itemIndex);
	}
	return parameter(context, 'authentication', itemIndex) === 'oAuth2'
		? await interactiveSession(context, itemIndex)
		: await credentialSession(context, itemIndex);
}
