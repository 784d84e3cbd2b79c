import type { Readable } from 'node:stream';

import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { failure, OtherAnswer, toXml, VaultError, type Answer } from './answers.mts';
import { formFiles, readText, readUpload, TextBody } from './bodies.mts';
import type { Call, Route, Context } from './call.mts';
import { carryOut, isLogin, type NoRoute } from './carry-out.mts';
import { faultDelay, faultName, sendFault, type Faults } from './faults.mts';
import { recordOf, texts, type Journal } from './journal.mts';
import type { Limits } from './limits.mts';
import { ROUTES } from './routes/table.mts';
import { acceptedFormat, formFields } from './strictness.mts';
import type { CallRecord, Fault } from './types.mts';

export interface Service {
	context: Context;
	journal: Journal;
	limits: Limits;
	faults: Faults;
	/** Closes the listener for a time, for the fault `refuse`. */
	refuse(ms: number): void;
}

declare module 'fastify' {
	interface FastifyRequest {
		vaultCall: CallRecord | null;
	}
}

/** Registers every Vault call on a Fastify instance. */
export async function vaultServer(app: FastifyInstance, service: Service): Promise<void> {
	app.removeAllContentTypeParsers();
	await app.register(formbody);
	await app.register(multipart, {
		attachFieldsToBody: 'keyValues',
		limits: { fileSize: Number.POSITIVE_INFINITY },
		async onFile(part) {
			Object.assign(part, { value: await readUpload(part) });
		},
	});
	// Whether the route takes any other body, it says in Vault's words.
	app.addContentTypeParser(
		'*',
		async (request: FastifyRequest, payload: Readable) =>
			await readText(request.headers['content-type'] ?? '', payload),
	);

	app.decorateRequest('vaultCall', null);
	app.addHook('onRequest', async (request) => {
		request.vaultCall = recordOf(request, service.context.clock.now());
		service.journal.calls.push(request.vaultCall);
	});
	app.addHook('onRequestAbort', async (request) => {
		if (request.vaultCall) request.vaultCall.aborted = true;
	});

	for (const path of new Set(ROUTES.map((route) => route.path))) {
		app.all(path, (request, reply) => {
			const route = ROUTES.find((each) => each.path === path && each.method === request.method);
			return answer(service, request, reply, route ?? 'METHOD_NOT_SUPPORTED');
		});
	}
	app.setNotFoundHandler((request, reply) => answer(service, request, reply, 'MALFORMED_URL'));
	app.setErrorHandler((_error, request, reply) => answer(service, request, reply, 'INVALID_DATA'));
}

/** For a URL that cannot even be decoded. */
export function sendMalformedUrl(reply: FastifyReply): void {
	const error = new VaultError('MALFORMED_URL', 'The URL cannot be read.');
	void reply.code(200).send(failure(error, false));
}

/** A call from its arrival to its response, with the fault that may happen before or after it is carried out. */
async function answer(
	service: Service,
	request: FastifyRequest,
	reply: FastifyReply,
	route: Route | NoRoute,
): Promise<FastifyReply> {
	const { context, journal, limits } = service;
	const record = request.vaultCall ?? recordOf(request, context.clock.now());
	const fields = formFields(request.body);
	if (Object.keys(fields).length > 0) record.form = fields;
	const files = formFiles(request.body);
	if (Object.keys(files).length > 0) record.files = files;
	const text = request.body instanceof TextBody ? request.body : undefined;
	if (text) record.body = text.text;

	reply.header('X-VaultAPI-ExecutionId', record.executionId);
	const referenceId = record.headers['x-vaultapi-referenceid'];
	if (referenceId !== undefined) reply.header('X-VaultAPI-ReferenceId', referenceId);

	const fault = service.faults.take(record);
	if (fault && fault.with !== 'slow' && fault.with !== 'cut' && !fault.executed) {
		if (fault.with !== 'refuse') await context.pause(faultDelay(fault));
		return applyFault(service, fault, record, route, reply);
	}

	const vault = context.state.vaultAt(record.host);
	const call: Call = { context, record, params: texts(request.params), fields, files, text, vault };
	const slow = fault && fault.with !== 'refuse' ? faultDelay(fault) : 0;
	const carriedOut = await journal.atOnce(() =>
		carryOut(call, route, limits, reply, request.body, slow),
	);
	if (outcomeOf(carriedOut) === 'SUCCESS' && typeof route === 'object' && route.changes) {
		journal.changes += 1;
	}
	if (fault?.with === 'cut') cutShort(carriedOut, reply);
	else if (fault?.executed && fault.with !== 'slow')
		return applyFault(service, fault, record, route, reply);
	record.outcome = outcomeOf(carriedOut);
	return send(reply, record, carriedOut);
}

/** Ends the connection when a part of the file has been sent. */
function cutShort(answer: Answer, reply: FastifyReply): void {
	if (!(answer instanceof OtherAnswer) || typeof answer.content === 'string') return;
	answer.content.once('data', () => setImmediate(() => reply.raw.socket?.resetAndDestroy()));
}

function applyFault(
	service: Service,
	fault: Fault,
	record: CallRecord,
	route: Route | NoRoute,
	reply: FastifyReply,
): FastifyReply {
	record.outcome = faultName(fault);
	if (fault.with === 'refuse') service.refuse(faultDelay(fault));
	if (typeof fault.with === 'string') return sendFault(fault, reply);
	const error = new VaultError(fault.with.error, fault.with.message ?? 'As the test demands.');
	return send(reply, record, failure(error, isLogin(route)));
}

function send(reply: FastifyReply, record: CallRecord, answer: Answer): FastifyReply {
	reply.header(
		'X-VaultAPI-Status',
		answer instanceof OtherAnswer ? 'SUCCESS' : answer.responseStatus,
	);
	if (answer instanceof OtherAnswer) {
		if (answer.fileName !== undefined) {
			reply.header('Content-Disposition', disposition(answer.fileName));
		}
		return reply.code(200).type(answer.type).send(answer.content);
	}
	if (acceptedFormat(record.headers.accept) === 'xml') {
		return reply.code(200).type('application/xml; charset=utf-8').send(toXml(answer));
	}
	return reply.code(200).type('application/json; charset=utf-8').send(JSON.stringify(answer));
}

/** RFC 6266: a name that is not ASCII is given once more, encoded. */
function disposition(fileName: string): string {
	const plain = fileName.replace(/[^\x20-\x7e]|["\\]/g, '_');
	const encoded = plain === fileName ? '' : `;filename*=UTF-8''${encodeURIComponent(fileName)}`;
	return `attachment;filename="${plain}"${encoded}`;
}

function outcomeOf(answer: Answer): string {
	if (answer instanceof OtherAnswer) return 'SUCCESS';
	const { responseStatus, errors } = answer;
	const first: unknown = responseStatus !== 'SUCCESS' && Array.isArray(errors) ? errors[0] : null;
	if (typeof first !== 'object' || first === null || !('type' in first)) return responseStatus;
	return String(first.type);
}
