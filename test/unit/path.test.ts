import { fillPath, readPath, isLogin } from '../../nodes/VeevaVault/operations/api/path';
import { nextPagePath } from '../../nodes/VeevaVault/operations/pages';
import { VaultFieldError } from '../../nodes/VeevaVault/vault/errors';
import { fc } from '../fc.mts';

const VERSION = 'v25.2';
const ORIGIN = 'https://myvault.veevavault.com';
const HOST = { host: 'myvault.veevavault.com', origin: ORIGIN };

/** Any texts, and texts that try to leave the API. */
const paths = fc.oneof(
	fc.string({ unit: 'binary' }),
	fc
		.array(
			fc.oneof(
				fc.constantFrom(
					'..',
					'.',
					'%2e',
					'%2E%2e',
					'%252e',
					'/',
					'//',
					'\\',
					'%2f',
					'%5c',
					'@',
					':',
				),
				fc.constantFrom(
					'?',
					'#',
					'\t',
					'\n',
					'api',
					'v25.2',
					'objects',
					'example.com',
					'https:',
					'foo:',
					'/api/',
					'%',
					'{id}',
				),
				fc.string({ maxLength: 4 }),
			),
			{ maxLength: 8 },
		)
		.map((parts) => parts.join('')),
);

/** What a server may make of a path that decodes it, again and again. */
function decodedSegments(path: string): string[] {
	let text = path.split('?', 1)[0];
	for (let times = 0; times < 10; times += 1) {
		try {
			text = decodeURIComponent(text);
		} catch {
			break;
		}
	}
	return text.split(/[/\\]/);
}

test("whatever is entered, a call stays in the Vault's API or is not made", () => {
	fc.assert(
		fc.property(paths, (given) => {
			let found;
			try {
				found = readPath(given, VERSION, 'Path');
			} catch (error) {
				expect(error).toBeInstanceOf(VaultFieldError);
				return;
			}
			const { path, origin = ORIGIN } = found;
			const url = new URL(origin + path);
			expect(url.origin).toBe(origin);
			expect(url.pathname + url.search).toBe(path);
			expect(path).toMatch(/^\/api([/?]|$)/);
			expect(url.hash + url.username + url.password).toBe('');
			expect(decodedSegments(path)).not.toContain('..');
			// Another host only where it was written as an address: then the connection refuses it.
			if (found.origin !== undefined) expect(given.trim()).toMatch(/^[a-z][a-z0-9+.-]*:/i);
		}),
		{ numRuns: 3000 },
	);
});

test('a value fills its own part of the path and no other', () => {
	fc.assert(
		fc.property(fc.string({ minLength: 1 }), (value) => {
			let filled;
			try {
				filled = readPath(
					fillPath('/objects/documents/{id}/file', [{ name: 'id', value }], 'Path Parameters'),
					VERSION,
					'Path',
				);
			} catch (error) {
				expect(error).toBeInstanceOf(VaultFieldError);
				return;
			}
			const parts = filled.path.split('/');
			expect(parts.length).toBe(7);
			expect(decodeURIComponent(parts[5])).toBe(value.trim());
			expect([...parts.slice(0, 5), parts[6]].join('/')).toBe('/api/v25.2/objects/documents/file');
		}),
	);
});

test.each(['{abc}', '{', 'a{b}c', '}{'])('a value may contain braces: %s', (value) => {
	const pairs = [{ name: 'id', value }];
	const filled = fillPath('/objects/{id}', pairs, 'Path Parameters');
	expect(readPath(filled, VERSION, 'Path').path).toBe(
		`/api/v25.2/objects/${encodeURIComponent(value)}`,
	);
});

test('half a character is refused as a value', () => {
	for (const value of ['\ud83d', 'a\udc00b']) {
		expect(() => fillPath('/objects/{id}', [{ name: 'id', value }], 'Path Parameters')).toThrow(
			expect.objectContaining({
				name: 'VaultFieldError',
				description: 'Expected complete Unicode characters.',
			}) as Error,
		);
	}
});

test('a part of the path without a value is reported by its name', () => {
	expect(() => readPath('/objects/{id}', VERSION, 'Path')).toThrow(
		expect.objectContaining({
			description: 'Expected a value for {id} in Path Parameters.',
		}) as Error,
	);
});

test.each(['foo:/api/x', 'foo://example.com/api/x', 'file:///api/x', 'blob:https://x.com/api/x'])(
	"%s is refused as a Vault's address",
	(given) => {
		expect(() => readPath(given, VERSION, 'Path')).toThrow(
			expect.objectContaining({
				name: 'VaultFieldError',
				message: `Path is not valid: "${given}"`,
				description: expect.stringContaining('https://'),
			}) as Error,
		);
	},
);

test.each([
	['/api/v25.2/query/1?pageoffset=2', '/api/v25.2/query/1?pageoffset=2'],
	[`${ORIGIN}/api/v25.2/query/1`, '/api/v25.2/query/1'],
	['', undefined],
	[undefined, undefined],
])('next_page %j is followed as %j', (next_page, path) => {
	const answer = { responseStatus: 'SUCCESS' as const, responseDetails: { next_page } };
	expect(nextPagePath(answer, VERSION, HOST)?.path).toBe(path);
});

test.each(['https://example.com/api/v25.2/query/1', '//example.com/api', '/../ui', 7])(
	'next_page %j is not followed',
	(next_page) => {
		const answer = { responseStatus: 'SUCCESS' as const, responseDetails: { next_page } };
		expect(() => nextPagePath(answer, VERSION, HOST)).toThrow(
			'returned a next_page outside its own API',
		);
	},
);

test('a path from Vault may end in a slash, and have braces in its query', () => {
	const vault = { host: 'myvault.veevavault.com', origin: 'https://myvault.veevavault.com' };
	for (const [next_page, path] of [
		['/api/v25.2/objects/documents/?offset=5', '/api/v25.2/objects/documents?offset=5'],
		['/api/v25.2/query/x?search={abc}', '/api/v25.2/query/x?search={abc}'],
	]) {
		const page = { responseStatus: 'SUCCESS' as const, responseDetails: { next_page } };
		expect(nextPagePath(page, VERSION, vault)).toEqual({ path });
	}
});

test.each([
	'/auth',
	'/api/auth',
	'/api/v25.2/auth',
	'/api/v25.2/auth/',
	'/api/v25.2/;/auth',
	'/api/v25.2/;a=b/auth',
	'/api/v25.2/auth%20',
	'/api/v25.2/%20auth',
	'/api/v25.2/%61uth',
	'/api/v25.2/%2561uth',
	'/api/v25.2/AUTH;jsessionid=1',
	'/api/v25.2/auth?x=/objects',
	'/api//v25.2//auth',
	'/api/v25.2/v25.2/auth',
])('%s is a login', (path) => {
	expect(isLogin(path)).toBe(true);
});

test.each([
	'/api/v25.2/authors',
	'/api/v25.2/objects/auth',
	'/api/v25.2/vobjects/auth__c',
	'/api/v25.2/query?q=auth',
	'/api/',
])('%s is none', (path) => {
	expect(isLogin(path)).toBe(false);
});
