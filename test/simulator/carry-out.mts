import type { FastifyReply } from 'fastify';

import { failure, VaultError, type Answer } from './answers.mts';
import type { Call, OpenRoute, Route, SignedRoute } from './call.mts';
import type { Limits, Toll } from './limits.mts';
import { signerOf } from './signing.mts';
import { checkAccept, checkClientId, checkForm, checkText } from './strictness.mts';
import { API_VERSIONS } from './versions.mts';

/** Why a call has no route: Vault's error type. */
export type NoRoute = 'METHOD_NOT_SUPPORTED' | 'MALFORMED_URL' | 'INVALID_DATA';

const NO_ROUTE: Record<NoRoute, string> = {
	METHOD_NOT_SUPPORTED: 'The method is not supported here.',
	MALFORMED_URL: 'There is no such resource.',
	INVALID_DATA: 'The body cannot be read.',
};

/** @returns whether the call is one of those whose failures say AUTHENTICATION_FAILED */
export function isLogin(route: Route | NoRoute): boolean {
	return typeof route === 'object' && !route.signed && route.login !== undefined;
}

/**
 * What Vault does with a call: limits, checks, signature, and the route itself.
 * @param body the parsed form
 * @param slow milliseconds the call takes longer than it would
 * @returns the envelope, also for a failure, or a file; never throws
 */
export async function carryOut(
	call: Call,
	route: Route | NoRoute,
	limits: Limits,
	reply: FastifyReply,
	body: unknown,
	slow: number,
): Promise<Answer> {
	const toll = demandToll(limits, call, route);
	reply.header('X-VaultAPI-BurstLimit', String(toll.limit));
	reply.header('X-VaultAPI-BurstLimitRemaining', String(toll.remaining));
	if (toll.delay > 0) reply.header('X-VaultAPI-ResponseDelay', String(toll.delay));
	try {
		const known = checked(call, route, body);
		if (toll.refused) {
			throw new VaultError('API_LIMIT_EXCEEDED', 'The login burst limit is exceeded.');
		}
		return known.signed
			? await runSigned(call, known, reply, toll.delay + slow)
			: await runOpen(call, known, toll.delay + slow);
	} catch (error) {
		return failure(asVaultError(error), isLogin(route));
	}
}

function demandToll(limits: Limits, call: Call, route: Route | NoRoute): Toll {
	const { record, fields, vault } = call;
	if (typeof route === 'object' && !route.signed && route.login === 'password') {
		const dns = (fields.vaultDNS || record.host).replace(/:\d+$/, '');
		return limits.login(fields.username ?? '', dns);
	}
	return limits.general(vault?.hostName ?? record.host);
}

/** @throws the refusal that Vault has for a call that does not keep the protocol */
function checked({ context, record, params }: Call, route: Route | NoRoute, body: unknown): Route {
	const others = typeof route === 'object' && route.signed ? route.answers : [];
	checkAccept(record.headers.accept, others);
	checkClientId(record.headers['x-vaultapi-clientid'], context.settings);
	if (typeof route === 'string') throw new VaultError(route, NO_ROUTE[route]);
	if (params.version !== undefined && !API_VERSIONS.includes(params.version)) {
		throw new VaultError('MALFORMED_URL', `There is no API version ${params.version}.`);
	}
	if (route.form) checkForm(record.headers['content-type'], body, route.form);
	if (route.texts) checkText(body, route.texts);
	return route;
}

async function runOpen(call: Call, route: OpenRoute, wait: number): Promise<Answer> {
	await call.context.pause(wait);
	return await route.handle(call);
}

async function runSigned(
	call: Call,
	route: SignedRoute,
	reply: FastifyReply,
	wait: number,
): Promise<Answer> {
	const { record, context } = call;
	const signer = signerOf(call);
	record.userId = signer.user.id;
	record.vaultId = signer.vault.id;
	reply.header('X-VaultAPI-UserId', String(signer.user.id));
	reply.header('X-VaultAPI-VaultId', String(signer.vault.id));

	const active = route.passive ? undefined : signer.session;
	if (active) active.running += 1;
	try {
		await context.pause(wait);
		return await route.handle(call, signer);
	} finally {
		if (active) {
			active.running -= 1;
			active.lastActivity = context.clock.now();
		}
	}
}

function asVaultError(error: unknown): VaultError {
	if (error instanceof VaultError) return error;
	const message = error instanceof Error ? error.message : String(error);
	return new VaultError('UNEXPECTED_ERROR', message);
}
