import Fastify, { type FastifyInstance } from 'fastify';

import * as completions from './completions.mts';
import * as responses from './responses.mts';

/** A tool as the model is told of it. */
export interface OfferedTool {
	name: string;
	description: string;
	/** JSON schema of the arguments. */
	parameters: Record<string, unknown>;
}

/** What the model is asked, by either of the two interfaces. */
export interface Question {
	tools: OfferedTool[];
	/** What the tools that were called have given, in order of the calls. */
	toolResults: string[];
}

/** What the model says next: a call of a tool, or the last word. */
export type Turn = { call: string; arguments: Record<string, unknown> } | { say: string };

/** A language model that follows a script. */
export interface ScriptedModel {
	/** For the credential's Base URL. */
	readonly url: string;
	/** What it has been asked, in order. */
	readonly questions: Question[];
	/** Everything that was sent to it, headers included. */
	readonly received: string[];
	/** From now on, the model decides by this. */
	follow(script: (question: Question) => Turn): void;
	close(): Promise<void>;
}

/** Reads what one of OpenAI's interfaces asks, and writes the answer. */
export interface Interface {
	/** Where it is posted to. */
	path: string;
	/** @param body the request's, in JSON */
	read(body: unknown): Question;
	/** @returns the answer's body */
	write(turn: Turn): object;
}

/**
 * Starts a language model on loopback that speaks both of OpenAI's interfaces, without streaming, and knows nothing but
 * its script.
 *
 * @returns the running model; end it with `close()`
 */
export async function startModel(): Promise<ScriptedModel> {
	const questions: Question[] = [];
	const received: string[] = [];
	let script: (question: Question) => Turn = () => ({ say: 'There is no script.' });

	const app: FastifyInstance = Fastify();
	app.get('/v1/models', () => ({
		object: 'list',
		data: [{ id: 'scripted', object: 'model', created: 0, owned_by: 'test' }],
	}));
	for (const { path, read, write } of [completions, responses] satisfies Interface[]) {
		app.post(path, ({ body, headers }) => {
			received.push(JSON.stringify([headers, body]));
			const question = read(body);
			questions.push(question);
			return write(script(question));
		});
	}
	const address = await app.listen({ host: '127.0.0.1', port: 0 });
	return {
		url: `${address}/v1`,
		questions,
		received,
		follow: (next) => {
			script = next;
		},
		close: async () => await app.close(),
	};
}
