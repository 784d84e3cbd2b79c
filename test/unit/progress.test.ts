import type { IExecuteFunctions } from 'n8n-workflow';

import { Progress } from '../../nodes/VeevaVault/transport/progress';

afterEach(() => jest.restoreAllMocks());

test('a long run writes its progress to the log every ten seconds', () => {
	let now = 0;
	jest.spyOn(Date, 'now').mockImplementation(() => now);
	const said: string[] = [];
	const context = {
		logger: { info: (message: string) => void said.push(message) },
		getNode: () => ({ name: 'Vault' }),
	} as unknown as IExecuteFunctions;
	const progress = new Progress(context, 'items done', ' of 30');
	for (let item = 0; item < 30; item += 1) {
		now += 1000;
		progress.done();
	}
	expect(said).toEqual([
		'Vault: 10 of 30 items done',
		'Vault: 20 of 30 items done',
		'Vault: 30 of 30 items done',
	]);
});
