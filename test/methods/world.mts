import type { ICredentialDataDecryptedObject, INodeParameters } from 'n8n-workflow';

import { startEngine, type Engine, type Outcome } from '../engine/engine.mts';
import {
	startProvider,
	type IdentityProvider,
	type ProviderOptions,
} from '../identity/provider.mts';
import { startSimulator, type Simulator } from '../simulator/simulator.mts';
import type { SimulatorOptions } from '../simulator/types.mts';

export const ME = '/api/v25.2/objects/users/me';
export const OLIVIA = 'olivia@veepharm.com';
export const IAN = 'ian@veepharm.com';
export const SAM = 'sam@veepharm.com';
export const RITA = 'rita@veepharm.com';
export const MINUTE = 60_000;

/** The profile of Sam, and the first one of Rita */
export const AZURE = '_9ad0a091-cbd6-4c59-ab5a-d4f2870f218c';

export const validate = { resource: 'session', operation: 'validate' };
export const keepAlive = { resource: 'session', operation: 'keepAlive' };
export const logIn = { resource: 'session', operation: 'login' };
export const end = { resource: 'session', operation: 'end' };
export const startDelegated = (delegation: string) => ({
	resource: 'delegation',
	operation: 'start',
	delegation: { __rl: true as const, mode: 'id', value: delegation },
});

/** n8n's engine, a Vault, and an identity provider that this Vault trusts. */
export interface World {
	engine: Engine;
	vault: Simulator;
	provider: IdentityProvider;
	/** Addresses of the two Vaults, as origins */
	promoMats: string;
	qualityDocs: string;
	/** Saves a credential for PromoMats. */
	credential(fields: ICredentialDataDecryptedObject): Promise<string>;
	/** Runs one Veeva Vault node. */
	run(credential: string, parameters?: INodeParameters): Promise<Outcome>;
	/** Runs one HTTP Request node with the credential. */
	request(credential: string, url?: string): Promise<Outcome>;
	/** How often a session was asked for, with a password or with an access token */
	logins(): number;
	close(): Promise<void>;
}

let engine: Promise<Engine> | undefined;

/**
 * Starts a Vault and a provider on ports of their own: nothing that the process remembers of others (sessions, refused
 * logins) counts for them. There is one engine for all.
 */
export async function startWorld(
	options: { provider?: ProviderOptions; vault?: SimulatorOptions } = {},
): Promise<World> {
	const started = await (engine ??= startEngine());
	const provider = await startProvider(options.provider);
	const { introspectionEndpoint } = provider;
	const vault = await startSimulator({ introspectionEndpoint, ...options.vault });
	for (const name of [SAM, RITA]) {
		for (const profile of vault.user(name).profiles) profile.asMetadata = provider.metadata();
	}
	const promoMats = vault.url(vault.hosts.promoMats, '');
	return {
		engine: started,
		vault,
		provider,
		promoMats,
		qualityDocs: vault.url(vault.hosts.qualityDocs, ''),
		credential: async (fields) =>
			await started.saveCredential({
				vaultDns: promoMats,
				loginHost: vault.url(vault.hosts.login, ''),
				...fields,
			}),
		run: async (credential, parameters = validate) =>
			await started.vault(parameters, { credential }),
		request: async (credential, url = promoMats + ME) => await started.httpRequest(url, credential),
		logins: () => vault.calls.filter(({ path }) => isLogin(path)).length,
		async close() {
			await vault.close();
			await provider.close();
		},
	};
}

/** {@link startWorld} for one test. */
export async function worldFor(
	t: { after(task: () => Promise<void>): void },
	options?: Parameters<typeof startWorld>[0],
): Promise<World> {
	const world = await startWorld(options);
	t.after(async () => await world.close());
	return world;
}

function isLogin(path: string): boolean {
	return /\/api\/v[^/]+\/auth$|\/auth\/oauth\/session\//.test(path);
}

let ahead = 0;
const machineNow = Date.now.bind(Date);

/** Lets time pass in this process: for the package, the Vault and the provider alike. */
export function passTime(ms: number): void {
	ahead += ms;
	Date.now = () => machineNow() + ahead;
}

/** The user whom Vault named in the answer to {@link validate}, or to {@link ME}; what went wrong otherwise. */
export function userOf({ error, json }: Outcome): string {
	if (error !== undefined) return `${error.message} ${error.description ?? ''}`;
	const [item] = [...json('Vault'), ...json('HTTP')];
	if (item === undefined) return 'nothing';
	if (typeof item.user_name__v === 'string') return item.user_name__v;
	const found = /"user_name__v":"([^"]+)"/.exec(JSON.stringify(item));
	return found?.[1] ?? JSON.stringify(item);
}

/** What an execution says that has failed, message and advice. */
export function failureOf({ error }: Outcome): string {
	return error === undefined ? 'no error' : `${error.message} — ${error.description ?? ''}`;
}
