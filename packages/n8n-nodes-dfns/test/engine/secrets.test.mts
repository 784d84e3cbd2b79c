import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { stringify } from 'flatted';

import { DELEGATED_USER, SERVICE_ACCOUNT, useFixture, type Outcome } from './engine.mts';

/** n8n's log, at its most detailed. It must be set before n8n is loaded. */
const folder = mkdtempSync(join(tmpdir(), 'dfns-secrets-'));
const log = join(folder, 'n8n.log');
process.env.N8N_LOG_LEVEL = 'debug';
process.env.N8N_LOG_OUTPUT = 'file';
process.env.N8N_LOG_FILE_LOCATION = log;
afterAll(() => rmSync(folder, { recursive: true }));

const fixture = useFixture();

/** Everything that n8n has of an execution, including the properties of errors that JSON leaves out. */
function everything({ run, error }: Outcome): string {
	const seen = new Set<unknown>();
	const texts: string[] = [];
	const walk = (value: unknown): void => {
		if (typeof value === 'string') texts.push(value);
		if (typeof value !== 'object' || value === null || seen.has(value)) return;
		seen.add(value);
		for (const key of Reflect.ownKeys(value)) walk(Reflect.get(value, key));
	};
	walk(run);
	walk(error);
	return texts.join('\n');
}

/**
 * What n8n saves of an execution. The HTTP Request node keeps the failed request with the error in memory, and n8n does
 * not save it.
 */
function saved({ run }: Outcome): string {
	return stringify(run.data);
}

/** Texts that must not appear anywhere. For a key, that is each of its lines. */
function secretsSoFar(): string[] {
	const { authToken, keys } = fixture.dfns.serviceAccount;
	const pem = keys.flatMap(({ privateKey }) =>
		privateKey.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----')),
	);
	const bearers = fixture.dfns.calls.map(({ headers }) =>
		String(headers.authorization ?? '').replace(/^Bearer /, ''),
	);
	const actions = fixture.dfns.calls.map(({ headers }) => headers['x-dfns-useraction'] ?? '');
	return [authToken, ...pem, ...bearers, ...actions, ...fixture.dfns.userTokens()].filter(Boolean);
}

const INIT = '/auth/action/init';
const SIGN = '/auth/action';
const LOGIN = '/auth/login/delegated';

/** A challenge that keys with these IDs can sign. */
const challengeWith = (...ids: string[]) => ({
	challenge: 'x',
	challengeIdentifier: 'y',
	allowCredentials: { key: ids.map((id) => ({ type: 'public-key', id })) },
});

const troubles: Array<[string, () => void]> = [
	['no trouble', () => {}],
	...[INIT, SIGN, LOGIN].flatMap((path) =>
		(['reset', 'html', '502', 'halfJson', 'policy', 'redirect', { status: 401 }] as const).map(
			(fault): [string, () => void] => [
				`${JSON.stringify(fault)} at ${path}`,
				() => fixture.dfns.fail({ on: { path }, with: fault, to: 'https://elsewhere.example' }),
			],
		),
	),
	['a read cut off', () => fixture.dfns.fail({ on: { path: '/wallets' }, with: 'reset' })],
	['a 500 of a read', () => fixture.dfns.fail({ on: { path: '/wallets' }, with: { status: 500 } })],
	[
		'a message that repeats the Auth Token',
		() =>
			fixture.dfns.fail({
				on: { path: INIT },
				with: { status: 400, message: `Bad: Bearer ${fixture.dfns.serviceAccount.authToken}` },
			}),
	],
	[
		'the Auth Token as the ID of a key',
		() => {
			const { authToken } = fixture.dfns.serviceAccount;
			fixture.dfns.fail({ on: { path: INIT }, with: { body: challengeWith(authToken) } });
		},
	],
	[
		'the Auth Token in a content type',
		() => {
			const type = `text/${fixture.dfns.serviceAccount.authToken}`;
			fixture.dfns.fail({ on: { path: INIT }, with: { body: [], type } });
		},
	],
	[
		'a service account without permission',
		() => void (fixture.dfns.serviceAccount.permissions = []),
	],
];

test('the search finds a secret that is there: the token that Log In returns', async () => {
	const outcome = await fixture.logIn(await fixture.serviceAccount());
	expect(everything(outcome)).toContain(fixture.dfns.userTokens()[0]);
	while (!readFileSync(log, 'utf8').includes('Workflow execution finished')) await sleep(10);
});

test('the search finds a secret in what n8n saves', async () => {
	const outcome = await fixture.logIn(await fixture.serviceAccount());
	expect(saved(outcome)).toContain(fixture.dfns.userTokens()[0]);
});

test('a message of Dfns that repeats a secret is shown without it', async () => {
	const { authToken } = fixture.dfns.serviceAccount;
	fixture.dfns.fail({ on: { path: INIT }, with: { status: 400, message: `Bad: ${authToken}` } });
	const { error } = await fixture.logIn(await fixture.serviceAccount());
	expect(error?.message).toContain('[HTTP 400: Bad: ***]');
});

test.each([
	['text', () => ({ body: [], type: `text/${fixture.dfns.serviceAccount.authToken}` }), 'text/***'],
	['ID of a key', () => ({ body: challengeWith(fixture.dfns.serviceAccount.authToken) }), 'others'],
	[
		'endless ID',
		() => ({ body: challengeWith('k'.repeat(20_000), 'Y2ktb3RoZXI') }),
		'"Y2ktb3RoZXI"',
	],
	[
		'IDs without number',
		() => ({ body: challengeWith(...Array.from({ length: 500 }, (_, index) => `key-${index}`)) }),
		'"key-9"',
	],
])(
	'a response that repeats a secret, or is very long, is shown without: %s',
	async (_, fault, end) => {
		fixture.dfns.fail({ on: { path: INIT }, with: fault() });
		const { error } = await fixture.logIn(await fixture.serviceAccount());
		expect(error?.message.endsWith(` ${end}`)).toBe(true);
		expect(error?.message.length).toBeLessThan(500);
	},
);

test('a redirect to a secret, which a host name has in lower case, is shown without it', async () => {
	const { authToken } = fixture.dfns.serviceAccount;
	fixture.dfns.fail({ on: { path: INIT }, with: 'redirect', to: `https://${authToken}.example/` });
	const { error } = await fixture.logIn(await fixture.serviceAccount());
	expect(error?.message).toContain('redirected the call to ***.example;');
});

describe.each(troubles)('%s', (name, arrange) => {
	test('node, HTTP Request node and credential tests save and show no token and no key', async () => {
		const { engine } = fixture;
		const delegatedUser = await fixture.delegatedUser();
		const serviceAccount = await fixture.serviceAccount();
		const texts: string[] = [];
		// A successful login returns the token, as it should.
		if (name !== 'no trouble' && !name.includes('read')) {
			for (const onError of [undefined, 'continueRegularOutput'] as const) {
				arrange();
				texts.push(everything(await fixture.logIn(serviceAccount, { onError })));
			}
		}
		for (const onError of [undefined, 'continueRegularOutput'] as const) {
			arrange();
			const outcome = await fixture.read(delegatedUser, { onError });
			texts.push(name.includes('read') ? saved(outcome) : everything(outcome));
		}
		arrange();
		texts.push(JSON.stringify(await engine.testCredential(delegatedUser, DELEGATED_USER)));
		arrange();
		texts.push(JSON.stringify(await engine.testCredential(serviceAccount, SERVICE_ACCOUNT)));
		texts.push(readFileSync(log, 'utf8'));
		for (const id of [delegatedUser, serviceAccount]) {
			texts.push(engine.credentials.stored.get(id)?.data ?? '');
		}
		const text = texts.join('\n');
		expect(text).toContain('Workflow execution finished');
		expect(secretsSoFar().length).toBeGreaterThan(3);
		for (const secret of secretsSoFar()) expect(text.includes(secret)).toBe(false);
	});
});

test('the editor does not get the token, because the field is a password', async () => {
	const { DfnsDelegatedUserApi } = await import(
		'../../credentials/DfnsDelegatedUserApi.credentials'
	);
	const { properties } = new DfnsDelegatedUserApi();
	const secret = properties.filter(({ typeOptions }) => typeOptions?.password === true);
	expect(secret.map(({ name }) => name)).toEqual(['authToken', 'privateKey', 'userToken']);
});
