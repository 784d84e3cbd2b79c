import { createHmac } from 'crypto';

/**
 * Binds a token to the fields that created it. Only someone who has both can compute it, and neither can be read from it.
 *
 * @param identity all fields that make the login, secrets included
 */
export function bindingOf(token: string, identity: string): string {
	return createHmac('sha256', token).update(identity).digest('base64');
}
