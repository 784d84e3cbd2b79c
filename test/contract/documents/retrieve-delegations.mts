import type { Example } from '../contract.mts';

/** Vault API reference: Authentication › Delegated Access › Retrieve Delegations. */
export const retrieveDelegations = {
	/** The two dots in the `dns` are the document's. */
	'v25.2': {
		request: String.raw`curl -X GET -H "Authorization: {SESSION_ID}" \
https://myvault.veevavault.com/api/v25.2/delegation/vaults`,
		answer: String.raw`{
   "responseStatus": "SUCCESS",
   "delegated_vaults": [
       {
           "id": 19523,
           "name": "PromoMats",
           "dns": "mypromomatsvault.veevavault..com",
           "delegator_userid": "61579"
       }
   ]
}`,
	},
} satisfies Record<string, Example>;
