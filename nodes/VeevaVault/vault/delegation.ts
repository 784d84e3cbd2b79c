import { isRecord, type VaultAnswer } from './answer';
import { VaultFieldError } from './errors';

/** What it takes to start acting for another user. */
export interface Delegation {
	vaultId: string;
	delegatorUserId: string;
}

/**
 * Reads the answer of Retrieve Delegations.
 *
 * @returns its elements as Vault wrote them: `id`, `name` and `dns` of the Vault, `delegator_userid`; none when there
 *   are no delegations
 */
export function readDelegations({
	delegated_vaults: vaults,
}: VaultAnswer): Array<Record<string, unknown>> {
	return Array.isArray(vaults) ? (vaults as unknown[]).filter(isRecord) : [];
}

/**
 * Reads a delegation as the node stores it.
 *
 * @param value `vaultId:delegatorUserId`
 * @throws VaultFieldError
 */
export function parseDelegation(value: unknown): Delegation {
	const [, vaultId, delegatorUserId] =
		/^\s*(\d+)\s*:\s*(\d+)\s*$/.exec(typeof value === 'string' ? value : '') ?? [];
	if (vaultId === undefined || delegatorUserId === undefined) {
		throw new VaultFieldError(
			'Delegation',
			value ?? '',
			'the ID of the Vault and the ID of the delegator with a colon between, such as 19523:61579, which is {{ $json.id }}:{{ $json.delegator_userid }} after Get Many',
		);
	}
	return { vaultId, delegatorUserId };
}
