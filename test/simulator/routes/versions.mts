import { success } from '../answers.mts';
import type { SignedRoute } from '../call.mts';
import { API_VERSIONS } from '../versions.mts';

/** "Retrieve API Versions"; also at `/api/{v}`, where Veeva's own Java client asks. */
export const versions: SignedRoute[] = ['/api', '/api/', '/api/:version'].map((path) => ({
	method: 'GET',
	path,
	signed: true,
	handle({ context }, { vault }) {
		const { url } = context.address(vault);
		return success({
			values: Object.fromEntries(API_VERSIONS.map((version) => [version, `${url}/api/${version}`])),
		});
	},
}));
