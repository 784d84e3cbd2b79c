import type { Example } from '../contract.mts';

/** Vault API reference: Authentication › Delegated Access › Initiate Delegated Session. */
export const initiateDelegatedSession = {
	'v25.2': {
		request: String.raw`curl -X POST -H "Authorization: {SESSION_ID}" \
-d "vault_id=5791" \
-d "delegator_userid=67899" \
https://myvault.veevavault.com/api/v25.2/delegation/login`,
		answer: String.raw`{
   "responseStatus": "SUCCESS",
   "delegated_sessionid": "1C8DBD593EDCEAD647E5E4C97A438F1F43A25C8679BB8431BDC789BC0BAAE76E0DC42D478721624765A2BA2E923852"
}`,
	},
	/** From the reference of v24.1, whose example calls v22.3. */
	'v22.3': {
		request: String.raw`curl -X POST -H "Authorization: {SESSION_ID}" \
-d "vault_id=5791" \
-d "delegator_userid=67899" \
https://myvault.veevavault.com/api/v22.3/delegation/login`,
		answer: String.raw`{
   "responseStatus": "SUCCESS",
   "delegated_sessionid": "1C8DBD593EDCEAD647E5E4C97A438F1F43A25C8679BB8431BDC789BC0BAAE76E0DC42D478721624765A2BA2E923852"
}`,
	},
} satisfies Record<string, Example>;
