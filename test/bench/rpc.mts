import { fork } from 'node:child_process';

/** What a worker can be asked for, by name; input and output travel as JSON. */
type Tasks<T> = { [K in keyof T]: (input: never) => Promise<unknown> };
type Input<F> = F extends (input: infer I) => unknown ? I : never;
type Output<F> = F extends (input: never) => Promise<infer O> ? O : never;

interface Question {
	id: number;
	task: string;
	input: unknown;
}
type Answer = { id: number; output: unknown } | { id: number; error: string };

/** A process of its own, which shares nothing that it loaded or remembers. */
export interface Worker<T> {
	/**
	 * Has the worker do a task.
	 *
	 * @throws Error with the worker's message, or when the worker ends or takes longer than two minutes
	 */
	ask<K extends keyof T & string>(task: K, input: Input<T[K]>): Promise<Output<T[K]>>;
	stop(): Promise<void>;
}

const TIMEOUT_MS = 120_000;

/**
 * Starts a worker.
 *
 * @param file name of a module in this folder that calls {@link serve}
 */
export function startWorker<T extends Tasks<T>>(file: string): Worker<T> {
	const child = fork(new URL(file, import.meta.url), {
		// To measure memory that is in use, and not what waits to be collected.
		execArgv: ['--expose-gc'],
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
	});
	const waiting = new Map<number, (answer: Answer) => void>();
	const ended = new Promise<void>((resolve) => {
		child.once('exit', (code, signal) => {
			for (const [id, answer] of waiting) {
				answer({ id, error: `${file} ended (${signal ?? code}) without an answer` });
			}
			resolve();
		});
	});
	child.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer));
	let questions = 0;

	return {
		async ask<K extends keyof T & string>(task: K, input: Input<T[K]>) {
			const id = questions++;
			const answer = await new Promise<Answer>((resolve) => {
				const timer = setTimeout(() => resolve({ id, error: 'no answer in time' }), TIMEOUT_MS);
				const settle = (given: Answer) => {
					clearTimeout(timer);
					resolve(given);
				};
				waiting.set(id, settle);
				if (child.connected) child.send({ id, task, input } satisfies Question);
				else settle({ id, error: 'the worker has ended' });
			});
			waiting.delete(id);
			if ('error' in answer) throw new Error(`${file}, ${task}: ${answer.error}`);
			return answer.output as Output<T[K]>;
		},
		async stop() {
			// The worker ends by itself when its parent is gone.
			if (child.connected) child.disconnect();
			await ended;
		},
	};
}

/** Answers questions in a worker until its parent stops it or ends. */
export function serve<T extends Tasks<T>>(tasks: T): void {
	const byName = new Map<string, (input: never) => Promise<unknown>>(Object.entries(tasks));
	const answer = async ({ id, task, input }: Question): Promise<Answer> => {
		try {
			const work = byName.get(task);
			if (work === undefined) throw new Error('there is no such task');
			// What Worker.ask has checked, and JSON has forgotten.
			return { id, output: await work(input as never) };
		} catch (error) {
			return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
		}
	};
	process.on('message', (question: Question) => {
		void answer(question).then((given) => process.send?.(given));
	});
	process.once('disconnect', () => process.exit());
}
