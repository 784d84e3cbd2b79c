import { Connection } from './connection';
import { parameter, type Context } from './context';
import { credentialSource } from './credential';
import { givenSessionSource } from './givenSession';
import { oAuth2Source } from './oAuth2Credential';

export type { Connection } from './connection';

/**
 * The connection that the item's "Session to Use" and "Authentication" ask for.
 *
 * @throws VaultFieldError when a field of the credential or of the node is wrong
 */
export async function connect(context: Context, itemIndex: number): Promise<Connection> {
	if (parameter(context, 'sessionSource', itemIndex) === 'sessionId') {
		return new Connection(context, givenSessionSource(context, itemIndex));
	}
	const source =
		parameter(context, 'authentication', itemIndex) === 'oAuth2' ? oAuth2Source : credentialSource;
	return new Connection(context, await source(context, itemIndex));
}
