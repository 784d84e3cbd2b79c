/** What the messages about connections to a service say about it. */
export interface Service {
	/** The service's name */
	name: string;
	/** What the user enters as its address, such as "host name" */
	address: string;
	/** The error type of a response that is not the service's */
	foreignResponseType: string;
}

/** A call without any response. */
export interface ConnectionFailure {
	/** The error type, for workflows that branch on it */
	type: string;
	/** What the host did, to follow its name */
	what: string;
	/** What to do next */
	todo: string;
	/** Node's error code, such as ECONNREFUSED */
	code: string;
}

const UNCERTAIN = 'The call may or may not have been carried out';
const CHECK = `${UNCERTAIN}, so it was not repeated. Check, then try again.`;

/** What each of Node's error codes means. */
const FAILURES: ReadonlyArray<
	[codes: RegExp, explain: (service: Service) => Omit<ConnectionFailure, 'code'>]
> = [
	[
		/^ECONNREFUSED$/,
		({ address }) => ({
			type: 'CONNECTION_REFUSED',
			what: 'refused the connection',
			todo: `Check the ${address}, and any firewall or proxy in between.`,
		}),
	],
	[
		/^(ECONNRESET|EPIPE|ERR_SOCKET_CONNECTION_TIMEOUT)$/,
		() => ({
			type: 'CONNECTION_RESET',
			what: 'closed the connection before it responded',
			todo: CHECK,
		}),
	],
	[
		/^(ETIMEDOUT|ECONNABORTED|ESOCKETTIMEDOUT)$/,
		() => ({ type: 'TIMEOUT', what: 'did not respond in time', todo: CHECK }),
	],
	[
		/^(ENOTFOUND|EAI_AGAIN|EAI_NODATA)$/,
		({ address }) => ({
			type: 'UNKNOWN_HOST',
			what: 'could not be found: the host does not exist, or DNS does not work',
			todo: `Check the ${address} for spelling.`,
		}),
	],
	[
		/CERT|TLS|SSL|ISSUER|VERIFY|EPROTO/,
		({ name }) => ({
			type: 'BAD_CERTIFICATE',
			what: 'showed a certificate that cannot be trusted, so nothing was sent',
			todo: `A proxy that inspects traffic, or a wrong host, can be the reason. Never turn off the check for ${name}.`,
		}),
	],
	[
		/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/,
		() => ({
			type: 'UNREACHABLE',
			what: 'cannot be reached from n8n',
			todo: 'Check the network of the n8n server.',
		}),
	],
	[
		/^HPE_/,
		({ foreignResponseType }) => ({
			type: foreignResponseType,
			what: 'sent a response that is not HTTP',
			todo: 'A proxy may have responded instead. A call that changes data may have been carried out: check before you send it again.',
		}),
	],
	[
		/^ERR_CANCELED$/,
		() => ({
			type: 'CANCELLED',
			what: 'did not respond before the execution was canceled',
			todo: `${UNCERTAIN}.`,
		}),
	],
];

/**
 * What the failure of an HTTP client means.
 *
 * @param failure what the HTTP client threw. Only error codes are read: its other fields hold the request.
 * @returns `undefined` when it does not come from the network
 */
export function connectionFailure(
	failure: unknown,
	service: Service,
): ConnectionFailure | undefined {
	const code = errorCode(failure);
	const [, explain] = FAILURES.find(([codes]) => codes.test(code)) ?? [];
	return explain === undefined ? undefined : { ...explain(service), code };
}

/** Node's error code of an error, or of the errors that caused it; empty when there is none. */
export function errorCode(failure: unknown): string {
	const coded = causes(failure).find((error) => 'code' in error && typeof error.code === 'string');
	return coded !== undefined && 'code' in coded ? String(coded.code) : '';
}

/** An error, its cause, the cause of that, and so on. */
export function causes(failure: unknown): Error[] {
	const chain: Error[] = [];
	for (let error = failure; error instanceof Error && !chain.includes(error); error = error.cause) {
		chain.push(error);
	}
	return chain;
}
