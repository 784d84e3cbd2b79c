/**
 * Signs in at the provider as a person would, without a browser: follows redirects with cookies, fills in the form, and
 * allows what the client asks for, or not.
 * @param authorizationUrl the client's authorization request
 * @returns the address to which the provider sends the browser back: the client's callback with `code` or `error`
 * @throws when the provider shows a page instead, e.g. after a wrong password or for a redirect URI it does not know
 */
export async function signIn(
	authorizationUrl: string | URL,
	user: { username: string; password: string },
	options: { deny?: boolean } = {},
): Promise<URL> {
	const cookies = new Map<string, string>();
	const { origin } = new URL(authorizationUrl);
	let url = new URL(authorizationUrl);
	let form: Record<string, string> | undefined;
	let signedIn = false;

	for (;;) {
		const response = await fetch(url, {
			method: form ? 'POST' : 'GET',
			body: form && new URLSearchParams(form),
			headers: {
				Accept: 'text/html',
				Cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
			},
			redirect: 'manual',
		});
		for (const cookie of response.headers.getSetCookie()) keep(cookies, cookie);
		const page = await response.text();
		const location = response.headers.get('location');
		form = undefined;
		if (location !== null) {
			url = new URL(location, url);
			if (url.origin !== origin) return url;
		} else if (page.includes('id="password"') && !signedIn) {
			form = { login: user.username, password: user.password };
			signedIn = true;
		} else if (page.includes('id="allow"')) {
			form = options.deny ? { deny: 'yes' } : { allow: 'yes' };
		} else {
			throw new Error(`The provider says: ${page.replaceAll(/<[^>]*>|\s+/g, ' ').trim()}`);
		}
	}
}

function keep(cookies: Map<string, string>, header: string): void {
	const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
	if (value) cookies.set(name, value);
	else cookies.delete(name);
}
