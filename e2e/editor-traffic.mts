import type { BrowserContext } from 'playwright-core';

/** What n8n's server has sent to a browser. */
export interface Traffic {
	/** The bodies of answers, and the messages that n8n pushes while a workflow runs. */
	readonly received: string[];
	/** What the pages wrote to the console as errors, and what they threw. */
	readonly errors: string[];
	/** The addresses of n8n that were answered by an HTTP error, each with its status. */
	readonly refused: string[];
}

/** n8n's REST interface and its lists of node and credential types. All else are the editor's own files. */
const DATA = /^\/(rest|types)\//;
/** An open stream, if n8n is set to push that way. */
const STREAM = '/rest/push';
/** An example of what an operation puts out, which a package may bring along; n8n does without. */
const OUTPUT_EXAMPLE = '/schemas/';

/**
 * Records everything that a browser gets from n8n, from now on. Answers are read before the page gets them: a page that
 * is left takes the bodies that it had along. Other hosts, such as the npm registry that n8n asks for newer versions, are
 * not reached.
 *
 * @param context the browser's pages, best before the first one opens n8n
 * @returns what has been received, live
 */
export async function recordTraffic(context: BrowserContext): Promise<Traffic> {
	const traffic: Traffic = { received: [], errors: [], refused: [] };
	await context.route(
		({ hostname, protocol }) => protocol.startsWith('http') && hostname !== 'localhost',
		(route) =>
			route.fulfill({ json: {}, headers: { 'access-control-allow-origin': '*' } }).catch(() => {}),
	);
	await context.route(
		({ hostname, pathname }) =>
			hostname === 'localhost' && DATA.test(pathname) && !pathname.startsWith(STREAM),
		async (route) => {
			try {
				const response = await route.fetch({ timeout: 0 });
				traffic.received.push(await response.text(), JSON.stringify(response.headers()));
				if (!response.ok()) {
					const { pathname } = new URL(response.url());
					traffic.refused.push(`${response.status()} ${pathname}`);
				}
				await route.fulfill({ response });
			} catch {
				// The page, or the whole browser, has been left meanwhile.
				await route.abort().catch(() => {});
			}
		},
	);
	context.on('page', (page) => {
		page.on('websocket', (socket) =>
			socket.on('framereceived', ({ payload }) => traffic.received.push(String(payload))),
		);
		page.on('pageerror', (error) => traffic.errors.push(String(error.stack ?? error)));
	});
	context.on('console', (message) => {
		const { url } = message.location();
		if (message.type() === 'error' && !url.includes(OUTPUT_EXAMPLE)) {
			traffic.errors.push(`${message.text()} (${url})`);
		}
	});
	return traffic;
}
