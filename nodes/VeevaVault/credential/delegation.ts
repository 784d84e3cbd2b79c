import type { Delegation } from '../vault/calls/delegation';
import { VaultFieldError } from '../vault/errors';

/**
 * Reads a delegation as the node and the credential store it.
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
			'the ID of the Vault, a colon, and the ID of the delegator, such as 19523:61579, or {{ $json.id }}:{{ $json.delegator_userid }} after Get Many',
		);
	}
	return { vaultId, delegatorUserId };
}
