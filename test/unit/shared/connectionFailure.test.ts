import {
	causes,
	connectionFailure,
	errorCode,
	type Service,
} from '../../../packages/shared/connectionFailure';

const SERVICE: Service = {
	name: 'Acme',
	address: 'Server Address',
	foreignResponseType: 'NOT_AN_ACME_ANSWER',
};

const failureWith = (code: unknown) => Object.assign(new Error('secret'), { code });

test.each([
	['ECONNREFUSED', 'CONNECTION_REFUSED'],
	['ECONNRESET', 'CONNECTION_RESET'],
	['EPIPE', 'CONNECTION_RESET'],
	['ERR_SOCKET_CONNECTION_TIMEOUT', 'CONNECTION_RESET'],
	['ETIMEDOUT', 'TIMEOUT'],
	['ECONNABORTED', 'TIMEOUT'],
	['ESOCKETTIMEDOUT', 'TIMEOUT'],
	['ENOTFOUND', 'UNKNOWN_HOST'],
	['EAI_AGAIN', 'UNKNOWN_HOST'],
	['EAI_NODATA', 'UNKNOWN_HOST'],
	['CERT_HAS_EXPIRED', 'BAD_CERTIFICATE'],
	['DEPTH_ZERO_SELF_SIGNED_CERT', 'BAD_CERTIFICATE'],
	['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'BAD_CERTIFICATE'],
	['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'BAD_CERTIFICATE'],
	['ERR_TLS_CERT_ALTNAME_INVALID', 'BAD_CERTIFICATE'],
	['ERR_SSL_WRONG_VERSION_NUMBER', 'BAD_CERTIFICATE'],
	['EPROTO', 'BAD_CERTIFICATE'],
	['EHOSTUNREACH', 'UNREACHABLE'],
	['ENETUNREACH', 'UNREACHABLE'],
	['ENETDOWN', 'UNREACHABLE'],
	['HPE_INVALID_CONSTANT', 'NOT_AN_ACME_ANSWER'],
	['ERR_CANCELED', 'CANCELLED'],
])('%s means %s', (code, type) => {
	expect(connectionFailure(failureWith(code), SERVICE)).toMatchObject({ type, code });
});

test.each(['', 'ESOMETHING', 'ERR_BAD_RESPONSE', 'ERR_NON_2XX_3XX_RESPONSE'])(
	'"%s" does not come from the network',
	(code) => expect(connectionFailure(failureWith(code), SERVICE)).toBeUndefined(),
);

test('the advice names the service and the field with its address', () => {
	expect(connectionFailure(failureWith('ENOTFOUND'), SERVICE)?.todo).toContain('Server Address');
	expect(connectionFailure(failureWith('ECONNREFUSED'), SERVICE)?.todo).toContain('Server Address');
	expect(connectionFailure(failureWith('CERT_HAS_EXPIRED'), SERVICE)?.todo).toContain('Acme');
});

test('a call that may have been carried out is said not to be repeated', () => {
	for (const code of ['ECONNRESET', 'ETIMEDOUT']) {
		expect(connectionFailure(failureWith(code), SERVICE)?.todo).toContain('was not repeated');
	}
});

test('only the code of a failure is used, never its words', () => {
	const failure = connectionFailure(failureWith('ECONNRESET'), SERVICE);
	expect(JSON.stringify(failure)).not.toContain('secret');
});

test('the code is found anywhere in the chain of causes', () => {
	const failure = new Error('outer', {
		cause: new Error('middle', { cause: failureWith('EPIPE') }),
	});
	expect(errorCode(failure)).toBe('EPIPE');
	expect(connectionFailure(failure, SERVICE)?.type).toBe('CONNECTION_RESET');
});

test.each([undefined, null, 'ECONNRESET', { code: 'ECONNRESET' }, failureWith(7), new Error()])(
	'%p has no code',
	(failure) => {
		expect(errorCode(failure)).toBe('');
		expect(connectionFailure(failure, SERVICE)).toBeUndefined();
	},
);

test('a chain of causes that is a circle ends', () => {
	const first = new Error('first');
	const second = new Error('second', { cause: first });
	first.cause = second;
	expect(causes(first)).toEqual([first, second]);
});
