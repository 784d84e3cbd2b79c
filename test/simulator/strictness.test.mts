import { call, logIn, openSession, poke } from './calling.mts';
import { startSimulator, type Simulator } from './simulator.mts';

let vault: Simulator;
beforeAll(async () => {
	vault = await startSimulator();
});
beforeEach(() => vault.reset());
afterAll(() => vault.close());

const auth = '/api/v25.2/auth';
const form = { username: 'olivia@veepharm.com', password: 'correct horse battery' };

it.each([
	['GET', '/api/v25.2/nonsense', 'MALFORMED_URL'],
	['GET', '/nonsense', 'MALFORMED_URL'],
	['GET', '/api/v25.9/objects/users/me', 'MALFORMED_URL'],
	['GET', '/api/%zz', 'MALFORMED_URL'],
	['GET', '/api/v25.2/keep-alive', 'METHOD_NOT_SUPPORTED'],
	['GET', auth, 'METHOD_NOT_SUPPORTED'],
	['PUT', '/api/v25.2/session', 'METHOD_NOT_SUPPORTED'],
])('%s %s is answered with %s and status 200', async (method, path, type) => {
	const { status, error } = await call(vault, method, path);
	expect([status, error]).toEqual([200, type]);
});

describe('Accept', () => {
	it.each(['', '*/*', 'text/html, application/json;q=0.9, */*;q=0.1', 'application/*'])(
		'%j means JSON',
		async (Accept) => {
			const { body } = await call(vault, 'POST', auth, { form, headers: { Accept } });
			expect(body.responseStatus).toBe('SUCCESS');
		},
	);

	it('application/xml means XML', async () => {
		const { text, headers } = await call(vault, 'POST', auth, {
			form,
			headers: { Accept: 'application/xml' },
		});
		expect(headers.get('content-type')).toContain('application/xml');
		expect(text).toContain('<responseStatus>SUCCESS</responseStatus>');
	});

	it('any other type is refused', async () => {
		const headers = { Accept: 'text/html' };
		expect((await call(vault, 'POST', auth, { form, headers })).error).toBe('INVALID_DATA');
	});
});

describe('X-VaultAPI-ClientID', () => {
	const send = (target: Simulator, headers?: Record<string, string>) =>
		fetch(target.url(target.hosts.promoMats, auth), {
			method: 'POST',
			body: new URLSearchParams(form),
			...(headers && { headers }),
		}).then((response) => response.text());

	it('is required', async () => {
		expect(await send(vault)).toContain('INVALID_DATA');
	});

	it.each(['with space', 'ümlaut', 'x'.repeat(101), 'a/b'])('must not be %j', async (id) => {
		expect(await send(vault, { 'X-VaultAPI-ClientID': id })).toContain('INVALID_DATA');
	});

	it('may be missing when the simulator is as lenient as Vault', async () => {
		const lenient = await startSimulator({ requireClientId: false });
		expect(await send(lenient)).toContain('SUCCESS');
		await lenient.close();
	});

	it('must be a known one with client ID filtering', async () => {
		const filtering = await startSimulator({
			clientIdFiltering: ['veepharm-test-client-jest'],
			requireClientId: false,
		});
		expect(await send(filtering)).toContain('INSUFFICIENT_ACCESS');
		expect(await send(filtering, { 'X-VaultAPI-ClientID': 'x' })).toContain('INSUFFICIENT_ACCESS');
		expect((await logIn(filtering)).error).toBeUndefined();
		await filtering.close();
	});
});

describe('bodies', () => {
	const send = async (path: string, type: string, body: string, session = '') => {
		const response = await fetch(vault.url(vault.hosts.promoMats, path), {
			method: 'POST',
			body,
			headers: { 'Content-Type': type, 'X-VaultAPI-ClientID': 'x', Authorization: session },
		});
		return [response.status, await response.text()];
	};

	it('are refused as JSON where a form is required', async () => {
		const session = await openSession(vault);
		for (const path of [auth, '/api/v25.2/delegation/login', '/api/v25.2/objects/documents']) {
			const answer = await send(path, 'application/json', JSON.stringify(form), session);
			expect(answer).toEqual([200, expect.stringContaining('INVALID_DATA')]);
		}
		expect(vault.changes).toBe(1);
	});

	it.each(['text/plain', 'application/xml', 'nonsense'])('are refused as %s', async (type) => {
		expect(await send(auth, type, 'x')).toEqual([200, expect.stringContaining('INVALID_DATA')]);
	});

	it('must have each field once, as text', async () => {
		const type = 'application/x-www-form-urlencoded';
		const body = 'username=a&username=b&password=c';
		expect(await send(auth, type, body)).toEqual([200, expect.stringContaining('INVALID_DATA')]);
	});

	it('are refused when they cannot be read', async () => {
		const answer = await send(auth, 'multipart/form-data', 'x');
		expect(answer).toEqual([200, expect.stringContaining('INVALID_DATA')]);
	});

	it('may be missing when no field is required', async () => {
		const session = await openSession(vault);
		expect((await poke(vault, session)).error).toBeUndefined();
		expect((await call(vault, 'POST', '/api/v25.2/keep-alive', { session })).error).toBeUndefined();
	});
});
