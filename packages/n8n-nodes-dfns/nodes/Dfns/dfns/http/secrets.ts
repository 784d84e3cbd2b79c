import type { ServiceAccount } from '../serviceAccount';
import type { DfnsCall } from './call';

/** The longest text from outside that a message repeats, in characters. */
const MAX_LENGTH = 300;

/**
 * What makes a text from outside fit for a message: short, and without the secrets of the call, should someone repeat
 * them there (a host name does so in lower case).
 */
export function cleanerFor(
	{ authToken }: ServiceAccount,
	{ token, userAction }: DfnsCall,
): (text: string) => string {
	const secrets = [authToken, token, userAction]
		.filter((secret) => secret !== undefined)
		.flatMap((secret) => [secret, secret.toLowerCase()]);
	return (text) => {
		const clean = secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
		return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
	};
}
