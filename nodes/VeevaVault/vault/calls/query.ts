import { LONG_CALL_TIMEOUT_MS, type CallSettings, type VaultCall } from '../http/call';

/**
 * Run a query: its first page. {@link nextPage} reads the pages after it.
 * Vault API reference: Vault Query Language (VQL) › Submitting a Query, `POST /api/{version}/query`.
 *
 * @param vql up to 50,000 characters
 * @param options.describe adds `queryDescribe`, the types and labels of the fields, to the response
 */
export function query(
	{ apiVersion }: CallSettings,
	vql: string,
	{ describe = false } = {},
): VaultCall {
	return {
		method: 'POST',
		path: `/api/${apiVersion}/query`,
		form: { q: vql },
		timeoutMs: LONG_CALL_TIMEOUT_MS,
		...(describe ? { headers: { 'X-VaultAPI-DescribeQuery': 'true' } } : {}),
	};
}

/**
 * The next page, by `responseDetails.next_page`. Vault keeps the pages of a query for 72 hours, and a page can be read
 * again.
 * VQL reference: Pagination Best Practices, which calls the page with POST.
 *
 * @param page its path, and its origin if Vault gave one
 * @param first the call that returned the first page. Pages of a GET are read with GET: a POST would create something.
 */
export function nextPage(
	page: { path: string; origin?: string },
	{ method, headers, timeoutMs }: VaultCall,
): VaultCall {
	return {
		method: method === 'GET' ? 'GET' : 'POST',
		...page,
		headers,
		timeoutMs: timeoutMs ?? LONG_CALL_TIMEOUT_MS,
		oneOfMany: true,
	};
}
