import type { IncomingHttpHeaders } from 'node:http';

/** One call of the token endpoint. It is in the log from its arrival on. */
export interface TokenRequest {
	/** Arrival, ms. */
	at: number;
	/** Empty until the body has been read, as are the next three. */
	grantType: string;
	/** As sent, whether or not there is such a client. */
	clientId: string;
	/** How the client tried to authenticate. */
	authentication: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';
	/** All parameters, with secrets. */
	form: Record<string, string>;
	headers: IncomingHttpHeaders;
	/** `RUNNING` until answered; then `SUCCESS`, the OAuth error code, or what the fault did. */
	outcome: string;
	/** Why oidc-provider refused, which the client is not told. */
	detail?: string;
}

/** What a call says of itself: grant type, client, and how the client authenticates. */
export function describe(
	headers: IncomingHttpHeaders,
	form: Record<string, string>,
): Pick<TokenRequest, 'grantType' | 'clientId' | 'authentication' | 'form'> {
	const basic = basicClientId(headers.authorization);
	const said = (clientId: string | undefined, authentication: TokenRequest['authentication']) => ({
		grantType: form.grant_type ?? '',
		clientId: clientId ?? form.client_id ?? '',
		authentication,
		form,
	});
	if (basic !== undefined) return said(basic, 'client_secret_basic');
	if (form.client_assertion) return said(subject(form.client_assertion), 'private_key_jwt');
	return said(form.client_id, form.client_secret ? 'client_secret_post' : 'none');
}

/** RFC 6749, section 2.3.1: both halves are form-encoded. */
function basicClientId(authorization: string | undefined): string | undefined {
	const [, credentials] = /^basic (.+)$/i.exec(authorization ?? '') ?? [];
	if (credentials === undefined) return undefined;
	const [id = ''] = Buffer.from(credentials, 'base64').toString().split(':');
	return new URLSearchParams(`id=${id}`).get('id') ?? '';
}

function subject(assertion: string): string | undefined {
	try {
		const [, payload = ''] = assertion.split('.');
		const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
		if (typeof claims === 'object' && claims !== null && 'sub' in claims) return String(claims.sub);
	} catch {
		// Not a JWT: the provider will say so.
	}
	return undefined;
}
