import type { Example } from '../contract.mts';

/** Vault API reference: Authentication › End Session. */
export const endSession = {
	'v25.2': {
		request: String.raw`curl -X DELETE -H "Authorization: {SESSION_ID}" \
https://myvault.veevavault.com/api/v25.2/session`,
		answer: String.raw`{
"responseStatus": "SUCCESS"
}`,
	},
	'v24.3': {
		request: String.raw`curl -X DELETE -H "Authorization: {SESSION_ID}" \
https://myvault.veevavault.com/api/v24.3/session`,
		answer: String.raw`{
"responseStatus": "SUCCESS"
}`,
	},
} satisfies Record<string, Example>;
