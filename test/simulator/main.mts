/** The simulator on its own: `npm run simulator -- --help`. */
import { parseArgs } from 'node:util';

import { isTaken } from './listener.mts';
import { SEED_PASSWORD, seedUsers } from './seed.mts';
import { startSimulator } from './simulator.mts';
import type { SimulatorOptions } from './types.mts';

const HELP = `A Veeva Vault on this machine.

  npm run simulator -- [options]

  --port N                 port (default 9400; 0: a free one)
  --idle-timeout MIN       minutes after which an idle session ends (default 20)
  --login-burst-limit N    logins per user, Vault and minute (default 20)
  --burst-limit N          calls per Vault and 5 minutes (default 2000)
  --throttle-delay MS      delay of throttled answers (default 500)
  --login-delay MS         how long a login takes (default 0)
  --client-id ID           let in only this client ID (may be repeated)
  --allow-no-client-id     let calls without X-VaultAPI-ClientID in, as Vault does
  --introspection URL      RFC 7662 endpoint that validates access tokens
  --help                   this text`;

const NUMBERS = {
	port: 'port',
	'login-burst-limit': 'loginBurstLimit',
	'burst-limit': 'burstLimit',
	'throttle-delay': 'throttleDelay',
	'login-delay': 'loginDelay',
} as const;

function readOptions(): SimulatorOptions | 'help' {
	const text = { type: 'string' } as const;
	const { values } = parseArgs({
		options: {
			port: { ...text, default: '9400' },
			'idle-timeout': text,
			'login-burst-limit': text,
			'burst-limit': text,
			'throttle-delay': text,
			'login-delay': text,
			'client-id': { ...text, multiple: true },
			'allow-no-client-id': { type: 'boolean' },
			introspection: text,
			help: { type: 'boolean' },
		},
	});
	if (values.help) return 'help';
	const options: SimulatorOptions = { requireClientId: !values['allow-no-client-id'] };
	for (const [flag, name] of Object.entries(NUMBERS)) {
		const value = values[flag as keyof typeof NUMBERS];
		if (value !== undefined) options[name] = numberOf(flag, value);
	}
	if (values['idle-timeout'] !== undefined) {
		options.idleTimeout = numberOf('idle-timeout', values['idle-timeout']) * 60_000;
	}
	if (values['client-id']) options.clientIdFiltering = values['client-id'];
	if (values.introspection !== undefined) options.introspectionEndpoint = values.introspection;
	return options;
}

function numberOf(flag: string, text: string): number {
	const number = Number(text);
	if (text === '' || !Number.isFinite(number) || number < 0) {
		throw new Error(`--${flag} needs a number, not "${text}".`);
	}
	return number;
}

function lines(hosts: { promoMats: string; qualityDocs: string; login: string }): string {
	const users = seedUsers().map(({ username, authType }) => `    ${username} (${authType})`);
	return `Veeva Vault simulator
  PromoMats (1776)    http://${hosts.promoMats}
  QualityDocs (1777)  http://${hosts.qualityDocs}
  login service       http://${hosts.login}
  control             http://${hosts.promoMats}/simulator
  users, all with the password "${SEED_PASSWORD}" unless they log in by SSO:
${users.join('\n')}
Ctrl-C stops it.`;
}

function stopWith(message: string): never {
	console.error(message);
	process.exit(1);
}

async function main(): Promise<void> {
	const options = readOptions();
	if (options === 'help') {
		console.log(HELP);
		return;
	}
	const simulator = await startSimulator(options).catch((error: unknown) => {
		if (isTaken(error)) stopWith(`Port ${options.port} is taken: try --port 0 for a free one.`);
		throw error;
	});
	console.log(lines(simulator.hosts));
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => void simulator.close());
	}
}

main().catch((error: unknown) => stopWith(error instanceof Error ? error.message : String(error)));
