import type { Provider } from 'oidc-provider';
import {
	buildTokenResponse,
	shouldIssueRefreshToken,
	validateClientScope,
} from 'oidc-provider/lib/helpers/grants.js';

import { authenticate, type Account } from './accounts.mts';
import { errors } from './library.mts';

const GRANT = 'password';

/**
 * Resource owner password credentials (RFC 6749, section 4.3). OAuth 2.1 has abolished the grant and oidc-provider has
 * none, so it is registered as a custom one. Client authentication and the client's permission to use the grant are
 * checked by oidc-provider before.
 */
export function registerPasswordGrant(provider: Provider, accounts: Account[]): void {
	provider.registerGrantType<{ username?: string; password?: string }>(
		GRANT,
		async (ctx) => {
			const { client, params } = ctx.oidc;
			const { username, password } = params;
			if (!username) throw new errors.InvalidRequest('missing required parameter username');
			if (!password) throw new errors.InvalidRequest('missing required parameter password');
			const scope = [...validateClientScope(provider, ctx)].join(' ');

			const account = authenticate(accounts, username, password);
			if (!account) throw new errors.InvalidGrant('wrong user name or password');

			const grant = new provider.Grant({ accountId: account.username, clientId: client.clientId });
			grant.addOIDCScope(scope);
			const grantId = await grant.save();
			const source = { client, accountId: account.username, grantId, gty: GRANT, scope };

			const accessToken = new provider.AccessToken(source);
			ctx.oidc.entity('AccessToken', accessToken);
			const value = await accessToken.save();
			const refreshToken = new provider.RefreshToken(source);
			ctx.body = buildTokenResponse(provider, {
				accessToken: value,
				tokenType: accessToken.tokenType,
				expiresIn: accessToken.expiration,
				scope: accessToken.scope === '' ? undefined : accessToken.scope,
				refreshToken: (await shouldIssueRefreshToken(provider, ctx, refreshToken))
					? await refreshToken.save()
					: undefined,
			});
		},
		['username', 'password', 'scope'],
	);
}
