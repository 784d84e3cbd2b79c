/**
 * Vault API reference: Authentication › Salesforce™ Delegated Requests, v25.2. `{Vault_Endpoint}` is any; here it is
 * Validate Session User, with an answer of its documented shape.
 */
export const salesforceDelegatedRequest = {
	request: `curl -X GET \\
-H "Authorization: {SFDC_SESSION_TOKEN}" \\
-H "X-Auth-Provider: sfdc" \\
-H "X-Auth-Host: https://{my_sfdc_domain}" \\
https://myveevavault.com/api/v25.2/objects/users/me`,
	answer: `{
  "responseStatus": "SUCCESS",
  "users": [
    {
      "user": {
        "user_name__v": "olivia@veepharm.com",
        "id": 12021
      }
    }
  ]
}`,
};
