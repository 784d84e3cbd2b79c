import { parseArgs } from 'node:util';

import { Failure, Interrupted, messageOf } from '../harness/failure.mts';
import { runOnce } from './once.mts';
import { serve } from './serve.mts';

const HELP = `Runs a real n8n with this package and a simulated Veeva Vault. No Veeva account is needed.

  npm start                 until Ctrl-C; the editor is at http://localhost:5678
  npm start -- --once       run the main example in the terminal, print each step's result, and end
  npm run dev               like npm start, and n8n reloads the node whenever you save a source file

  --watch                   what npm run dev adds
  --port <number>           where n8n listens (5678); --once takes free ports
  --simulator-port <number> where the simulated Vault listens (9400)
  --help                    this text

The first start installs n8n in harness/newest/node_modules: about 5 minutes and 3 GB.`;

/** The shell's convention for a program that Ctrl-C has ended. */
const INTERRUPTED_EXIT_CODE = 130;

process.exitCode = await main();

async function main(): Promise<number> {
	const signal = stopSignal();
	try {
		const options = readArguments();
		if (options.help) console.log(HELP);
		else if (options.once) await runOnce(signal);
		else await serve(options, signal);
		return 0;
	} catch (error) {
		if (error instanceof Interrupted) {
			console.log('\nStopped.');
			return INTERRUPTED_EXIT_CODE;
		}
		console.error(error instanceof Failure ? `\n${error.message}` : error);
		return 1;
	}
}

function readArguments() {
	try {
		const { values } = parseArgs({
			options: {
				once: { type: 'boolean', default: false },
				watch: { type: 'boolean', default: false },
				port: { type: 'string', default: '5678' },
				'simulator-port': { type: 'string', default: '9400' },
				help: { type: 'boolean', short: 'h', default: false },
			},
		});
		const ports = {
			n8n: readPort(values.port, '--port'),
			simulator: readPort(values['simulator-port'], '--simulator-port'),
		};
		if (ports.n8n === ports.simulator) {
			throw new Failure(`--port and --simulator-port must differ; both are ${ports.n8n}.`);
		}
		if (values.once && values.watch) throw new Failure('--once and --watch exclude each other.');
		return { once: values.once, help: values.help, watch: values.watch, ports };
	} catch (error) {
		if (error instanceof Failure) throw error;
		throw new Failure(`${messageOf(error)}\nSee npm start -- --help.`);
	}
}

function readPort(text: string, option: string): number {
	const port = Number(text);
	if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
	throw new Failure(`${option} must be a port number from 1 to 65535, not "${text}".`);
}

/** Aborted by Ctrl-C, SIGTERM or a closed terminal. Asking again, later than a moment, ends the process at once. */
function stopSignal(): AbortSignal {
	const controller = new AbortController();
	let askedAt = 0;
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.on(name, () => {
			// One Ctrl-C arrives twice, from the terminal and from npm.
			const again = controller.signal.aborted && Date.now() - askedAt > 1000;
			if (again) process.exit(INTERRUPTED_EXIT_CODE);
			askedAt = Date.now();
			controller.abort();
		});
	}
	whenOrphaned(() => controller.abort());
	return controller.signal;
}

/** npm passes SIGTERM on to the shell between it and this process, and the shell does not pass it on. */
function whenOrphaned(stop: () => void): void {
	if (process.env.npm_lifecycle_event === undefined) return;
	const parent = process.ppid;
	setInterval(() => process.ppid !== parent && stop(), 500).unref();
}
