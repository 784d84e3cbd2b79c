import type { Example } from '../contract.mts';

/** Vault API reference: Authentication › Session Keep Alive. */
export const sessionKeepAlive = {
	'v25.2': {
		request: String.raw`curl -X POST -H "Authorization: {SESSION_ID}" \
https://myvault.veevavault.com/api/v25.2/keep-alive`,
		answer: String.raw`{
   "responseStatus": "SUCCESS"
}`,
	},
	/** The example says GET; the endpoint line beside it, and every later version, say POST. */
	'v24.3': {
		request: String.raw`curl -X GET -H "Authorization: {SESSION_ID}" \
https://myvault.veevavault.com/api/v24.3/keep-alive`,
		answer: String.raw`{
   "responseStatus": "SUCCESS"
}`,
	},
} satisfies Record<string, Example>;
