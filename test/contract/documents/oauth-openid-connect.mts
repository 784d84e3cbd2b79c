import { userNameAndPassword } from './user-name-and-password.mts';

/**
 * Vault API reference: Authentication › OAuth 2.0 / OpenID Connect, v25.2. The example repeats the Authorization header
 * as `Host`, by mistake; that line is left out here. The answer is that of User Name and Password, word for word.
 */
export const oAuthOpenIdConnect = {
	request: `curl -X POST \\
-H "Content-Type: application/x-www-form-urlencoded" \\
-H "Authorization: Bearer 1C29326C3DF" \\
https://myserver.com/auth/oauth/session/_9ad0a091-cbd6-4c59-ab5a-d4f2870f218c`,
	answer: userNameAndPassword['v25.2'].answer,
};
