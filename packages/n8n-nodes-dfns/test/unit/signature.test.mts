import { textOf } from '../../../../test/fixture/text.mts';
import { readServiceAccount } from '../../nodes/Dfns/credential/fields';
import { signed, targetOf, type SignableOptions } from '../../nodes/Dfns/credential/signature';
import { newKey } from '../simulator/keys.mts';

const { credentialId, privateKey } = newKey('Ed25519');
const data = { baseUrl: 'https://api.dfns.io', authToken: 'eyJ.e30.x', credentialId, privateKey };
const account = readServiceAccount(data);

/** Where a request goes, in the forms that n8n's helpers accept. */
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
	// n8n uses the first of the two.
	[{ url: '/wallets', uri: 'https://elsewhere.example' }, 'https://api.dfns.io/wallets'],
];

test.each(addresses)('the request goes to the address that was checked: %j', (given, href) => {
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
});

test.each<Partial<SignableOptions>>([
	{ url: 'https://elsewhere.example/wallets' },
	{ url: '//elsewhere.example/wallets' },
	{ url: '\t//elsewhere.example/wallets' },
	{ uri: 'https://elsewhere.example/wallets' },
	{ url: 'https://elsewhere.example', uri: 'https://api.dfns.io' },
	{ baseURL: 'https://elsewhere.example', url: '/wallets' },
	{ url: 'http://api.dfns.io/wallets' },
	{ url: 'ftp://api.dfns.io/wallets' },
])('a request to another place is not signed: %j', (options) => {
	expect(() => signed(options as SignableOptions, account, 't')).toThrow(/was not sent/);
});

test.each(['https:elsewhere.example', '/\\elsewhere.example', '\\\\elsewhere.example', 'x:y'])(
	'anything but a complete address is a path on the own Dfns: %s',
	(url) => expect(targetOf({ url }, account.base).origin).toBe('https://api.dfns.io'),
);

test('an address that cannot be read is reported', () => {
	expect(() => targetOf({ url: 'https://[', baseURL: '/' }, account.base)).toThrow(
		'The request has no URL that can be read',
	);
});

test('a redirect to another origin does not carry the token', () => {
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

	test('is sent with a nonce, a new one each time that a request is signed', () => {
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

	test('is left as it is when the request has it already', () => {
		const headers = { 'x-dfns-appid': 'ap-mine', 'x-dfns-nonce': 'mine' };
		expect(signed({ url: '/wallets', headers }, account, 't').headers).toEqual({
			...headers,
			authorization: 'Bearer t',
		});
	});
});
