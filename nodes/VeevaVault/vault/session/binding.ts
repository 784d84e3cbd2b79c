import { createHmac } from 'crypto';

/**
 * Ties a session to the login fields that opened it. No one can compute it without both, and neither can be read from it.
 *
 * @param boundTo `boundTo` of the login's identity
 */
export function bindingOf(sessionId: string, boundTo: string): string {
	return createHmac('sha256', sessionId).update(boundTo).digest('base64');
}
