describe('OAuth 2.0 / OpenID Connect', () => {
	test.todo(
		'POST /auth/oauth/session/{oath_oidc_profile_id} at the login host exchanges an access token for a session, with the optional vaultDNS and client_id',
	);
});

describe('Salesforce™ Delegated Requests', () => {
	test.todo(
		'a call is signed with a Salesforce session token, X-Auth-Provider: sfdc and X-Auth-Host',
	);
	test.todo(
		'a call is signed with the query parameters auth, ext_ns=sfdc and ext_url instead of those headers',
	);
});
