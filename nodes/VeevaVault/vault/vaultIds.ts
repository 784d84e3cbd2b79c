import { isRecord } from '../../../packages/shared/isRecord';

/** Vault writes its IDs as numbers, and in some responses as text. */
export type VaultId = number | string;

/** Narrows a value from outside to an ID. */
export function isVaultId(value: unknown): value is VaultId {
	return typeof value === 'number' || (typeof value === 'string' && value !== '');
}

/** An element of `vaultIds`: a Vault that a session can be used in. */
export interface NamedVault {
	id: VaultId;
	name: string;
	/** Address of its API, `https://myvault.veevavault.com/api` */
	url: string;
}

/** Reads `vaultIds` of a login response as Vault wrote them, without the elements that cannot be Vaults. */
export function readVaults(vaultIds: unknown): NamedVault[] {
	return (Array.isArray(vaultIds) ? (vaultIds as unknown[]) : [])
		.filter(isRecord)
		.flatMap(({ id, name, url }) =>
			isVaultId(id) && typeof url === 'string' ? [{ id, name: String(name), url }] : [],
		);
}
