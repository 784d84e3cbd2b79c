import { textOf } from '../../../../test/fixture/text.mts';
import { readServiceAccount } from '../../nodes/Dfns/dfns/fields';
import { signed, targetOf, type SignableOptions } from '../../nodes/Dfns/dfns/request';
import { newKey } from '../simulator/keys.mts';

const { credentialId, privateKey } = newKey('Ed25519');
const data = { baseUrl: 'https://api.dfns.io', authToken: 'eyJ.e30.x', credentialId, privateKey };
const account = readServiceAccount(data);

/** Where a request goes, in the shapes that n8n's helpers know. */
const addresses: Array<[Partial<SignableOptions>, string]> = [
	[{ url: 'https://api.dfns.io/wallets?a=b' }, 'https://api.dfns.io/wallets?a=b'],
	[{ url: ' https://api.dfns.io/wallets ' }, 'https://api.dfns.io/wallets'],
	[{ url: '/wallets' }, 'https://api.dfns.io/wallets'],
	[{ url: 'wallets' }, 'https://api.dfns.io/wallets'],
	[{ uri: new URL('https://api.dfns.io/wallets') as never }, 'https://api.dfns.io/wallets'],
	[{ uri: '/wallets' }, 'https://api.dfns.io/wallets'],
	[{ uri: 'https://api.dfns.io/wallets' }, 'https://api.dfns.io/wallets'],
	[{ baseURL: '/', url: '/wallets' }, 'https://api.dfns.io/wallets'],
	[{ baseURL: 'https://api.dfns.io/v2/', url: '/wallets' }, 'https://api.dfns.io/v2/wallets'],
	[{ baseURL: 'https://api.dfns.io/v2', url: 'wallets' }, 'https://api.dfns.io/v2/wallets'],
	[{ baseURL: 'https://api.dfns.io/v2', url: '' }, 'https://api.dfns.io/v2'],
	[{ baseURL: '/v2', url: '/wallets' }, 'https://api.dfns.io/v2/wallets'],
	[{ baseURL: 'https://elsewhere.example', url: 'https://api.dfns.io/x' }, 'https://api.dfns.io/x'],
	// n8n sends to the first of the two.
	[{ url: '/wallets', uri: 'https://elsewhere.example' }, 'https://api.dfns.io/wallets'],
];

test.each(addresses)(
	'the address that is checked is the address that is sent: %j',
	(given, href) => {
		const options = given as SignableOptions;
		expect(targetOf(options, account.base).href).toBe(href);
		const shape = Object.keys(options).filter((name) => name !== 'baseURL');
		const sent = signed({ ...options }, account, 't') as SignableOptions;
		expect(sent.baseURL).toBeUndefined();
		for (const name of ['url', 'uri'] as const) {
			expect(sent[name]).toBe(shape.includes(name) ? href : undefined);
		}
		// Signing it again changes nothing.
		expect(targetOf(sent, account.base).href).toBe(href);
	},
);

test.each<Partial<SignableOptions>>([
	{ url: 'https://elsewhere.example/wallets' },
	{ url: '//elsewhere.example/wallets' },
	{ url: '\t//elsewhere.example/wallets' },
	{ uri: 'https://elsewhere.example/wallets' },
	{ url: 'https://elsewhere.example', uri: 'https://api.dfns.io' },
	{ baseURL: 'https://elsewhere.example', url: '/wallets' },
	{ url: 'http://api.dfns.io/wallets' },
	{ url: 'ftp://api.dfns.io/wallets' },
])('is not signed for elsewhere: %j', (options) => {
	expect(() => signed(options as SignableOptions, account, 't')).toThrow(/was not sent/);
});

test.each(['https:elsewhere.example', '/\\elsewhere.example', '\\\\elsewhere.example', 'x:y'])(
	"a text that is not an address is a path of the credential's Dfns: %s",
	(url) => expect(targetOf({ url }, account.base).origin).toBe('https://api.dfns.io'),
);

test('an address that cannot be read is reported', () => {
	expect(() => targetOf({ url: 'https://[', baseURL: '/' }, account.base)).toThrow(
		'The request has no address that can be read',
	);
});

test('no redirect to another origin carries the token away', () => {
	expect(
		signed({ url: '/wallets', headers: { Authorization: 'Bearer mine' } }, account, 't'),
	).toEqual({
		url: 'https://api.dfns.io/wallets',
		headers: { authorization: 'Bearer t' },
		sendCredentialsOnCrossOriginRedirect: false,
	});
});

describe('the application of older organizations', () => {
	const withApplication = readServiceAccount({ ...data, appId: 'ap-2a9in-tt2a1' });

	test('is sent with a new nonce for each signed request', () => {
		const first = signed({ url: '/wallets' }, withApplication, 't');
		const nonce = textOf(first.headers?.['X-DFNS-NONCE']);
		const again = signed(first, withApplication, 't');
		expect(Object.keys(again.headers ?? {}).sort()).toEqual([
			'X-DFNS-APPID',
			'X-DFNS-NONCE',
			'authorization',
		]);
		expect(textOf(again.headers?.['X-DFNS-NONCE'])).not.toBe(nonce);
	});

	test('is left unchanged when the request brings its own', () => {
		const headers = { 'x-dfns-appid': 'ap-mine', 'x-dfns-nonce': 'mine' };
		expect(signed({ url: '/wallets', headers }, account, 't').headers).toEqual({
			...headers,
			authorization: 'Bearer t',
		});
	});
});
