import { text } from 'node:stream/consumers';

import type { KoaContextWithOIDC, Provider } from 'oidc-provider';

import { authenticate, type Account } from './accounts.mts';

/**
 * The pages between a client's authorization request and its code: sign in (`#login`, `#password`), then allow or deny
 * (`#allow`, `#deny`). Koa middleware before the provider's own.
 */
export function signInPages(provider: Provider, accounts: Account[]) {
	return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
		if (!ctx.path.startsWith('/interaction/')) return await next();

		const interaction = await provider.interactionDetails(ctx.req, ctx.res);
		const { name, details } = interaction.prompt;
		ctx.set('Cache-Control', 'no-store');
		const finish = async (result: Parameters<Provider['interactionResult']>[2]) => {
			ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result));
			ctx.status = 303;
		};

		if (ctx.method !== 'POST') {
			ctx.body = name === 'login' ? loginPage() : consentPage(interaction);
			return;
		}
		const form = new URLSearchParams(await text(ctx.req));
		if (form.has('deny')) {
			return await finish({ error: 'access_denied', error_description: 'The user said no.' });
		}
		if (name === 'login') {
			const login = form.get('login') ?? '';
			const account = authenticate(accounts, login, form.get('password') ?? '');
			if (account) return await finish({ login: { accountId: account.username } });
			ctx.body = loginPage(login, 'Wrong user name or password.');
			return;
		}
		const { grantId: earlier, session, params } = interaction;
		const grant =
			(earlier === undefined ? undefined : await provider.Grant.find(earlier)) ??
			new provider.Grant({ accountId: session?.accountId, clientId: String(params.client_id) });
		if (isStrings(details.missingOIDCScope)) grant.addOIDCScope(details.missingOIDCScope);
		if (isStrings(details.missingOIDCClaims)) grant.addOIDCClaims(details.missingOIDCClaims);
		return await finish({ consent: { grantId: await grant.save() } });
	};
}

/** The page on which an authorization request ends that cannot be sent back to its client. */
export function errorPage(error: string, description = ''): string {
	return page(error, `<p role="alert">${escapeHtml(description)}</p>`);
}

function loginPage(login = '', problem = ''): string {
	return page(
		'Sign in',
		`${problem && `<p role="alert">${problem}</p>`}
		<form method="post">
			<p><label for="login">User name</label>
			<input id="login" name="login" value="${escapeHtml(login)}" autocomplete="username" required></p>
			<p><label for="password">Password</label>
			<input id="password" name="password" type="password" autocomplete="current-password" required></p>
			<button id="sign-in">Sign in</button>
		</form>`,
	);
}

function consentPage({ params }: { params: object }): string {
	const { client_id: clientId, scope } = params as { client_id?: string; scope?: string };
	return page(
		'Allow access?',
		`<p>${escapeHtml(clientId)} wants: ${escapeHtml(scope)}</p>
		<form method="post">
			<button id="allow" name="allow" value="yes">Allow</button>
			<button id="deny" name="deny" value="yes">Deny</button>
		</form>`,
	);
}

function page(title: string, content: string): string {
	return `<!doctype html>
<html lang="en">
	<head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>
	<body><main><h1>${escapeHtml(title)}</h1>${content}</main></body>
</html>`;
}

function escapeHtml(text = ''): string {
	return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function isStrings(value: unknown): value is string[] {
	return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
