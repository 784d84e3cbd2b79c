import { installN8n } from '../harness/install.mts';
import { startN8n, type N8n, type N8nOptions } from '../harness/n8n.mts';
import { signIn } from '../harness/owner.mts';
import { installPackage, providePackage } from '../harness/package.mts';
import { freePorts } from '../harness/ports.mts';
import { N8nRest } from '../harness/rest.mts';
import { startVault, type VaultFixture } from '../test/fixture/vault.mts';
import type { SimulatorOptions } from '../test/simulator/types.mts';
import { makeDataFolder } from './folder.mts';

/** A full n8n with the packed package, and a simulated Vault. */
export interface Fixture extends VaultFixture {
	readonly n8n: N8n;
	/** Signed in as n8n's owner. */
	rest: N8nRest;
	/** n8n's own folder: database, logs, the installed package. */
	userFolder: string;
	/** Stops n8n, gives it the package as it is now, and starts it again with all that it has stored. */
	upgrade(): Promise<void>;
	/** Ends n8n and the Vault, and removes the folder. */
	close(): Promise<void>;
}

/**
 * Starts a fixture of its own for a test file: it shares nothing with other files, and leaves nothing behind.
 *
 * @param options.n8n settings of n8n, e.g. `{ env: { N8N_LOG_LEVEL: 'debug' } }`
 * @param options.port where n8n listens on 127.0.0.1; any free port when not given
 * @param options.vault settings of the Vault
 * @param options.tarball another package than the present one, e.g. an earlier version
 * @returns the fixture; end it with `close()`
 * @throws {Failure} when n8n cannot be installed or started, with the end of its log
 */
export async function startFixture(
	options: {
		n8n?: Partial<N8nOptions>;
		port?: number;
		vault?: SimulatorOptions;
		tarball?: string;
	} = {},
): Promise<Fixture> {
	await installN8n({ folder: options.n8n?.folder });
	const { path: userFolder, remove: removeFolder } = makeDataFolder('e2e');
	const vaultFixture = await startVault(options.vault);
	const { vault, credentialData } = vaultFixture;
	try {
		if (options.tarball === undefined) await providePackage(userFolder);
		else await installPackage(options.tarball, userFolder);
		const port = options.port ?? (await freePorts(1))[0];
		const start = () => startN8n({ userFolder, port, ...options.n8n });
		let n8n = await start();
		try {
			const rest = new N8nRest(n8n.url);
			await signIn(rest);
			return {
				...vaultFixture,
				get n8n() {
					return n8n;
				},
				rest,
				userFolder,
				// As the editor stores it: with all fields that have a default.
				credentialData: (fields = {}) =>
					credentialData({
						authentication: 'password',
						apiVersion: 'v25.2',
						sessionTimeout: 20,
						vaultClientId: 'n8n-nodes-veeva-vault',
						...fields,
					}),
				async upgrade() {
					await n8n.stop();
					await providePackage(userFolder);
					n8n = await start();
					await signIn(rest);
				},
				async close() {
					await Promise.allSettled([n8n.stop(), vault.close()]);
					removeFolder();
				},
			};
		} catch (error) {
			await n8n.stop();
			throw error;
		}
	} catch (error) {
		await vault.close();
		removeFolder();
		throw error;
	}
}
