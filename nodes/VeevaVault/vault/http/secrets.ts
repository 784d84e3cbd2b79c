/** Replaces secrets in a text from outside, also where they are encoded for an address or a form. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
	return secrets
		.filter((secret) => secret !== '')
		.flatMap((secret) => [
			secret,
			encodeURIComponent(secret),
			new URLSearchParams([['', secret]]).toString().slice(1),
		])
		.reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
}
