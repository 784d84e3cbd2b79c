import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { OLIVIA, ME, validate, logIn } from '../fixture/data.mts';
import { useFixture } from '../fixture/jest.mts';
import { HTTP_REQUEST, VEEVA_VAULT, type Outcome } from './engine.mts';

/** n8n's log, in which it says as much as it can; set before n8n is loaded. */
const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
const log = join(folder, 'n8n.log');
process.env.N8N_LOG_LEVEL = 'debug';
process.env.N8N_LOG_OUTPUT = 'file';
process.env.N8N_LOG_FILE_LOCATION = log;
afterAll(() => rmSync(folder, { recursive: true }));

const fixture = useFixture();

/** Everything that n8n keeps of an execution, errors with all their properties, also those that JSON leaves out. */
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

/** Faults in the login, in the call, and answers that repeat a secret in their message. */
const troubles = [
	['no fault', () => {}],
	['a wrong password', () => void (fixture.vault.user(OLIVIA).password = 'another')],
	['the login cut off', () => fixture.vault.fail({ on: { path: '/auth' }, with: 'reset' })],
	['a 500 at login', () => fixture.vault.fail({ on: { path: '/auth' }, with: '500' })],
	['a web page at login', () => fixture.vault.fail({ on: { path: '/auth' }, with: 'html' })],
	['the call cut off', () => fixture.vault.fail({ on: { path: ME }, with: 'reset' })],
	['a 500 of the call', () => fixture.vault.fail({ on: { path: ME }, with: '500' })],
	['a downtime', () => fixture.vault.fail({ on: { path: ME }, with: 'downtime' })],
	['a web page of the call', () => fixture.vault.fail({ on: { path: ME }, with: 'html' })],
	[
		'a message that repeats the password',
		() =>
			fixture.vault.fail({
				on: { path: '/auth' },
				with: {
					error: 'INVALID_DATA',
					message: `Not a password: ${fixture.vault.user(OLIVIA).password}`,
				},
			}),
	],
	[
		'sessions that end at once',
		() =>
			fixture.vault.fail({
				on: { path: ME },
				with: { error: 'INVALID_SESSION_ID' },
				times: Infinity,
			}),
	],
] as const;

test('the search finds a secret that is there: the session that Log In returns on request', async () => {
	const credential = await fixture.credential();
	expect(everything(await fixture.engine.vault(logIn, { credential }))).toContain(
		fixture.vault.sessions()[0].id,
	);
	while (!readFileSync(log, 'utf8').includes('Workflow execution finished')) await sleep(10);
});

test('a message from Vault that repeats the session is shown without it', async () => {
	const { engine, vault } = fixture;
	const credential = await fixture.credential();
	vault.fail({
		on: { path: ME },
		with: {
			error: 'INVALID_DATA',
			// The password may have changed by then.
			get message() {
				return `Bad header Authorization: ${vault.sessions()[0].id}`;
			},
		},
	});
	const outcome = await engine.vault(validate, { credential });
	expect(outcome.error?.message).toBe('Bad header Authorization: *** [INVALID_DATA]');
	expect(everything(outcome)).not.toContain(vault.sessions()[0].id);
});

describe.each(troubles)('%s', (_name, arrange) => {
	test.each(['Veeva Vault node', 'HTTP Request node', 'credential test'])(
		'%s: no password and no session is saved or shown',
		async (entryPoint) => {
			const { engine, vault, promoMats } = fixture;
			const { password } = vault.user(OLIVIA);
			const credential = await fixture.credential();
			arrange();
			let text: string;
			if (entryPoint === 'credential test') {
				text = JSON.stringify(await engine.testCredential(credential));
			} else {
				const node =
					entryPoint === 'Veeva Vault node'
						? engine.node('Step', VEEVA_VAULT, validate, { credential })
						: engine.node(
								'Step',
								HTTP_REQUEST,
								{
									url: promoMats + ME,
									authentication: 'predefinedCredentialType',
									nodeCredentialType: 'veevaVaultApi',
									options: {},
								},
								{ credential },
							);
				text = everything(await engine.run([node]));
				text += everything(await engine.run([{ ...node, onError: 'continueRegularOutput' }]));
			}
			text += engine.credentials.stored.get(credential)?.data ?? '';
			text += readFileSync(log, 'utf8');

			const sessions = vault.calls
				.map(({ headers }) => headers.authorization)
				.concat(vault.sessions().map(({ id }) => id))
				.filter((id) => id !== undefined);
			expect(text).not.toBe('');
			for (const secret of [password, ...sessions.map(String)]) expect(text).not.toContain(secret);
		},
	);
});

test('a message does not tell whether a guessed password is right', async () => {
	const { engine, vault } = fixture;
	const { password } = vault.user(OLIVIA);
	const credential = await fixture.credential();
	const messageFor = async (guess: string) => {
		const message = `Unknown field ${guess}`;
		vault.fail({ on: { path: '/query' }, with: { error: 'INVALID_DATA', message } });
		const query = { resource: 'query', operation: 'run', query: `SELECT ${guess} FROM documents` };
		return (await engine.vault(query, { credential })).error?.message;
	};
	expect(await messageFor('wrong')).toBe('Unknown field wrong [INVALID_DATA]');
	expect(await messageFor(password)).toBe(`Unknown field ${password} [INVALID_DATA]`);
});
