import { describe, test } from 'node:test';

import { COLUMNS } from './cells.mts';
import { METHODS } from './methods.mts';
import { worldFor } from './world.mts';

for (const method of METHODS) {
	describe(method.name, () => {
		for (const column of COLUMNS) {
			test(column.title, async (t) => {
				t.diagnostic(await column.show(await worldFor(t), method));
			});
		}
	});
}
