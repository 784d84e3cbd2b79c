import { describe, test } from 'node:test';

import { fixtureFor } from '../fixture/provider.mts';
import { COLUMNS } from './columns.mts';
import { METHODS } from './methods.mts';

for (const method of METHODS) {
	describe(method.name, () => {
		for (const column of COLUMNS) {
			test(column.title, async (t) => {
				t.diagnostic(await column.show(await fixtureFor(t), method));
			});
		}
	});
}
