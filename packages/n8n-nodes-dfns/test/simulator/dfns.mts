import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

import { injectFault, Faults, matches } from './faults.mts';
import { issueJwt } from './jwt.mts';
import { isSignedBy, newKey } from './keys.mts';
import type {
	CallFilter,
	CallRecord,
	DfnsOptions,
	Fault,
	KeyType,
	RegisteredKey,
	ServiceAccountRecord,
	TokenShape,
	User,
} from './types.mts';

declare module 'fastify' {
	interface FastifyRequest {
		dfnsCall: CallRecord | null;
	}
}

/** What a user action was requested for: it allows exactly this call. */
interface Action {
	payload: string;
	method: string;
	path: string;
	/** Who requested it: a token */
	by: string;
}

/** Thrown by the routes: the response is a status in Dfns's form. */
class Refusal extends Error {
	readonly status: number;

	constructor(status: number, message: string) {
		super(message);
		this.status = status;
	}
}

const ORG_ID = 'or-30tnh-itmjs-s235s5ontr3r23h2';

/** Dfns on localhost: delegated login with user action signing, and some reads. */
export class LocalDfns {
	/** Every call in order of arrival */
	readonly calls: CallRecord[] = [];

	/** How many delegated logins were carried out */
	logins = 0;

	/** How many calls that change data were carried out */
	changes = 0;

	readonly orgId = ORG_ID;

	/** How far Dfns's clock is ahead of this machine's, in ms */
	ahead = 0;

	/** Whether responses tell the time */
	tellsTime = true;

	/** What the next tokens are like */
	tokenShape: TokenShape = {};

	/** How long each login takes, in ms */
	loginDelay: number;

	/** Whether calls that change data need a user action, as in Dfns */
	writesNeedSignature = true;

	/** When set, calls need it as `X-DFNS-APPID`, and also a nonce */
	requiredAppId: string | undefined;

	readonly users = new Map<string, User>();

	serviceAccount: ServiceAccountRecord;

	readonly #app: FastifyInstance;
	readonly #faults = new Faults();
	readonly #lifetime: number;

	readonly #usualLoginDelay: number;
	readonly #challenges = new Map<string, Action & { challenge: string; used: boolean }>();
	readonly #actions = new Map<string, Action & { used: boolean }>();
	readonly #nonces = new Set<string>();
	/** User tokens that are valid */
	readonly #tokens = new Map<string, { username: string; expiresAt: number }>();

	constructor(app: FastifyInstance, options: DfnsOptions) {
		this.#app = app;
		this.#lifetime = options.tokenLifetime ?? 3600;
		this.#usualLoginDelay = options.loginDelay ?? 0;
		this.loginDelay = this.#usualLoginDelay;
		this.serviceAccount = newServiceAccount();
		this.reset();
		app.removeAllContentTypeParsers();
		app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) =>
			done(null, String(body)),
		);
		app.decorateRequest('dfnsCall', null);
		app.all('/*', async (request, reply) => await this.#respond(request, reply));
	}

	/** Its address: the credential's Base URL. */
	get url(): string {
		const address = this.#app.server.address();
		if (typeof address !== 'object' || address === null) throw new Error('Dfns is not running');
		return `http://127.0.0.1:${address.port}`;
	}

	/** Back to the seed data, without calls and faults. The service account gets a new token and a new key. */
	reset(): void {
		this.calls.length = 0;
		this.logins = 0;
		this.changes = 0;
		this.ahead = 0;
		this.loginDelay = this.#usualLoginDelay;
		this.tellsTime = true;
		this.tokenShape = {};
		this.writesNeedSignature = true;
		this.requiredAppId = undefined;
		this.serviceAccount = newServiceAccount();
		this.#faults.reset();
		this.#challenges.clear();
		this.#actions.clear();
		this.#nonces.clear();
		this.#tokens.clear();
		this.users.clear();
		for (const username of ['jdoe@example.co', 'ada@example.co']) this.addUser(username);
	}

	addUser(username: string): User {
		const user = { username, userId: `us-${randomBytes(12).toString('hex')}`, active: true };
		this.users.set(username, user);
		return user;
	}

	/** Registers another key with the service account. */
	addKey(type: KeyType): RegisteredKey {
		const key = newKey(type);
		this.serviceAccount.keys.push(key);
		return key;
	}

	/** What to enter in a credential to use this Dfns. */
	credentialData(): {
		baseUrl: string;
		authToken: string;
		credentialId: string;
		privateKey: string;
		appId: string;
	} {
		const [{ credentialId, privateKey }] = this.serviceAccount.keys;
		const { authToken } = this.serviceAccount;
		return { baseUrl: this.url, authToken, credentialId, privateKey, appId: '' };
	}

	fail(fault: Fault): void {
		this.#faults.add(fault);
	}

	count(filter: CallFilter): number {
		return this.calls.filter((call) => matches(filter, call)).length;
	}

	/** Tokens of users that were issued and are still accepted. */
	userTokens(): string[] {
		return [...this.#tokens.keys()];
	}

	/** From now on, refuses all user tokens issued so far. */
	revokeUserTokens(): void {
		this.#tokens.clear();
	}

	/** Ms since 1970 by Dfns's clock. */
	now(): number {
		return Date.now() + this.ahead;
	}

	async close(): Promise<void> {
		this.#app.server.closeAllConnections();
		await this.#app.close();
	}

	async #respond(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
		const call = recordOf(request);
		this.calls.push(call);
		reply.raw.once('close', () => {
			if (reply.raw.headersSent) call.status = reply.raw.statusCode;
			call.closed = true;
		});
		reply.type('application/json; charset=utf-8');
		if (this.tellsTime) reply.header('Date', new Date(this.now()).toUTCString());
		else reply.raw.sendDate = false;
		const fault = this.#faults.take(call);
		if (fault?.delay !== undefined) await sleep(fault.delay);
		if (fault !== undefined && fault.with !== 'resetAfter') return injectFault(fault, reply);
		try {
			const body = await this.#carryOut(call);
			if (fault !== undefined) {
				if (fault.revokes) this.revokeUserTokens();
				return injectFault(fault, reply);
			}
			call.status = 200;
			return reply.code(200).send(JSON.stringify(body));
		} catch (error) {
			if (!(error instanceof Refusal)) throw error;
			call.status = error.status;
			const { status, message } = error;
			const id = String(BigInt(`0x${randomBytes(8).toString('hex')}`));
			return reply.code(status).send(JSON.stringify({ error: { id, status, message } }));
		}
	}

	async #carryOut(call: CallRecord): Promise<unknown> {
		if ((call.headers['user-agent'] ?? '') === '') throw new Refusal(403, 'Forbidden');
		this.#checkApplication(call);
		const token = /^Bearer (\S+)$/.exec(call.headers.authorization ?? '')?.[1] ?? '';
		call.caller = this.#callerOf(token);
		switch (`${call.method} ${call.path}`) {
			case 'POST /auth/action/init':
				return this.#init(call, token);
			case 'POST /auth/action':
				return this.#sign(call, token);
			case 'POST /auth/login/delegated':
				return await this.#logIn(call, token);
			case 'GET /auth/credentials':
				if (call.caller === SERVICE_ACCOUNT) throw new Refusal(403, 'Not for service accounts');
				return { items: [] };
			case 'GET /auth/service-accounts':
				this.#assertPermission(call.caller, 'Auth:ServiceAccounts:Read');
				return { items: [{ userInfo: { userId: this.serviceAccount.userId } }] };
			case 'GET /wallets':
				return {
					items: [{ id: 'wa-1f04s-lqc9q-5e3b4f2a1d0c9b8a', network: 'Ethereum' }],
					readBy: call.caller,
				};
			case 'POST /wallets':
				if (this.writesNeedSignature) this.#useAction(call, token);
				this.changes += 1;
				return { id: `wa-${randomUUID()}` };
			default:
				throw new Refusal(404, 'Not Found');
		}
	}

	#checkApplication({ headers }: CallRecord): void {
		if (this.requiredAppId === undefined) return;
		if (headers['x-dfns-appid'] !== this.requiredAppId) throw new Refusal(401, 'Not Authorized.');
		const nonce = headers['x-dfns-nonce'] ?? '';
		const { uuid, date } = parse(Buffer.from(nonce, 'base64url').toString());
		if (typeof uuid !== 'string' || Math.abs(Date.parse(String(date)) - this.now()) > 300_000) {
			throw new Refusal(400, 'request nonce is missing or invalid');
		}
		if (this.#nonces.has(uuid)) throw new Refusal(400, 'request nonce has already been used');
		this.#nonces.add(uuid);
	}

	#callerOf(token: string): string {
		if (token === this.serviceAccount.authToken) {
			if (!this.serviceAccount.active) {
				throw new Refusal(400, 'User account has been deactivated.');
			}
			return SERVICE_ACCOUNT;
		}
		const known = this.#tokens.get(token);
		if (known === undefined || known.expiresAt <= this.now()) {
			throw new Refusal(401, 'Not Authorized.');
		}
		return known.username;
	}

	#assertPermission(caller: string, operation: string): void {
		const { permissions, userId } = this.serviceAccount;
		if (caller === SERVICE_ACCOUNT && permissions.includes(operation)) return;
		throw new Refusal(
			403,
			`CustomerEmployee ${userId} is not authorized to perform operation (${operation})`,
		);
	}

	#init(call: CallRecord, token: string): unknown {
		const { userActionPayload, userActionHttpMethod, userActionHttpPath, userActionServerKind } =
			jsonOf(call);
		if (
			typeof userActionPayload !== 'string' ||
			typeof userActionHttpMethod !== 'string' ||
			typeof userActionHttpPath !== 'string' ||
			userActionServerKind !== 'Api'
		) {
			throw new Refusal(400, 'Invalid user action');
		}
		const challenge = randomBytes(48).toString('base64url');
		const challengeIdentifier = issueJwt({ jti: randomUUID() });
		this.#challenges.set(challengeIdentifier, {
			challenge,
			payload: userActionPayload,
			method: userActionHttpMethod,
			path: userActionHttpPath,
			by: token,
			used: false,
		});
		const key = this.serviceAccount.keys.map(({ credentialId: id }) => ({
			type: 'public-key',
			id,
		}));
		return {
			supportedCredentialKinds: [{ kind: 'Key', factor: 'first', requiresSecondFactor: false }],
			challenge,
			challengeIdentifier,
			externalAuthenticationUrl: '',
			allowCredentials: { key, webauthn: [] },
			userVerification: 'required',
			attestation: 'direct',
		};
	}

	#sign(call: CallRecord, token: string): unknown {
		const { challengeIdentifier, firstFactor } = jsonOf(call);
		const pending = this.#challenges.get(String(challengeIdentifier));
		if (pending === undefined || pending.used || pending.by !== token) {
			throw new Refusal(400, 'Challenge token is not valid.');
		}
		pending.used = true;
		const { kind, credentialAssertion } = object(firstFactor);
		const { credId, clientData, signature } = object(credentialAssertion);
		const key = this.serviceAccount.keys.find(({ credentialId }) => credentialId === credId);
		if (kind !== 'Key' || key === undefined) {
			throw new Refusal(
				401,
				'User does not have a credential that can be used for the application.',
			);
		}
		for (const text of [clientData, signature]) {
			if (!/^[\w-]+$/.test(String(text))) throw new Refusal(400, 'Not base64url');
		}
		const signed = Buffer.from(String(clientData), 'base64url');
		const { type, challenge } = parse(signed.toString());
		const proof = Buffer.from(String(signature), 'base64url');
		if (
			type !== 'key.get' ||
			challenge !== pending.challenge ||
			!isSignedBy(key.publicKey, signed, proof)
		) {
			throw new Refusal(401, 'Not Authorized.');
		}
		const userAction = issueJwt({ jti: randomUUID(), kind: 'UserAction' });
		const { payload, method, path, by } = pending;
		this.#actions.set(userAction, { payload, method, path, by, used: false });
		return { userAction };
	}

	/** Accepts a call only with a user action that was signed for exactly this call, and only once. */
	#useAction(call: CallRecord, token: string): void {
		const action = this.#actions.get(call.headers['x-dfns-useraction'] ?? '');
		if (
			action === undefined ||
			action.payload !== call.body ||
			action.method !== call.method ||
			action.path !== call.path ||
			action.by !== token
		) {
			throw new Refusal(403, 'user action signature is missing or invalid');
		}
		if (action.used) throw new Refusal(400, 'user action has already been used');
		action.used = true;
	}

	async #logIn(call: CallRecord, token: string): Promise<unknown> {
		const { username } = jsonOf(call);
		this.#useAction(call, token);
		this.#assertPermission(call.caller ?? '', 'Auth:Login:Delegated');
		const user = this.users.get(String(username));
		if (user === undefined) throw new Refusal(401, 'User not found');
		if (!user.active) throw new Refusal(400, 'User account has been deactivated.');
		if (this.loginDelay > 0) await sleep(this.loginDelay);
		this.logins += 1;
		return { token: this.#issue(user) };
	}

	#issue({ username, userId }: User): unknown {
		const { exp = this.#lifetime, withoutIat, withoutMetadata, raw } = this.tokenShape;
		if (raw !== undefined) return raw;
		const seconds = Math.floor(this.now() / 1000);
		const token = issueJwt({
			iss: 'auth.dfns.local',
			jti: randomUUID(),
			...(withoutIat ? {} : { iat: seconds }),
			...(exp === null ? {} : { exp: seconds + exp }),
			'https://custom/username': username,
			...(withoutMetadata
				? {}
				: { 'https://custom/app_metadata': { userId, orgId: this.orgId, tokenKind: 'Token' } }),
		});
		this.#tokens.set(token, { username, expiresAt: (seconds + (exp ?? 3600)) * 1000 });
		return token;
	}
}

const SERVICE_ACCOUNT = 'service account';

/** Starts a Dfns on localhost. Stop it with `close()`. */
export async function startDfns(options: DfnsOptions = {}): Promise<LocalDfns> {
	const app = fastify({ forceCloseConnections: true });
	const dfns = new LocalDfns(app, options);
	await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
	return dfns;
}

function newServiceAccount(): ServiceAccountRecord {
	const userId = `us-${randomBytes(12).toString('hex')}`;
	return {
		userId,
		active: true,
		authToken: issueJwt({
			jti: randomUUID(),
			exp: Math.floor(Date.now() / 1000) + 365 * 86_400,
			'https://custom/app_metadata': { userId, orgId: ORG_ID, tokenKind: 'ServiceAccount' },
		}),
		permissions: ['Auth:Login:Delegated'],
		keys: [newKey('Ed25519')],
	};
}

function recordOf(request: FastifyRequest): CallRecord {
	const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
	return {
		method: request.method,
		path: request.url.split('?')[0],
		headers: Object.fromEntries(headers) as Record<string, string>,
		body: typeof request.body === 'string' ? request.body : '',
		status: 0,
		closed: false,
	};
}

function jsonOf({ headers, body }: CallRecord): Record<string, unknown> {
	if (headers['content-type']?.split(';')[0] !== 'application/json') {
		throw new Refusal(400, 'The body must be application/json');
	}
	return parse(body);
}

function parse(json: string): Record<string, unknown> {
	try {
		return object(JSON.parse(json));
	} catch (error) {
		if (error instanceof Refusal) throw error;
		throw new Refusal(400, 'Not JSON');
	}
}

function object(value: unknown): Record<string, unknown> {
	if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
	throw new Refusal(400, 'Not an object');
}
