import { randomInt } from 'node:crypto';

import fc from 'fast-check';

/** The seed that once showed a renewal forgotten while it was under way. */
const FIXED_SEED = 719576580;

// `npm test` runs the same properties with the same values every time. `npm run test:properties` draws new values and
// prints the seed. Set PROPERTY_SEED to that seed to repeat the run.
const { PROPERTY_SEED, npm_lifecycle_event: script } = process.env;
const drawn = script === 'test:properties' ? randomInt(2 ** 31) : FIXED_SEED;
const seed = PROPERTY_SEED === undefined ? drawn : Number(PROPERTY_SEED);
if (!Number.isInteger(seed)) {
	throw new Error(`PROPERTY_SEED is "${PROPERTY_SEED}". Expected a whole number.`);
}
if (seed !== FIXED_SEED) console.log(`PROPERTY_SEED=${seed}`);
fc.configureGlobal({ seed });

/** fast-check, with one seed for all property tests of a file. */
export { fc };
