/**
 * Runs test files by Node's own test runner: what needs packages that are ES modules only. Jest runs the others.
 *
 *     node test/run.mts                      all of them
 *     node test/run.mts rotation discovery   those whose path has one of these words in it
 */
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

import setUp from './engine/setup.mts';

const words = process.argv.slice(2);
const files = globSync('test/{identity,methods}/**/*.test.mts').filter(
	(file) => words.length === 0 || words.some((word) => file.includes(word)),
);
await setUp();
// All cores: nothing else runs meanwhile.
const events = run({ files, concurrency: availableParallelism() });
events.on('test:fail', () => (process.exitCode = 1));
events.compose(spec).pipe(process.stdout);
