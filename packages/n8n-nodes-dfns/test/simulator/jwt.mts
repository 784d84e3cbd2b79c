import { createHmac, randomBytes } from 'node:crypto';

const key = randomBytes(32);

/** A JWT as a service issues it, signed with a key of this process (RFC 7519; HS256). */
export function issueJwt(claims: Record<string, unknown>): string {
	const content = [{ alg: 'HS256', typ: 'JWT' }, claims]
		.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
		.join('.');
	return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
}
