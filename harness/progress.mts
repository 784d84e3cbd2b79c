import type { WriteStream } from 'node:tty';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
/** How often a log or a pipe, which cannot show a spinner, gets a line. */
const LINE_MS = 5000;

/** Tells the person at the terminal what a running step is doing now; it replaces what was reported before. */
export type Report = (detail: string) => void;

/**
 * Shows that a step is running until it has ended: a spinner with the time on a terminal, a line every five seconds
 * elsewhere, and in both one line with the outcome.
 *
 * @param title what is being done, e.g. `Starting n8n`
 * @param work the step; it may report details
 * @param output where to show it; standard output when not given
 * @returns what the step returns
 * @throws what the step throws, after showing that it failed
 */
export async function withProgress<T>(
	title: string,
	work: (report: Report) => Promise<T>,
	output: WriteStream = process.stdout,
): Promise<T> {
	const started = Date.now();
	const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
	let detail = '';
	let frame = 0;
	const line = () => `${title} … ${seconds()}${detail === '' ? '' : `, ${detail}`}`;
	const clear = () => (output.isTTY ? '\r\u001b[K' : '');
	const show = () => {
		if (!output.isTTY) return output.write(`  ${line()}\n`);
		frame = (frame + 1) % FRAMES.length;
		// Cut to the width: a wrapped line could not be cleared.
		return output.write(
			`${clear()}${FRAMES[frame]} ${line()}`.slice(0, (output.columns || 80) + clear().length - 1),
		);
	};

	if (!output.isTTY) output.write(`  ${title} …\n`);
	const timer = setInterval(show, output.isTTY ? FRAME_MS : LINE_MS);
	try {
		const result = await work((text) => (detail = text));
		output.write(`${clear()}✓ ${title} (${seconds()})\n`);
		return result;
	} catch (error) {
		output.write(`${clear()}✗ ${title} (${seconds()})\n`);
		throw error;
	} finally {
		clearInterval(timer);
	}
}
