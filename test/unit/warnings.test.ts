import type { IExecuteFunctions } from 'n8n-workflow';

import { showWarnings } from '../../nodes/VeevaVault/operations/warnings';

test('a warning is not an error where n8n has no place to show it', () => {
	const context = {} as IExecuteFunctions;
	const clean = (text: string) => text;
	expect(() => showWarnings(context, { clean }, { responseStatus: 'WARNING' })).not.toThrow();
});
