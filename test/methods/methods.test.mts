import { describe, test } from 'node:test';

import { COLUMNS } from './columns.mts';
import { METHODS } from './methods.mts';
import { fixtureFor } from '../fixture/provider.mts';

for (const method of METHODS) {
	describe(method.name, () => {
		for (const column of COLUMNS) {
			test(column.title, async (t) => {
				t.diagnostic(await column.show(await fixtureFor(t), method));
			});
		}
	});
}
