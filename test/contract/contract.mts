import type Nock from 'nock';

import { startEngine, type Engine } from '../engine/engine.mts';
import { userNameAndPassword } from './documents/user-name-and-password.mts';

declare global {
	/** Put there by `environment.mts` */
	var nock: typeof Nock;
}

/** An example of Vault's API reference, word for word. */
export interface Example {
	/** The curl command */
	request: string;
	/** The JSON */
	answer: string;
}

/** A request, as it is documented or as it was sent. */
export interface Call {
	method: string;
	host: string;
	path: string;
	query: Record<string, string>;
	/** Names in lower case; of those sent, the ones that Vault's API reference has something to say about */
	headers: Record<string, string>;
	form: Record<string, string>;
}

/** The host of the examples' requests */
export const MYVAULT = 'myvault.veevavault.com';
/** The host of the Vault that the login's example opens */
export const PROMOMATS = 'promomats-veevapharm.veevavault.com';

/** The session of the login's example, which is the same in every version */
export const SESSION_ID = String(read(userNameAndPassword['v25.2'].answer).sessionId);

/** Everything sent since the test began, including calls that have no response set up. */
export const sent: Call[] = [];

/** The engine of the test file. */
export let n8n: Engine;

beforeAll(async () => {
	n8n = await startEngine();
	nock.emitter.on('no match', (request: Request) => {
		void record(request);
	});
});
beforeEach(() => {
	nock.cleanAll();
	sent.length = 0;
});

/**
 * The call that an example's curl command makes, with the two headers that Vault asks of every caller:
 * `Accept`, where the example leaves it to the default, and `X-VaultAPI-ClientID`.
 *
 * @param values what stands for the `{placeholders}`
 */
export function documented({ request }: Example, values: Record<string, string> = {}): Call {
	const filled = (text: string) =>
		text.replace(/\{(\w+)\}/g, (_, name: string) => {
			if (values[name] === undefined) throw new Error(`The example needs a value for {${name}}`);
			return values[name];
		});
	const words = (request.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
	const after = (option: string) => words.filter((_, index) => words[index - 1] === option);
	const url = new URL(words.find((word) => word.startsWith('https://')) ?? '');
	const form = fields(after('-d').join('&'));
	return {
		method: after('-X')[0],
		host: url.host,
		path: url.pathname,
		query: fields(url.search),
		headers: {
			accept: 'application/json',
			'x-vaultapi-clientid': expect.stringMatching(/^[A-Za-z0-9._-]{1,100}$/) as string,
			// What curl sends along with -d.
			...(after('-d').length > 0 ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
			...Object.fromEntries(
				after('-H').map((header) => {
					const [name, value] = header.split(': ');
					return [name.toLowerCase(), filled(value)];
				}),
			),
		},
		form: Object.fromEntries(Object.entries(form).map(([name, value]) => [name, filled(value)])),
	};
}

/** Lets Vault answer a call, once, with exactly this text. */
export function vaultAnswers({ method, host, path }: Call, answer: string): void {
	nock(`https://${host}`)
		.intercept(path, method)
		.query(true)
		.reply(async (request: Request) => {
			await record(request);
			return [200, answer, { 'Content-Type': 'application/json;charset=UTF-8' }];
		});
}

/** The documents' user, with a password of their own for each call, since sessions of the same login are shared. */
export function someUser(): { username: string; password: string } {
	users += 1;
	return { username: 'olivia@veepharm.com', password: `{V&ult} = 100 % + "n8n" ${users}` };
}
let users = 0;

/**
 * A credential whose user gets into `myvault.veevavault.com`: the documented login with that host as PromoMats', and
 * with a session of its own, since Vault gives none out twice. The first of the requests sent is then this login.
 */
export async function credentialForMyvault(
	apiVersion: string,
): Promise<{ credential: string; SESSION_ID: string }> {
	const { request, answer } = userNameAndPassword['v25.2'];
	const user = someUser();
	const own = SESSION_ID.slice(0, -4) + String(users).padStart(4, '0');
	vaultAnswers(
		{ ...documented({ request, answer }, user), path: `/api/${apiVersion}/auth` },
		changed(answer, (text) => text.replaceAll(PROMOMATS, MYVAULT).replace(SESSION_ID, own)),
	);
	const credential = await n8n.saveCredential({ vaultDns: MYVAULT, apiVersion, ...user });
	return { credential, SESSION_ID: own };
}

/** The fields of a documented answer. */
export function read(answer: string): Record<string, unknown> {
	return JSON.parse(answer) as Record<string, unknown>;
}

/** The answer of an example with changes that the documents describe in words. */
export function changed(answer: string, change: (text: string) => string): string {
	const text = change(answer);
	if (text === answer) throw new Error('The change does not fit the answer');
	JSON.parse(text);
	return text;
}

async function record(request: Request): Promise<void> {
	const { method, url } = request;
	const { host, pathname, search } = new URL(url);
	const call: Call = {
		method,
		host,
		path: pathname,
		query: fields(search),
		headers: Object.fromEntries(
			[...request.headers]
				.filter(([name]) => /^(accept|authorization|content-type|x-.*)$/.test(name))
				.map(([name, value]) => [name, name === 'content-type' ? value.split(';')[0] : value]),
		),
		form: {},
	};
	sent.push(call);
	call.form = fields(await request.clone().text());
}

/** Reads a query or a form; a field given twice has both values. */
function fields(text: string): Record<string, string> {
	const params = new URLSearchParams(text);
	return Object.fromEntries([...params.keys()].map((key) => [key, params.getAll(key).join('\n')]));
}
