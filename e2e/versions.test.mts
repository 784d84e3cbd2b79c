import { describe } from 'node:test';

import { installations } from './installations.mts';
import { smoke } from './smoke.mts';

for (const { name, folder } of installations()) {
	describe(`${name}:`, () => smoke(folder));
}
