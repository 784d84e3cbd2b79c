import { VaultError } from './answers.mts';
import type { Call, Signer } from './call.mts';
import type { UserRecord, VaultRecord } from './types.mts';

/**
 * Finds out who signed a call: "Basic Authorization", "Bearer Token Authorization", "Salesforce
 * Delegated Requests" and API access tokens of Vault's documentation.
 * @throws INVALID_SESSION_ID when no one did, INSUFFICIENT_ACCESS when the signer may not call here
 */
export function signerOf(call: Call): Signer {
	const { record, vault } = call;
	const { headers, query } = record;
	if (!vault) throw new VaultError('MALFORMED_URL', `No Vault answers at ${record.host}.`);

	const signer =
		headers['x-auth-provider'] !== undefined
			? salesforce(call, vault, headers.authorization, 'x-auth-provider', 'x-auth-host', headers)
			: query.ext_ns !== undefined
				? salesforce(call, vault, query.auth, 'ext_ns', 'ext_url', query)
				: authorized(call, vault, headers.authorization);

	if (!vault.active || !signer.user.vaultIds.includes(vault.id)) {
		throw new VaultError('INSUFFICIENT_ACCESS', `The user has no access to ${vault.name}.`);
	}
	if (!signer.user.apiAccess) {
		throw new VaultError('INSUFFICIENT_ACCESS', 'The user has no permission to use the API.');
	}
	return signer;
}

function authorized(call: Call, vault: VaultRecord, authorization = ''): Signer {
	const bearer = /^Bearer (.+)$/.exec(authorization)?.[1];
	if (bearer?.startsWith('veeva-vault-')) return apiToken(call, vault, bearer);

	const session = call.context.state.livingSession(bearer ?? authorization);
	const user = session && call.context.state.userById(session.userId);
	if (!session || !user) throw invalidSession();
	if (session.delegateUserId !== undefined && session.vaultId !== vault.id) throw invalidSession();
	return { user, vault, session };
}

function apiToken(call: Call, vault: VaultRecord, token: string): Signer {
	const { state, clock } = call.context;
	const record = state.apiTokens.get(token);
	if (!record || record.deleted || record.vaultId !== vault.id) throw invalidSession();
	if (record.expiresAt !== undefined && record.expiresAt <= clock.now()) throw invalidSession();
	return { user: activeUser(state.findUser(record.username)), vault };
}

function salesforce(
	call: Call,
	vault: VaultRecord,
	token: string | undefined,
	providerName: string,
	urlName: string,
	values: Record<string, string>,
): Signer {
	const { state, clock } = call.context;
	if (values[providerName] !== 'sfdc') {
		throw new VaultError('INVALID_DATA', `${providerName} must be sfdc.`);
	}
	const url = values[urlName];
	if (!url) throw new VaultError('PARAMETER_REQUIRED', `${urlName} is missing.`);
	if (!URL.canParse(url) || new URL(url).protocol !== 'https:') {
		throw new VaultError('INVALID_DATA', `${urlName} must be an https URL.`);
	}
	const record = state.salesforceTokens.get(token ?? '');
	if (!record) throw invalidSession();
	if (record.host !== undefined && new URL(record.host).host !== new URL(url).host) {
		throw invalidSession();
	}
	if (record.expiresAt !== undefined && record.expiresAt <= clock.now()) throw invalidSession();
	return { user: activeUser(state.findUser(record.username)), vault };
}

function activeUser(user: UserRecord | undefined): UserRecord {
	if (!user || user.inactive) throw invalidSession();
	return user;
}

function invalidSession(): VaultError {
	return new VaultError('INVALID_SESSION_ID', 'Invalid or expired session ID.');
}
