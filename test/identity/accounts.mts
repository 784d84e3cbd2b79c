/** Needs encoding in a form, and is not ASCII: nothing that a real password may not be. */
export const ACCOUNT_PASSWORD = 'Grüße & 100% +staple=';

/** A user of the identity provider. Records are live: a test that changes one changes the provider. */
export interface Account {
	/** Also the token's `sub`, and the user name in Vault. */
	username: string;
	password: string;
	name: string;
	/** Locked: even the right password is refused. */
	locked: boolean;
	/** Wrong passwords, at the token endpoint and in the sign-in form. */
	failures: number;
}

/** Vault's SSO users, and one who has no Vault account. */
export function seedAccounts(): Account[] {
	return [
		account('sam@veepharm.com', 'Sam Sato'),
		account('rita@veepharm.com', 'Rita Rossi'),
		account('guest@partner.example', 'Gus Guest'),
	];
}

/** @returns the account, when the password is right and the account is not locked; else counts a failure */
export function authenticate(
	accounts: Account[],
	username: string,
	password: string,
): Account | undefined {
	const found = accounts.find((candidate) => candidate.username === username);
	if (!found) return undefined;
	if (found.password === password && !found.locked) return found;
	found.failures += 1;
	return undefined;
}

function account(username: string, name: string): Account {
	return { username, name, password: ACCOUNT_PASSWORD, locked: false, failures: 0 };
}
